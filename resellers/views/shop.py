"""The reseller's own storefront: its look and texts with a preview before saving, its products, prices and terms."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.models import Account, Storefront
from bss.accounts.permissions import Permission
from bss.core.errors import DomainError
from bss.orders.forms.orders import TermsForm
from bss.orders.models import TermsVersion
from bss.orders.selectors import terms_versions_of
from bss.ui.components import Button, Crumb, EmptyState, Fieldset
from bss.ui.fields import Problem, problems_html
from bss.ui.generic import EditView, FormView, Page, Screen
from bss.ui.theme import BrandTheme
from resellers import theme
from resellers.access import access_own_account, access_own_storefront
from resellers.choices import Capability
from resellers.contracts import OwnPriceRow
from resellers.errors import NoStorefront
from resellers.forms import HOME_SECTIONS, StorefrontForm
from resellers.selectors import capabilities_of, own_price_rows
from resellers.services import listing_save, prices_save, storefront_save, terms_save

TABS = (
    ("plans:storefront", gettext_lazy("Look and texts"), Capability.BRANDING),
    ("plans:products", gettext_lazy("Products"), Capability.CATALOG_LISTING),
    ("plans:prices", gettext_lazy("Prices"), Capability.OWN_PRICES),
    ("plans:terms", gettext_lazy("Terms"), Capability.SELF_SERVICE_ORDERING),
)


class OwnStorefront(Screen):
    """What the pages share: crumbs, and the tabs that the plan opens."""

    permission: str = Permission.STOREFRONT_MANAGE
    capability: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NoStorefront as missing:
            return self._without(missing)

    def _without(self, missing: NoStorefront) -> HttpResponse:
        """What there is instead of the page for who is on Basic."""
        context = {
            "title": _("Your storefront"),
            "crumbs": self.crumbs(),
            "state": EmptyState(
                missing.message,
                missing.remedy,
                Button(_("Compare the plans"), reverse("plans:plans"), kind="primary"),
                "building-storefront",
            ),
        }
        template = "resellers/storefront_none.html"
        return render(self.request, template, context, status=missing.status)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Reseller plans"), reverse("plans:plans"))]

    def account(self) -> Account:
        return access_own_account(self.actor, Permission.STOREFRONT_MANAGE)

    def storefront(self) -> Storefront:
        return access_own_storefront(self.actor, self.capability)

    def shop_context(self) -> dict[str, Any]:
        granted = capabilities_of(self.account().pk)
        here = self.request.resolver_match.view_name if self.request.resolver_match else ""
        tabs = [
            {"label": label, "url": reverse(name), "current": name == here}
            for name, label, capability in TABS
            if capability in granted
        ]
        return {"shop_tabs": tabs}


class Settings(OwnStorefront, EditView):
    """Look and texts. *Preview* shows them as they would be, without saving."""

    capability = Capability.BRANDING
    template_name = "resellers/storefront_settings.html"
    title = gettext_lazy("Your storefront")
    form_class = StorefrontForm
    fieldsets = (
        Fieldset(gettext_lazy("Company"), ("name", "title", "tagline", "about")),
        Fieldset(gettext_lazy("Look"), ("logo", "accent", "radius", "typeface")),
        Fieldset(gettext_lazy("Home page"), ("home_sections",)),
        Fieldset(gettext_lazy("Contact"), ("contact_email", "contact_phone")),
    )

    def get_object(self) -> Storefront:
        return self.storefront()

    def context(self) -> Mapping[str, Any]:
        return {**self.shop_context(), "shop_url": f"{self.object.prefix}/"}

    def initial(self) -> Mapping[str, Any]:
        every = [key for key, _label in HOME_SECTIONS]
        return {
            **super().initial(),
            "logo": None,
            "home_sections": self.object.home_sections or every,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("action") != "preview":
            return super().post(request, *args, **kwargs)
        self.prepare()
        form = self.build(data=request.POST, files=request.FILES)
        if form.is_valid():
            self.preview = form.cleaned_data
        return self.rendered(form)

    def rendered(self, form: Any, status: int = 200) -> HttpResponse:
        values = getattr(self, "preview", None)
        self.extra = {"preview": _preview(values, self.object)} if values else {}
        return super().rendered(form, status)

    def page(
        self, context: Mapping[str, Any], *, template: str = "", status: int = 200
    ) -> HttpResponse:
        return super().page(
            {**context, **getattr(self, "extra", {})}, template=template, status=status
        )

    def save(self, form: Any) -> Storefront:
        values = dict(form.cleaned_data)
        if not values["logo"]:
            values.pop("logo")
        saved = storefront_save(
            account=self.account(),
            storefront=self.object,
            version=self.object.version,
            actor=self.actor,
            **values,
        )
        for adjustment in _theme_of(values).adjustments:
            messages.info(self.request, str(adjustment))
        return saved

    def success_url(self, result: Any) -> str:
        return reverse("plans:storefront")


class Products(OwnStorefront, Page):
    """Which of the distributor's products the storefront shows."""

    capability = Capability.CATALOG_LISTING
    template_name = "resellers/storefront_products.html"
    title = gettext_lazy("Products in your storefront")

    def context(self) -> Mapping[str, Any]:
        self.storefront()
        return {**self.shop_context(), "rows": own_price_rows(self.account())}

    def post(self, request: HttpRequest) -> HttpResponse:
        self.storefront()
        listed = {int(pk) for pk in request.POST.getlist("listed") if pk.isdigit()}
        listing_save(account=self.account(), listed=listed, actor=self.actor)
        messages.success(request, _("Saved. Your storefront shows the products you chose."))
        return HttpResponseRedirect(reverse("plans:products"))


class Prices(OwnStorefront, Page):
    """What the reseller charges: a mark-up on what it pays, for everything or product by product."""

    capability = Capability.OWN_PRICES
    template_name = "resellers/storefront_prices.html"
    title = gettext_lazy("Your selling prices")

    def context(self) -> Mapping[str, Any]:
        self.storefront()
        errors: Mapping[str, Sequence[Any]] = getattr(self, "errors", {})
        rows = own_price_rows(self.account())
        return {
            **self.shop_context(),
            "summary": problems_html(_problems(errors, rows)),
            "rows": [
                {
                    "row": row,
                    "typed": getattr(self, "typed", {}).get(row.field, row.markup),
                    "error": errors.get(row.field, [""])[0],
                }
                for row in rows
            ],
        }

    def post(self, request: HttpRequest) -> HttpResponseBase:
        self.storefront()
        typed = {k: str(v) for k, v in request.POST.items() if k.startswith("markup-")}
        try:
            prices_save(account=self.account(), typed=typed, actor=self.actor)
        except DomainError as problem:
            self.errors = getattr(problem, "errors", {"": [problem.message]})
            self.typed = typed
            response = self.get(request)
            response.status_code = problem.status
            return response
        messages.success(request, _("Saved. Your customers see these prices from now on."))
        return HttpResponseRedirect(reverse("plans:prices"))


class Terms(OwnStorefront, FormView):
    """What the reseller's customers accept when they order from it; the newest version counts."""

    capability = Capability.SELF_SERVICE_ORDERING
    template_name = "resellers/storefront_terms.html"
    title = gettext_lazy("Your terms")
    intro = gettext_lazy(
        "Your customers buy from you: they accept your terms when they order. You accept your supplier's when you do."
    )
    form_class = TermsForm
    submit_label = gettext_lazy("Publish")
    consequence = gettext_lazy(
        "From now on your customers accept this version. What was accepted before stays as it was."
    )
    success_message = gettext_lazy("Version %(it)s is published.")

    def prepare(self) -> None:
        self.storefront()

    def context(self) -> Mapping[str, Any]:
        return {**self.shop_context(), "versions": self.versions()[:20]}

    def versions(self) -> QuerySet[TermsVersion]:
        own = self.account()
        return terms_versions_of(own.organization_id, own.pk)

    def initial(self) -> Mapping[str, Any]:
        newest = self.versions().first()
        return {"text": newest.text} if newest else {}

    def save(self, form: Any) -> TermsVersion:
        return terms_save(account=self.account(), actor=self.actor, **form.cleaned_data)

    def success_url(self, result: TermsVersion) -> str:
        return reverse("plans:terms")


def _problems(errors: Mapping[str, Sequence[Any]], rows: Sequence[OwnPriceRow]) -> list[Problem]:
    """What is wrong with the prices: with all of them first, then product by product in their order."""
    fields = {row.field for row in rows}
    loose = [text for name, texts in errors.items() if name not in fields for text in texts]
    return [
        *(Problem("", text, "") for text in loose),
        *(Problem(row.name, text, row.field) for row in rows for text in errors.get(row.field, ())),
    ]


def _theme_of(values: Mapping[str, Any]) -> BrandTheme:
    return BrandTheme.from_inputs(values["accent"], values["radius"], values["typeface"])


def _chosen_url(logo: ContentFile[bytes] | None) -> str:
    """A logo that is not saved yet, inside the page itself."""
    if logo is None:
        return ""
    logo.seek(0)
    return f"data:image/webp;base64,{b64encode(logo.read()).decode()}"


def _preview(values: Mapping[str, Any], storefront: Storefront) -> dict[str, Any]:
    """What the preview shows: the values as typed, and a stylesheet for them."""
    found = _theme_of(values)
    key = theme.preview_key(values["accent"], values["radius"], values["typeface"])
    return {
        **values,
        "logo_url": _chosen_url(values["logo"]) or (storefront.logo.url if storefront.logo else ""),
        "stylesheet": theme.preview_url(key),
        "adjustments": [str(a) for a in found.adjustments],
    }
