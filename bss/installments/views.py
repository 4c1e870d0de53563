"""Payment plans in the portal: the plans, what each is offered for, and who may use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bss.accounts.access import access_account
from bss.accounts.permissions import Permission
from bss.catalog import selectors as catalog
from bss.catalog.access import access_product
from bss.catalog.choices import Unit
from bss.catalog.models import Product
from bss.installments import selectors, services
from bss.installments.access import access_payment_plan
from bss.installments.choices import Frequency
from bss.installments.forms import AccessForm, BulkOffersForm, OffersForm, PlanForm
from bss.installments.models import PaymentPlan, PaymentPlanAccess
from bss.installments.tables import PlanTable, duration, plan_badge
from bss.ui.components import Badge, Button, Crumb, EmptyState, Fact, Tab
from bss.ui.generic import DetailView, EditView, FormView, ListView, Screen

PAGE_SIZE = 50
EDIT = Permission.CATALOG_EDIT


class PlanList(ListView):
    permission = Permission.CATALOG_VIEW
    title = gettext_lazy("Payment plans")
    intro = gettext_lazy(
        "How the price of a term of a year or more can be paid in parts. "
        "Who may pay so is said on each customer."
    )
    table = PlanTable
    exportable = False

    @property
    def empty(self) -> EmptyState:  # type: ignore[override]
        return EmptyState(
            _("No payment plans yet"),
            _("Twelve monthly installments, for example: offered per product and term."),
            self.primary_action(),
            "calendar-days",
        )

    def queryset(self) -> QuerySet[PaymentPlan]:
        return selectors.payment_plans()

    def primary_action(self) -> Button | None:
        if not self.may(EDIT):
            return None
        return Button(_("New payment plan"), reverse("installments:plan-create"), "plus", "primary")


class PlanCreate(FormView):
    permission = EDIT
    title = gettext_lazy("New payment plan")
    form_class = PlanForm
    submit_label = gettext_lazy("Create payment plan")
    success_message = gettext_lazy("%(it)s created. Next: what they are offered for.")

    def crumbs(self) -> Sequence[Crumb]:
        return [_plans_crumb()]

    def initial(self) -> Mapping[str, Any]:
        return {"frequency": Frequency.MONTHLY, "count": 12}

    def save(self, form: Any) -> PaymentPlan:
        return services.plan_create(
            organization=catalog.organization_of(self.actor), actor=self.actor, **form.cleaned_data
        )

    def success_url(self, result: Any) -> str:
        return _plan_url(result)


class PlanDetail(DetailView):
    permission = Permission.CATALOG_VIEW
    slot = "payment_plan"
    tabs = (Tab("offers", gettext_lazy("Offered for"), "installments/_plan_offers.html"),)
    object: PaymentPlan

    def get_object(self) -> PaymentPlan:
        return access_payment_plan(self.actor, self.kwargs["public_id"])

    def badge(self) -> Badge:
        return plan_badge(self.object)

    def facts(self) -> Sequence[Fact]:
        return [
            Fact(_("Frequency"), Frequency(self.object.frequency).label),
            Fact(_("Installments"), self.object.count),
            Fact(_("Runs"), duration(self.object)),
        ]

    def crumbs(self) -> Sequence[Crumb]:
        return [_plans_crumb()]

    def tab_offers(self) -> Mapping[str, Any]:
        found = Paginator(selectors.offers_of(self.object), PAGE_SIZE)
        page = found.get_page(self.request.GET.get("page"))
        url = reverse("installments:offers-add", args=[self.object.public_id])
        add = Button(_("Offer it for more"), url, "plus", "primary")
        return {
            "page": page,
            "rows": [(offer.product, Unit(offer.unit).label) for offer in page.object_list],
            "add": add if self.may(EDIT) else None,
        }


class _PlanForm(FormView):
    """A form about one plan."""

    permission = EDIT
    object: PaymentPlan

    def prepare(self) -> None:
        self.object = access_payment_plan(self.actor, self.kwargs["public_id"], EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        return [_plans_crumb(), Crumb(str(self.object), _plan_url(self.object))]

    def success_url(self, result: Any) -> str:
        return _plan_url(self.object)


class PlanEdit(_PlanForm, EditView):
    title = gettext_lazy("Edit payment plan")
    form_class = PlanForm
    consequence = gettext_lazy(
        "It counts for what is bought from now on; what was bought keeps its plan."
    )

    def get_object(self) -> PaymentPlan:
        return access_payment_plan(self.actor, self.kwargs["public_id"], EDIT)

    def save(self, form: Any) -> PaymentPlan:
        return services.plan_edit(
            plan=self.object, version=self.object.version, actor=self.actor, **form.cleaned_data
        )


class PlanSwitch(Screen):
    """Offers a plan again, or to nobody."""

    permission = EDIT

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        plan = access_payment_plan(self.actor, public_id, EDIT)
        if plan.is_active:
            services.plan_deactivate(plan=plan, actor=self.actor)
            messages.success(request, _("%(it)s are no longer offered.") % {"it": plan})
        else:
            services.plan_activate(plan=plan, actor=self.actor)
            messages.success(request, _("%(it)s are offered again.") % {"it": plan})
        return redirect(_plan_url(plan))


class _BulkOffers(_PlanForm):
    """A plan and many products."""

    form_class = BulkOffersForm

    def form_kwargs(self) -> Mapping[str, Any]:
        return {"plan": self.object}

    def chosen(self, form: Any) -> tuple[QuerySet[Product], str]:
        """The products a form asks for, and in words."""
        found, words = Product.objects.all(), []
        if form.cleaned_data["type"] is not None:
            found = found.filter(type=form.cleaned_data["type"])
            words.append(form.cleaned_data["type"].name)
        if form.cleaned_data["category"] is not None:
            found = found.filter(category=form.cleaned_data["category"])
            words.append(form.cleaned_data["category"].name)
        return found, ", ".join(words) or _("Every product")

    def arguments(self, form: Any) -> dict[str, Any]:
        products, words = self.chosen(form)
        return {
            "plan": self.object,
            "products": products.values_list("pk", flat=True),
            "units": form.cleaned_data["units"],
            "words": words,
            "actor": self.actor,
        }


class OffersAdd(_BulkOffers):
    submit_label = gettext_lazy("Offer it")
    intro = gettext_lazy("Every product chosen here, for each of the terms that it is sold for.")

    def get_title(self) -> Any:
        return _("Offer %(plan)s") % {"plan": self.object}

    def save(self, form: Any) -> PaymentPlan:
        count = services.offers_add_for(**self.arguments(form))
        words = ngettext(
            "Offered for %(n)d product and term.", "Offered for %(n)d products and terms.", count
        )
        messages.success(self.request, words % {"n": count})
        return self.object


class OffersWithdraw(_BulkOffers):
    submit_label = gettext_lazy("Stop offering it")
    danger = True
    consequence = gettext_lazy("What was bought by it goes on.")

    def get_title(self) -> Any:
        return _("Stop offering %(plan)s") % {"plan": self.object}

    def save(self, form: Any) -> PaymentPlan:
        count = services.offers_withdraw_for(**self.arguments(form))
        words = ngettext(
            "No longer offered for %(n)d product and term.",
            "No longer offered for %(n)d products and terms.",
            count,
        )
        messages.success(self.request, words % {"n": count})
        return self.object


class ProductOffers(EditView):
    """By which plans one product can be paid, term by term."""

    permission = EDIT
    title = gettext_lazy("Payment plans")
    template_name = "installments/offers_form.html"
    form_class = OffersForm
    object: Product

    def get_object(self) -> Product:
        return access_product(self.actor, self.kwargs["public_id"], EDIT)

    def crumbs(self) -> Sequence[Crumb]:
        url = reverse("catalog:product-detail", args=[self.object.public_id])
        return [
            Crumb(_("Products"), reverse("catalog:product-list")),
            Crumb(self.object.name, url),
        ]

    def initial(self) -> Mapping[str, Any]:
        chosen: dict[str, list[str]] = {}
        for offer in selectors.offers_on(self.object):
            chosen.setdefault(offer.unit, []).append(offer.plan.public_id)
        return chosen

    def form_kwargs(self) -> Mapping[str, Any]:
        return {
            "units": selectors.long_terms(self.object),
            "plans": selectors.plan_choices(),
        }

    def save(self, form: Any) -> Product:
        services.offers_set(product=self.object, offered=form.offered(), actor=self.actor)
        return self.object

    def success_url(self, result: Any) -> str:
        url = reverse("catalog:product-detail", args=[self.object.public_id])
        return f"{url}?tab=payment_plans"


class AccountAccess(EditView):
    """Whether one customer may pay by installments, and at which extra charge."""

    permission = Permission.BILLING_EDIT
    title = gettext_lazy("Payment by installments")
    form_class = AccessForm
    consequence = gettext_lazy("It counts for what is bought from now on.")
    object: PaymentPlanAccess

    def get_object(self) -> PaymentPlanAccess:
        account = access_account(self.actor, self.kwargs["public_id"], Permission.BILLING_EDIT)
        return selectors.access_of(account) or PaymentPlanAccess(account=account, version=0)

    def crumbs(self) -> Sequence[Crumb]:
        return [Crumb(self.object.account.name, self.success_url(None))]

    def save(self, form: Any) -> PaymentPlanAccess:
        return services.access_set(
            account=self.object.account,
            version=self.object.version or None,
            actor=self.actor,
            **form.values(),
        )

    def success_url(self, result: Any) -> str:
        return reverse("accounts:detail", args=[self.object.account.public_id])


def _plans_crumb() -> Crumb:
    return Crumb(_("Payment plans"), reverse("installments:plans"))


def _plan_url(plan: PaymentPlan) -> str:
    return reverse("installments:plan", args=[plan.public_id])
