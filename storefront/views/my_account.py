"""My account: the person, the company, who else may sign in, keys to the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.access import access_storefront_user
from bss.accounts.links import api_docs_url
from bss.accounts.models import Account, ApiToken, Membership
from bss.accounts.permissions import Permission
from bss.accounts.ports import ENTITLEMENTS
from bss.accounts.selectors import storefront_users, with_makers
from bss.accounts.services import (
    account_edit,
    membership_activate,
    membership_deactivate,
    membership_edit,
    profile_edit,
    storefront_user_invite,
    token_create,
    token_revoke,
)
from bss.core.errors import DomainError, NotFound, PermissionDenied
from bss.ui.components import Button, Crumb, EmptyState, Fieldset
from bss.ui.generic import EditView, FormView, ListView, Page, Screen
from storefront.forms.my_account import (
    CompanyForm,
    ProfileForm,
    TokenForm,
    UserForm,
    UserInviteForm,
)
from storefront.tables import TokenTable, UserTable


class Mine(Screen):
    """A page about the account its visitor belongs to. The catalogue is anybody's; this is not."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.actor.is_anonymous:
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)

    def account(self) -> Account:
        """Raises NotFound for whoever belongs to no account."""
        found = Account.objects.filter(pk=self.actor.account_id or 0).first()
        if found is None:
            raise NotFound
        return found

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("My account"), reverse("storefront:my-account"))]


class MyAccount(Mine, Page):
    """Where everything about oneself begins; apps add their entries through the slot."""

    permission = Permission.CATALOG_VIEW
    template_name = "storefront/my_account.html"
    title = gettext_lazy("My account")

    def crumbs(self) -> Sequence[Crumb]:
        return ()

    def context(self) -> Mapping[str, Any]:
        return {"account": self.account()}


class Profile(Mine, FormView):
    permission = Permission.CATALOG_VIEW
    title = gettext_lazy("Your profile")
    form_class = ProfileForm
    success_message = gettext_lazy("Saved.")

    def prepare(self) -> None:
        """Staff who look through a customer's eyes have no profile here."""
        if self.actor.read_only:
            raise PermissionDenied(
                _("You are looking through a customer's eyes."), code="VIEW_ONLY"
            )

    def initial(self) -> Mapping[str, Any]:
        user = self.request.user
        return {"name": user.name, "language": user.language}  # type: ignore[union-attr]

    def save(self, form: Any) -> Any:
        return profile_edit(user=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]

    def success_url(self, result: Any) -> str:
        return reverse("storefront:my-account")


class Company(Mine, EditView):
    permission = Permission.COMPANY_EDIT
    title = gettext_lazy("Company information")
    form_class = CompanyForm
    fieldsets = (
        Fieldset(gettext_lazy("Reach us"), ("corporate_email", "phone", "website")),
        Fieldset(gettext_lazy("Address"), ("address_1", "address_2", "postcode", "city", "region")),
    )

    def get_object(self) -> Account:
        return self.account()

    def save(self, form: Any) -> Account:
        return account_edit(
            account=self.object, version=self.object.version, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: Any) -> str:
        return reverse("storefront:my-account")


class Users(Mine, ListView):
    permission = Permission.USER_MANAGE
    title = gettext_lazy("Users")
    intro = gettext_lazy("Who of your company signs in here, and what each may do.")
    table = UserTable
    exportable = False
    search = ("user__name", "user__email")
    empty = EmptyState(gettext_lazy("No users yet"), gettext_lazy("Invite the first one."))

    def queryset(self) -> Any:
        return storefront_users(self.account()).select_related("user", "contact")

    def primary_action(self) -> Button:
        return Button(_("Invite somebody"), reverse("storefront:user-invite"), "plus", "primary")


class UserInvite(Mine, FormView):
    permission = Permission.USER_MANAGE
    title = gettext_lazy("Invite somebody")
    form_class = UserInviteForm
    submit_label = gettext_lazy("Send the invitation")

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": self.account()}

    def save(self, form: Any) -> Membership:
        membership = storefront_user_invite(
            account=self.account(), actor=self.actor, **form.cleaned_data
        )
        messages.success(
            self.request, _("%(email)s gets an e-mail with a link to sign in.") % form.cleaned_data
        )
        return membership

    def success_url(self, result: Any) -> str:
        return reverse("storefront:users")


class UserEdit(Mine, FormView):
    """What somebody may do here; or that it may not sign in any more."""

    permission = Permission.USER_MANAGE
    template_name = "storefront/user.html"
    form_class = UserForm
    success_message = gettext_lazy("Saved.")

    def prepare(self) -> None:
        self.object = access_storefront_user(self.actor, self.kwargs["public_id"])
        if self.object.contact.account_id != self.actor.account_id:
            raise NotFound

    def get_title(self) -> Any:
        return self.object.user.get_full_name()

    def crumbs(self) -> Sequence[Crumb]:
        return [*super().crumbs(), Crumb(_("Users"), reverse("storefront:users"))]

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"account": self.account()}

    def initial(self) -> Mapping[str, Any]:
        return {"user_type": self.object.user_type, "roles": self.object.roles}

    def save(self, form: Any) -> Membership:
        return membership_edit(membership=self.object, actor=self.actor, **form.cleaned_data)

    def success_url(self, result: Any) -> str:
        return reverse("storefront:users")


class UserSwitch(UserEdit):
    """Deactivate somebody, or let it in again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.prepare()
        try:
            if self.object.is_active:
                membership_deactivate(membership=self.object, actor=self.actor)
            else:
                membership_activate(membership=self.object, actor=self.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
        return HttpResponseRedirect(reverse("storefront:users"))


class ApiScreen(Mine):
    """Keys to the API, for resellers whose plan includes it."""

    permission = Permission.TOKEN_MANAGE

    def account(self) -> Account:
        account = super().account()
        if "api" not in ENTITLEMENTS.get().capabilities(account.pk):
            raise PermissionDenied(_("Your plan does not include this."), code="NOT_IN_PLAN")
        return account


class Tokens(ApiScreen, ListView):
    title = gettext_lazy("API keys")
    intro = gettext_lazy(
        "A key lets a program of yours do what you allow it, for you and your customers."
    )
    table = TokenTable
    exportable = False
    empty = EmptyState(
        gettext_lazy("No keys yet"),
        gettext_lazy("Create one for the first program that is to use it."),
    )

    def queryset(self) -> Any:
        return with_makers(ApiToken.objects.filter(account=self.account()))

    def primary_action(self) -> Button:
        return Button(_("Create a key"), reverse("storefront:token-create"), "plus", "primary")


class TokenCreate(ApiScreen, FormView):
    title = gettext_lazy("Create a key")
    form_class = TokenForm
    submit_label = gettext_lazy("Create the key")

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"actor": self.actor}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account, form = self.account(), self.build(data=request.POST)
        if not form.is_valid():
            return self.rendered(form, status=400)
        token, text = token_create(
            organization=account.organization,
            account=account,
            actor=self.actor,
            **form.cleaned_data,
        )
        # Shown once, on this answer and never again.
        context = {"token": token, "text": text, "docs_url": api_docs_url()}
        return self.page(context, template="storefront/token_created.html")


class TokenRevoke(ApiScreen):
    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        token = ApiToken.objects.filter(account=self.account(), public_id=public_id).first()
        if token is None:
            raise NotFound
        token_revoke(token=token, actor=self.actor)
        messages.success(request, _("The key opens nothing any more."))
        return HttpResponseRedirect(reverse("storefront:tokens"))
