"""Organizations: one's own, the tenants under it, and the switch between those one works in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts import selectors
from bss.accounts.access import access_organization, access_own_organization
from bss.accounts.choices import StaffRole
from bss.accounts.countries import country_name
from bss.accounts.forms import OrganizationForm, TenantForm
from bss.accounts.links import home_url
from bss.accounts.models import Membership, Organization
from bss.accounts.permissions import Permission
from bss.accounts.services import organization_create, organization_edit, staff_invite
from bss.accounts.tables import OrganizationTable
from bss.core.errors import NotFound
from bss.ui.components import Badge, Button, Crumb, Fact, Fieldset
from bss.ui.generic import DetailView, EditView, FormView, ListView, Screen

IDENTITY = Fieldset(
    gettext_lazy("Identity"),
    ("name", "country", "vat_id", "support_email", "bank_details", "billing_account"),
)
DEFAULTS = Fieldset(
    gettext_lazy("Currency, language, time"),
    ("currency", "language", "time_zone"),
    gettext_lazy("New customers start with these."),
)
SECURITY = Fieldset(gettext_lazy("Security"), ("require_mfa",))
SHOP = Fieldset(gettext_lazy("Shop"), ("host",))
FIRST = Fieldset(
    gettext_lazy("First administrator"),
    ("admin_name", "admin_email"),
    gettext_lazy("Invites the rest of its staff. Your own staff enter it only as its members."),
)


class OrganizationList(ListView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("Organizations")
    table = OrganizationTable
    exportable = False
    intro = gettext_lazy("Yours, and the tenant resellers that run their own business under it.")

    def queryset(self) -> QuerySet[Organization]:
        return selectors.organizations_visible(self.actor)

    def primary_action(self) -> Button | None:
        return Button(_("New tenant"), reverse("accounts:tenant_create"), "plus", "primary")


class OrganizationDetail(DetailView):
    permission = Permission.ORGANIZATION_EDIT
    slot = "organization"
    object: Organization

    def get_object(self) -> Organization:
        return access_organization(self.actor, self.kwargs["public_id"])

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Organizations"), reverse("accounts:organizations"))]

    def badge(self) -> Badge | None:
        return Badge(_("Distributor") if self.object.is_root else _("Tenant reseller"), "info")

    def facts(self) -> Sequence[Fact]:
        organization = self.object
        shop = selectors.storefront_of_organization(organization)
        url = home_url(shop) if shop else ""
        factor = _("Required") if organization.require_mfa else _("Each person's choice")
        return [
            Fact(_("Shop"), url or None, url),
            Fact(_("Country"), country_name(organization.country)),
            Fact(_("Currency"), organization.currency),
            Fact(_("Support e-mail"), organization.support_email),
            Fact(_("Second factor"), factor),
        ]

    def primary_action(self) -> Button | None:
        if self.object.pk != self.actor.organization_id:
            return None
        url = reverse("accounts:organization_edit", args=[self.object.public_id])
        return Button(_("Edit"), url, "pencil", "primary")


class OrganizationEdit(EditView):
    permission = Permission.ORGANIZATION_EDIT
    form_class = OrganizationForm
    fieldsets: Sequence[Fieldset] = (IDENTITY, DEFAULTS, SECURITY)
    object: Organization

    def get_object(self) -> Organization:
        return access_own_organization(self.actor, self.kwargs["public_id"])

    def get_title(self) -> str:
        return _("Edit %(name)s") % {"name": self.object.name}

    def crumbs(self) -> Sequence[Crumb]:
        here = reverse("accounts:organization", args=[self.object.public_id])
        return [
            Crumb(_("Organizations"), reverse("accounts:organizations")),
            Crumb(self.object.name, here),
        ]

    def save(self, form: OrganizationForm) -> Organization:
        return organization_edit(
            organization=self.object, version=None, actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: Organization) -> str:
        return reverse("accounts:organization", args=[result.public_id])


class TenantCreate(FormView):
    permission = Permission.ORGANIZATION_EDIT
    title = gettext_lazy("New tenant")
    form_class = TenantForm
    fieldsets: Sequence[Fieldset] = (IDENTITY, DEFAULTS, SHOP, FIRST)
    submit_label = gettext_lazy("Create the tenant")
    success_message = gettext_lazy("%(it)s was created, and its first administrator invited.")

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Organizations"), reverse("accounts:organizations"))]

    def initial(self) -> Mapping[str, Any]:
        own = self.request.membership.organization  # type: ignore[attr-defined]
        asked = self.request.GET.get("billing_account", "")
        account = selectors.resellers_visible().filter(public_id=asked).first()
        known = {"billing_account": asked, "name": account.name} if account else {}
        return {
            "country": account.country if account else own.country,
            "currency": own.currency,
            "language": own.language,
            "time_zone": own.time_zone,
            **known,
        }

    def save(self, form: TenantForm) -> Organization:
        values = dict(form.cleaned_data)
        name, email = values.pop("admin_name"), values.pop("admin_email")
        with transaction.atomic():
            tenant = organization_create(
                parent=self.request.membership.organization,  # type: ignore[attr-defined]
                actor=self.actor,
                **values,
            )
            staff_invite(
                organization=tenant,
                email=email,
                name=name,
                role=StaffRole.ADMINISTRATOR,
                actor=self.actor,
            )
        return tenant

    def success_url(self, result: Organization) -> str:
        return reverse("accounts:organization", args=[result.public_id])


class OrganizationSwitch(Screen):
    """Work in another organization one is staff of, from its first page on."""

    permission = Permission.ACCOUNT_VIEW

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.POST.get("organization", "")
        memberships: list[Membership] = request.memberships  # type: ignore[attr-defined]
        chosen = next((m for m in memberships if m.organization.public_id == asked), None)
        if chosen is None:
            raise NotFound
        request.session[selectors.SESSION_ORGANIZATION] = chosen.organization_id
        return redirect(request.surface.home_url)  # type: ignore[attr-defined]
