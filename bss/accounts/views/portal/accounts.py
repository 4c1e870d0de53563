"""Customers: the list, the record, the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bss.accounts import selectors
from bss.accounts.access import access_account
from bss.accounts.choices import AccountKind
from bss.accounts.countries import country_name
from bss.accounts.filters import AccountFilter
from bss.accounts.forms import AccountCreateForm, AccountEditForm
from bss.accounts.forms.accounts import ADDRESS, IDENTITY, ORDERING, TAX
from bss.accounts.models import Account, Contact, Membership
from bss.accounts.permissions import Permission
from bss.accounts.services import (
    account_activate,
    account_create,
    account_deactivate,
    account_edit,
    accounts_deactivate,
    viewing_start,
)
from bss.accounts.tables import (
    AccountTable,
    ContactTable,
    CustomerTable,
    UserTable,
    active_badge,
    credit_words,
)
from bss.accounts.views.leaving import leave_to
from bss.core.actor import Actor
from bss.ui.components import (
    Attention,
    Badge,
    Button,
    Confirm,
    Crumb,
    EmptyState,
    Fact,
    Fieldset,
    SavedView,
    Tab,
)
from bss.ui.generic import BulkAction, BulkResult, DetailView, EditView, FormView, ListView, Screen

# A page shows this many customers, contacts and users of one account; the lists have the rest.
SHOWN = 50


def _ask_to_deactivate(count: int) -> Confirm:
    title = ngettext("Deactivate %(n)d account", "Deactivate %(n)d accounts", count) % {"n": count}
    text = _(
        "Their people, and those of their customers, are signed out and cannot sign in any more."
    )
    return Confirm(title, text, _("Deactivate"))


def _deactivate(rows: QuerySet[Any], actor: Actor) -> BulkResult:
    wanted = list(rows)
    done = {account.pk for account in accounts_deactivate(accounts=rows, actor=actor)}
    refused = [(a.name, _("inactive already")) for a in wanted if a.pk not in done]
    return BulkResult(len(done), refused)


class AccountList(ListView):
    permission = Permission.ACCOUNT_VIEW
    title = gettext_lazy("Customers")
    table = AccountTable
    filterset = AccountFilter
    search = ("name", "number", "corporate_email")
    search_label = gettext_lazy("Name, number or e-mail")
    export_name = "customers"
    saved_views = (
        SavedView("resellers", gettext_lazy("Resellers"), {"kind": AccountKind.RESELLER}),
        SavedView("direct", gettext_lazy("Direct customers"), {"kind": AccountKind.DIRECT}),
        SavedView("customers", gettext_lazy("End customers"), {"kind": AccountKind.CUSTOMER}),
        SavedView("inactive", gettext_lazy("Inactive"), {"active": "false"}),
    )
    bulk_actions = (
        BulkAction(
            "deactivate",
            gettext_lazy("Deactivate"),
            _deactivate,
            icon="no-symbol",
            permission=Permission.ACCOUNT_EDIT,
            kind="danger",
            confirm=_ask_to_deactivate,
        ),
    )

    def queryset(self) -> QuerySet[Account]:
        return selectors.accounts_visible()

    def search_filter(self, text: str) -> Q:
        return selectors.accounts_matching(text)

    def primary_action(self) -> Button | None:
        if not self.may(Permission.ACCOUNT_EDIT):
            return None
        return Button(_("New customer"), reverse("accounts:create"), "plus", "primary")

    def header_actions(self) -> Sequence[Button]:
        if not self.may(Permission.ACCOUNT_IMPORT):
            return ()
        return [Button(_("Import from a file"), reverse("accounts:imports"), "arrow-up-tray")]

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No customers yet"),
            _(
                "A customer buys from you: a company directly, or a reseller with customers of its own."
            ),
            self.primary_action(),
            "users",
        )


class AccountDetail(DetailView):
    permission = Permission.ACCOUNT_VIEW
    slot = "account"
    object: Account

    def get_object(self) -> Account:
        self.object = account = access_account(self.actor, self.kwargs["public_id"])
        self.tabs = self._tabs_of(account)
        return account

    @cached_property
    def contacts(self) -> list[Contact]:
        """The first of them: for their tab, and for the timeline that tells of them too."""
        return list(selectors.contacts_of(self.object)[:SHOWN])

    @cached_property
    def users(self) -> list[Membership]:
        """The first logins, likewise."""
        return list(selectors.storefront_users(self.object)[:SHOWN])

    def _tabs_of(self, account: Account) -> list[Tab]:
        tabs = [
            Tab("overview", _("Overview"), "accounts/_overview.html"),
            Tab(
                "contacts",
                _("Contacts"),
                "accounts/_table_tab.html",
                _count(self.contacts, selectors.contacts_of(account)),
            ),
            Tab(
                "users",
                _("Storefront users"),
                "accounts/_table_tab.html",
                _count(self.users, selectors.storefront_users(account)),
            ),
        ]
        if account.kind == AccountKind.RESELLER:
            count = selectors.customers_of(account).count()
            tabs.insert(1, Tab("customers", _("Customers"), "accounts/_table_tab.html", count))
        return tabs

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("accounts:list"))]

    def badge(self) -> Badge | None:
        return active_badge(self.object.is_active)

    def facts(self) -> Sequence[Fact]:
        account = self.object
        facts = [Fact(_("Kind"), account.get_kind_display())]
        if account.parent is not None:
            url = reverse("accounts:detail", args=[account.parent.public_id])
            facts.append(Fact(_("Reseller"), account.parent.name, url))
        else:
            facts.append(Fact(_("Credit limit"), credit_words(account)))
        return [
            *facts,
            Fact(_("Country"), country_name(account.country)),
            Fact(_("Currency"), account.currency),
        ]

    def attention(self) -> Sequence[Attention]:
        account = self.object
        if not account.is_active:
            text = _("Nobody of this account can sign in.")
            return [Attention(_("This account is inactive"), text, button=self._activate_button())]
        if account.parent is not None and not account.parent.is_active:
            text = _("Nobody of this account can sign in until its reseller is active again.")
            return [Attention(_("Its reseller is inactive"), text)]
        return ()

    def _activate_button(self) -> Button | None:
        if not self.may(Permission.ACCOUNT_EDIT):
            return None
        url = reverse("accounts:do", args=[self.object.public_id, "activate"])
        return Button(_("Activate"), url, "arrow-path", method="post")

    def related(self) -> Sequence[Model]:
        return [*self.contacts, *self.users]

    # Tabs ------------------------------------------------------------------------------------------

    def tab_overview(self) -> Mapping[str, Any]:
        account = self.object
        lines = [account.address_1, account.address_2, f"{account.postcode} {account.city}".strip()]
        return {
            "account": account,
            "address": [line for line in [*lines, account.region] if line],
            "country": country_name(account.country),
            "tax_country": country_name(account.tax_country),
            "credit": credit_words(account),
        }

    def tab_contacts(self) -> Mapping[str, Any]:
        url = reverse("accounts:contact_create", args=[self.object.public_id])
        may = self.may(Permission.CONTACT_EDIT)
        action = Button(_("New contact"), url, "plus", "primary") if may else None
        empty = EmptyState(
            _("No contacts yet"),
            _("A contact is a person here, who may sign in and get invoices."),
            action,
            "user",
        )
        return {**ContactTable(self.request).plain(self.contacts), "action": action, "empty": empty}

    def tab_users(self) -> Mapping[str, Any]:
        empty = EmptyState(
            _("Nobody can sign in yet"),
            _("Invite a contact: its menu has “Invite to sign in”."),
            icon="key",
        )
        return {**UserTable(self.request).plain(self.users), "empty": empty}

    def tab_customers(self) -> Mapping[str, Any]:
        found = selectors.customers_of(self.object).select_related("parent", "payment_method")
        rows = list(found.order_by("-pk")[:SHOWN])
        url = f"{reverse('accounts:create')}?kind=customer&parent={self.object.public_id}"
        may = self.may(Permission.ACCOUNT_EDIT)
        action = Button(_("New end customer"), url, "plus", "primary") if may else None
        empty = EmptyState(
            _("No customers yet"), _("This reseller's end customers stand here."), action, "users"
        )
        more = f"{reverse('accounts:list')}?parent={self.object.public_id}"
        table = CustomerTable(self.request).plain(rows)
        return {**table, "action": action, "empty": empty, "all_url": more}


def _count(shown: Sequence[Model], found: QuerySet[Any]) -> int:
    """How many of `found` there are, of which the first SHOWN were read: a question only where there are more."""
    return len(shown) if len(shown) < SHOWN else found.count()


class AccountCreate(FormView):
    permission = Permission.ACCOUNT_EDIT
    title = gettext_lazy("New customer")
    form_class = AccountCreateForm
    fieldsets: Sequence[Fieldset] = (IDENTITY, ADDRESS, TAX, ORDERING)
    submit_label = gettext_lazy("Create the customer")
    success_message = gettext_lazy("%(it)s was created.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Customers"), reverse("accounts:list"))]

    def initial(self) -> Mapping[str, Any]:
        asked = self.request.GET
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return {
            "kind": asked.get("kind", AccountKind.DIRECT),
            "parent": asked.get("parent"),
            "country": organization.country,
            "currency": organization.currency,
            "language": organization.language,
        }

    def save(self, form: AccountCreateForm) -> Account:
        organization = self.request.membership.organization  # type: ignore[attr-defined]
        return account_create(organization=organization, actor=self.actor, **form.account_values())

    def success_url(self, result: Account) -> str:
        return reverse("accounts:detail", args=[result.public_id])


class AccountEdit(EditView):
    permission = Permission.ACCOUNT_EDIT
    form_class = AccountEditForm
    fieldsets: Sequence[Fieldset] = (IDENTITY, ADDRESS, TAX, ORDERING)

    def get_title(self) -> str:
        return _("Edit %(name)s") % {"name": self.object.name}

    def crumbs(self) -> Sequence[Crumb]:
        account = self.object
        here = reverse("accounts:detail", args=[account.public_id])
        return [Crumb(_("Customers"), reverse("accounts:list")), Crumb(account.name, here)]

    def get_object(self) -> Account:
        return access_account(self.actor, self.kwargs["public_id"], Permission.ACCOUNT_EDIT)

    def initial(self) -> Mapping[str, Any]:
        return AccountEditForm.initial_of(self.object)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": self.object}

    def save(self, form: AccountEditForm) -> Account:
        # The form has said that somebody else was faster; whoever saves again means it.
        return account_edit(
            account=self.object, version=None, actor=self.actor, **form.account_values()
        )

    def success_url(self, result: Account) -> str:
        return reverse("accounts:detail", args=[result.public_id])


class AccountDo(Screen):
    """Deactivate and activate: one button each, asked for on the record."""

    permission = Permission.ACCOUNT_EDIT
    services = {"activate": account_activate, "deactivate": account_deactivate}

    def post(self, request: HttpRequest, public_id: str, verb: str) -> HttpResponseBase:
        account = access_account(self.actor, public_id, Permission.ACCOUNT_EDIT)
        self.services[verb](account=account, actor=self.actor)
        return redirect("accounts:detail", account.public_id)


class ViewAs(Screen):
    """Open the storefront as this account sees it."""

    permission = Permission.VIEW_AS

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        account = access_account(self.actor, public_id, Permission.VIEW_AS)
        return leave_to(request, viewing_start(account=account, actor=self.actor))
