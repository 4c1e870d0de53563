"""Contacts of an account, and their logins to the storefront."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.access import access_account, access_contact, access_storefront_user
from bss.accounts.forms import ContactForm, InviteForm
from bss.accounts.models import Account, Contact, Membership
from bss.accounts.permissions import Permission
from bss.accounts.services import (
    contact_create,
    contact_edit,
    membership_edit,
    membership_invite,
)
from bss.accounts.views.portal.logins import LoginDo
from bss.ui.components import Crumb, Fieldset
from bss.ui.generic import EditView, FormView

PERSON = Fieldset(
    gettext_lazy("Person"), ("first_name", "last_name", "email", "phone", "job_title")
)
PART = Fieldset(gettext_lazy("Its part here"), ("is_primary", "receives_invoices"))


def account_crumbs(account: Account) -> Sequence[Crumb]:
    """The way to an account's page."""
    here = reverse("accounts:detail", args=[account.public_id])
    return [Crumb(_("Customers"), reverse("accounts:list")), Crumb(account.name, here)]


def tab_url(account: Account, tab: str) -> str:
    """A tab of an account's page."""
    return f"{reverse('accounts:detail', args=[account.public_id])}?tab={tab}"


class ContactCreate(FormView):
    permission = Permission.CONTACT_EDIT
    title = gettext_lazy("New contact")
    form_class = ContactForm
    fieldsets: Sequence[Fieldset] = (PERSON, PART)
    submit_label = gettext_lazy("Create the contact")
    success_message = gettext_lazy("%(it)s was created.")
    object: Account

    def prepare(self) -> None:
        self.object = access_account(self.actor, self.kwargs["public_id"], Permission.CONTACT_EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return account_crumbs(self.object)

    def save(self, form: ContactForm) -> Contact:
        return contact_create(account=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Contact) -> str:
        return tab_url(self.object, "contacts")


class ContactEdit(EditView):
    permission = Permission.CONTACT_EDIT
    form_class = ContactForm
    fieldsets: Sequence[Fieldset] = (PERSON, PART)
    object: Contact

    def get_title(self) -> str:
        return self.object.full_name

    def crumbs(self) -> Sequence[Crumb]:
        return account_crumbs(self.object.account)

    def get_object(self) -> Contact:
        return access_contact(self.actor, self.kwargs["public_id"], Permission.CONTACT_EDIT)

    def save(self, form: ContactForm) -> Contact:
        return contact_edit(
            contact=self.object, version=None, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: Contact) -> str:
        return tab_url(result.account, "contacts")


class UserInvite(FormView):
    """Give a contact a login."""

    permission = Permission.CONTACT_EDIT
    form_class = InviteForm
    submit_label = gettext_lazy("Send the invitation")
    success_message = gettext_lazy("An e-mail with a link to set a password is on its way.")
    object: Contact

    def prepare(self) -> None:
        self.object = access_contact(self.actor, self.kwargs["public_id"], Permission.CONTACT_EDIT)

    def get_title(self) -> str:
        return _("Invite %(name)s") % {"name": self.object.full_name}

    def crumbs(self) -> Sequence[Crumb]:
        return account_crumbs(self.object.account)

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": self.object.account}

    def save(self, form: InviteForm) -> Membership:
        return membership_invite(contact=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Membership) -> str:
        return tab_url(self.object.account, "users")


class UserEdit(FormView):
    """What a storefront user may do."""

    permission = Permission.CONTACT_EDIT
    form_class = InviteForm
    success_message = gettext_lazy("Saved.")
    object: Membership

    def prepare(self) -> None:
        self.object = access_storefront_user(
            self.actor, self.kwargs["public_id"], Permission.CONTACT_EDIT
        )

    def get_title(self) -> str:
        return self.object.user.get_full_name()

    def crumbs(self) -> Sequence[Crumb]:
        return account_crumbs(_account_of(self.object))

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": _account_of(self.object)}

    def initial(self) -> Mapping[str, Any]:
        return {"user_type": self.object.user_type, "roles": self.object.roles}

    def save(self, form: InviteForm) -> Membership:
        return membership_edit(membership=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Membership) -> str:
        return tab_url(_account_of(result), "users")


class UserDo(LoginDo):
    permission = Permission.CONTACT_EDIT

    def get_membership(self, public_id: str) -> Membership:
        return access_storefront_user(self.actor, public_id, Permission.CONTACT_EDIT)

    def list_url(self, membership: Membership) -> str:
        return tab_url(_account_of(membership), "users")


def _account_of(membership: Membership) -> Account:
    assert membership.contact is not None  # noqa: S101 -- the CHECK membership_shape holds it
    return membership.contact.account
