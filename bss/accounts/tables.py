"""The columns of accounts' lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.choices import AccountKind, ImportOutcome, StorefrontRole, UserType
from bss.accounts.countries import country_name
from bss.accounts.models import (
    Account,
    AccountImport,
    AccountImportRow,
    ApiToken,
    Contact,
    Membership,
    Organization,
    PaymentMethod,
)
from bss.accounts.permissions import Permission
from bss.accounts.selectors import token_permissions
from bss.core import clock
from bss.core.money import Money
from bss.ui.components import Badge, Button, Confirm, Tone
from bss.ui.formats import amount
from bss.ui.rendering import lines_html
from bss.ui.slots import actor_of, url_of
from bss.ui.tables import Column, Table

_OUTCOME_TONES: dict[str, Tone] = {
    ImportOutcome.NEW: "info",
    ImportOutcome.CREATED: "success",
    ImportOutcome.KNOWN: "neutral",
    ImportOutcome.REFUSED: "danger",
}


def active_badge(is_active: bool) -> Badge:
    """Active or not, in a word."""
    return Badge(_("Active"), "success") if is_active else Badge(_("Inactive"), "neutral")


def credit_words(account: Account) -> str:
    """The credit limit in words: an amount, none or unlimited."""
    if account.credit_limit is None:
        return _("Unlimited")
    if account.credit_limit == 0:
        return _("None")
    return amount(Money(account.credit_limit, account.currency))


def login_badge(membership: Membership | None) -> Badge | None:
    """What a login is worth: invited, active or deactivated; None where there is none."""
    if membership is None:
        return None
    if not membership.is_active:
        return Badge(_("Deactivated"), "neutral")
    if not membership.user.has_usable_password():
        return Badge(_("Invited"), "progress")
    return Badge(_("Active"), "success")


def membership_of(contact: Contact) -> Membership | None:
    """A contact's login, as `contacts_of` fetched it."""
    return getattr(contact, "membership", None)


def rights_words(membership: Membership) -> str:
    """What a storefront user may do, in words: the roles of a simple user, or that it is an admin."""
    if membership.user_type == UserType.ADMIN:
        return force_str(UserType.ADMIN.label)
    known = dict(StorefrontRole.choices)
    return ", ".join(force_str(known.get(role, role)) for role in membership.roles)


def user_html(membership: Membership) -> SafeString:
    """A storefront user's name with its e-mail below."""
    name = membership.contact.full_name if membership.contact else membership.user.get_full_name()
    return format_html('{}<br><span class="muted">{}</span>', name, membership.user.email)


def token_badge(token: ApiToken) -> Badge:
    """Whether a token of `with_makers` still works."""
    if token.revoked_at is not None:
        return Badge(_("Revoked"), "neutral")
    if token.expires_at is not None and token.expires_at <= clock.now():
        return Badge(_("Expired"), "neutral")
    lost = _lost(token)
    if not lost:
        return Badge(_("Active"), "success")
    if len(lost) == len(token.scopes):
        return Badge(_("Stopped"), "danger")
    return Badge(_("Active in part"), "warning")


def token_loss(token: ApiToken) -> str:
    """What a token of `with_makers` no longer does and why, in words; empty while it does all it was made for."""
    lost = _lost(token)
    if token.revoked_at is not None or not lost:
        return ""
    words = {"name": token.created_by.get_full_name(), "scopes": ", ".join(lost)}
    if len(lost) == len(token.scopes):
        return _("%(name)s may do none of this here any more. Make a new one.") % words
    return _("No longer %(scopes)s: %(name)s may not do it here any more.") % words


def _lost(token: ApiToken) -> list[str]:
    may = token_permissions(token)
    return [scope for scope in token.scopes if scope not in may]


def person_html(contact: Contact) -> SafeString:
    """A person's name with the job below it."""
    return format_html(
        '{}<br><span class="muted">{}</span>' if contact.job_title else "{}",
        contact.full_name,
        contact.job_title,
    )


def parts_of(contact: Contact) -> str:
    """What a contact is to its account: the primary one, the one who gets invoices."""
    parts = [(contact.is_primary, _("Primary")), (contact.receives_invoices, _("Invoices"))]
    return ", ".join(words for holds, words in parts if holds)


class AccountTable(Table):
    """The customers list."""

    number = Column("number", gettext_lazy("Number"), kind="whole", sortable=True)
    name = Column("name", gettext_lazy("Name"), sortable=True, link=True)
    kind = Column(
        lambda a: Badge(AccountKind(a.kind).label),
        gettext_lazy("Kind"),
        kind="badge",
        sortable="kind",
    )
    parent = Column("parent__name", gettext_lazy("Reseller"))
    country = Column(
        lambda a: country_name(a.country), gettext_lazy("Country"), sortable="country",
        export=lambda a: a.country,
    )  # fmt: skip
    email = Column("corporate_email", gettext_lazy("Corporate e-mail"))
    city = Column("city", gettext_lazy("City"), hidden_by_default=True)
    vat_id = Column("vat_id", gettext_lazy("VAT id"), hidden_by_default=True)
    ordering = Column(
        "ordering_enabled", gettext_lazy("May order"), kind="bool", hidden_by_default=True
    )
    credit = Column(
        credit_words, gettext_lazy("Credit limit"), align="end", hidden_by_default=True,
        export=lambda a: "unlimited" if a.credit_limit is None else a.credit_limit,
    )  # fmt: skip
    currency = Column("currency", gettext_lazy("Currency"), hidden_by_default=True)
    payment = Column("payment_method__name", gettext_lazy("Payment method"), hidden_by_default=True)
    state = Column(lambda a: active_badge(a.is_active), gettext_lazy("State"), kind="badge")
    created = Column(
        "created_at", gettext_lazy("Since"), kind="when", sortable=True, hidden_by_default=True
    )

    def row_url(self, row: Account) -> str:
        return url_of("accounts:detail", row)


class CustomerTable(AccountTable):
    """The customers of one reseller, on its page."""

    caption = gettext_lazy("Customers of this reseller")

    def __init__(self, request: Any, visible: Sequence[str] | None = None) -> None:
        super().__init__(request, visible or ["number", "name", "country", "email", "state"])


class ContactTable(Table):
    """The people of one account, on its page."""

    caption = gettext_lazy("Contacts")
    name = Column("full_name", gettext_lazy("Name"), link=True, render=person_html)
    email = Column("email", gettext_lazy("E-mail"))
    part = Column(parts_of, gettext_lazy("Part"))
    login = Column(lambda c: login_badge(membership_of(c)), gettext_lazy("Sign-in"), kind="badge")

    def row_url(self, row: Contact) -> str:
        may = actor_of(self.request).can(Permission.CONTACT_EDIT)
        return reverse("accounts:contact_edit", args=[row.public_id]) if may else ""

    def row_actions(self, row: Contact) -> Sequence[Button]:
        if not actor_of(self.request).can(Permission.CONTACT_EDIT):
            return ()
        edit = Button(_("Edit"), reverse("accounts:contact_edit", args=[row.public_id]), "pencil")
        membership = membership_of(row)
        if membership is None or not membership.is_active:
            url = reverse("accounts:user_invite", args=[row.public_id])
            return [edit, Button(_("Invite to sign in"), url, "envelope")]
        return [edit]


class UserTable(Table):
    """The storefront users of one account, on its page."""

    caption = gettext_lazy("Storefront users")
    name = Column("contact__full_name", gettext_lazy("Name"), link=True, render=user_html)
    rights = Column(rights_words, gettext_lazy("May"))
    storefront = Column("storefront__name", gettext_lazy("Signs in at"))
    state = Column(login_badge, gettext_lazy("State"), kind="badge")

    def row_url(self, row: Membership) -> str:
        may = actor_of(self.request).can(Permission.CONTACT_EDIT)
        return reverse("accounts:user_edit", args=[row.public_id]) if may else ""

    def row_label(self, row: Membership) -> str:
        return row.user.email

    def row_actions(self, row: Membership) -> Sequence[Button]:
        if not actor_of(self.request).can(Permission.CONTACT_EDIT):
            return ()
        return membership_buttons(row, "accounts:user_edit", "accounts:user_do")


class StaffTable(Table):
    """The staff of an organization."""

    name = Column(
        lambda m: m.user.get_full_name(), gettext_lazy("Name"), link=True, sortable="user__name"
    )
    email = Column("user__email", gettext_lazy("E-mail"), sortable=True)
    role = Column(lambda m: m.get_staff_role_display(), gettext_lazy("Role"), sortable="staff_role")
    factor = Column(lambda m: bool(m.second_factors), gettext_lazy("Second factor"), kind="bool")
    state = Column(login_badge, gettext_lazy("State"), kind="badge")
    seen = Column("user__last_login", gettext_lazy("Last sign-in"), kind="when")

    def row_url(self, row: Membership) -> str:
        return url_of("accounts:staff_edit", row)

    def row_label(self, row: Membership) -> str:
        return row.user.email

    def row_actions(self, row: Membership) -> Sequence[Button]:
        return membership_buttons(row, "accounts:staff_edit", "accounts:staff_do")


class OrganizationTable(Table):
    """The actor's organization and its tenants."""

    default_order = "pk"
    name = Column("name", gettext_lazy("Name"), link=True, sortable=True)
    place = Column(
        lambda o: _("Distributor") if o.is_root else _("Tenant reseller"), gettext_lazy("Kind")
    )
    country = Column(
        lambda o: country_name(o.country), gettext_lazy("Country"), export=lambda o: o.country
    )
    currency = Column("currency", gettext_lazy("Currency"))
    billing = Column("billing_account__name", gettext_lazy("Billed as"))
    factor = Column("require_mfa", gettext_lazy("Second factor required"), kind="bool")

    def row_url(self, row: Organization) -> str:
        return url_of("accounts:organization", row)


class PaymentMethodTable(Table):
    """How accounts may pay."""

    default_order = "name"
    name = Column("name", gettext_lazy("Name"), link=True, sortable=True)
    kind = Column(lambda m: m.get_kind_display(), gettext_lazy("Kind"))
    days = Column("payment_days", gettext_lazy("Days to pay"), kind="number")

    def row_url(self, row: PaymentMethod) -> str:
        return url_of("accounts:payment_method_edit", row)

    def row_actions(self, row: PaymentMethod) -> Sequence[Button]:
        confirm = Confirm(
            _("Delete %(name)s") % {"name": row.name},
            _("It can be deleted only while no account pays this way."),
            _("Delete it"),
        )
        url = reverse("accounts:payment_method_delete", args=[row.public_id])
        return [Button(_("Delete"), url, "trash", "danger", "post", confirm)]


class TokenTable(Table):
    """Keys to the API."""

    name = Column("name", gettext_lazy("Name"), sortable=True)
    prefix = Column(lambda t: f"{t.prefix}…", gettext_lazy("Begins with"), kind="code")
    account = Column(
        lambda t: t.account.name if t.account else _("The whole organization"),
        gettext_lazy("Acts for"),
    )
    creator = Column(lambda t: t.created_by.get_full_name(), gettext_lazy("Made by"))
    scopes = Column(lambda t: ", ".join(t.scopes), gettext_lazy("May"), hidden_by_default=True)
    loss = Column(token_loss, gettext_lazy("What it lost"))
    used = Column("last_used_at", gettext_lazy("Last used"), kind="when")
    ends = Column("expires_at", gettext_lazy("Works until"), kind="when")
    state = Column(token_badge, gettext_lazy("State"), kind="badge")

    def row_actions(self, row: ApiToken) -> Sequence[Button]:
        if row.revoked_at is not None:
            return ()
        confirm = Confirm(
            _("Revoke %(name)s") % {"name": row.name},
            _("Whatever uses this token is refused at once. It cannot be taken back."),
            _("Revoke it"),
        )
        url = reverse("accounts:token_revoke", args=[row.public_id])
        return [Button(_("Revoke"), url, "no-symbol", "danger", "post", confirm)]


class ImportTable(Table):
    """Uploaded files."""

    name = Column("name", gettext_lazy("File"), link=True)
    rows_ = Column("rows", gettext_lazy("Rows"), kind="number")
    person = Column(lambda i: i.created_by.get_full_name(), gettext_lazy("Uploaded by"))
    created = Column("created_at", gettext_lazy("Uploaded"), kind="when", sortable=True)

    def row_url(self, row: AccountImport) -> str:
        return url_of("accounts:import", row)


class ImportRowTable(Table):
    """What a run did with each row of a file."""

    default_order = "number"
    number = Column("number", gettext_lazy("Row"), kind="number", sortable=True)
    name = Column("name", gettext_lazy("Company name"), link=True)
    outcome = Column(
        lambda r: Badge(r.get_outcome_display(), _OUTCOME_TONES[r.outcome]), gettext_lazy("Outcome"),
        kind="badge", export=lambda r: r.outcome,
    )  # fmt: skip
    message = Column(
        "message", gettext_lazy("What is wrong"), render=lambda r: lines_html(r.message)
    )

    def row_url(self, row: AccountImportRow) -> str:
        account = row.account
        return reverse("accounts:detail", args=[account.public_id]) if account else ""


def membership_buttons(membership: Membership, edit: str, do: str) -> list[Button]:
    """What can be done with a login: change it, invite again, end it or take it up again."""
    args = [membership.public_id]
    found = [Button(_("Change"), reverse(edit, args=args), "pencil")]
    email = membership.user.email
    if not membership.is_active:
        url = reverse(do, args=[*args, "activate"])
        return [*found, Button(_("Activate again"), url, "arrow-path", method="post")]
    if not membership.user.has_usable_password():
        url = reverse(do, args=[*args, "invite"])
        found.append(Button(_("Send the invitation again"), url, "envelope", method="post"))
    confirm = Confirm(
        _("Deactivate %(email)s") % {"email": email},
        _("This person is signed out at once and cannot sign in here any more."),
        _("Deactivate it"),
    )
    url = reverse(do, args=[*args, "deactivate"])
    return [*found, Button(_("Deactivate"), url, "no-symbol", "danger", "post", confirm)]
