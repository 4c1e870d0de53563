"""The page of one change: what is wished, what it will mean, then one button. Both surfaces use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bss.accounts.models import Storefront
from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.actor import Actor
from bss.core.errors import DomainError, NotFound
from bss.orders.choices import OrderSource
from bss.orders.errors import PriceChanged
from bss.orders.selectors import track_for
from bss.subscriptions import selectors, services
from bss.subscriptions.access import access_change, access_subscription
from bss.subscriptions.choices import ChangeKind, ChangeState
from bss.subscriptions.contracts import ChangePreview
from bss.subscriptions.forms import FORMS, ChangeForm, Choices, Target, option_key, quantity_in
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services.offers import add_on_choices, payment_options, switch_choices
from bss.ui import formats
from bss.ui.components import Crumb
from bss.ui.generic import Screen
from bss.ui.generic.edit import add_domain_error

TITLES: dict[str, Any] = {
    ChangeKind.QUANTITY: _("Change the quantity"),
    ChangeKind.PRODUCT: _("Change the product"),
    ChangeKind.ADD_ON: _("Change the add-ons"),
    ChangeKind.RENEWAL: _("Manage the renewal"),
    ChangeKind.SUSPEND: _("Suspend"),
    ChangeKind.RESUME: _("Resume"),
    ChangeKind.CANCEL: _("Cancel the subscription"),
}
BUTTONS: dict[str, Any] = {
    ChangeKind.QUANTITY: _("Change the quantity"),
    ChangeKind.PRODUCT: _("Change the product"),
    ChangeKind.ADD_ON: _("Change the add-ons"),
    ChangeKind.RENEWAL: _("Change the renewal"),
    ChangeKind.SUSPEND: _("Suspend it"),
    ChangeKind.RESUME: _("Resume it"),
    ChangeKind.CANCEL: _("Cancel it"),
}
PERMISSIONS: dict[str, str] = {
    ChangeKind.SUSPEND: Permission.SUBSCRIPTION_SUSPEND,
    ChangeKind.RESUME: Permission.SUBSCRIPTION_SUSPEND,
}
# Kinds that put nothing on any invoice: they need not have been previewed.
_FREE = frozenset({ChangeKind.SUSPEND, ChangeKind.RESUME})
# Kinds that mean something before anything is filled in.
_READY = frozenset({ChangeKind.SUSPEND, ChangeKind.RESUME, ChangeKind.CANCEL})


class ChangePage(Screen):
    """GET shows the form and, once it is filled, the preview; POST carries out what the preview said."""

    permission = Permission.SUBSCRIPTION_VIEW
    template_name = "subscriptions/change.html"
    source: ClassVar[str] = OrderSource.PORTAL
    namespace: ClassVar[str] = "subscriptions"
    subscription: Subscription

    # What a surface says ---------------------------------------------------------------------------

    def home_url(self) -> str:
        return reverse("subscriptions:detail", args=[self.subscription.public_id])

    def list_crumb(self) -> Crumb:
        return Crumb(_("Subscriptions"), reverse("subscriptions:list"))

    def storefront(self) -> Storefront | None:
        return None

    # Requests --------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
        self.find(public_id, kind)
        asked = self.form_class.base_fields.keys() & request.GET.keys()
        if asked:
            form = self.build(data=request.GET)
            return self.rendered(form, self.previewed(form) if form.is_valid() else None)
        form = self.build(initial=self.initial())
        if kind not in _READY:
            return self.rendered(form, None)
        bound = self.build(data={"when": form.get_initial_for_field(form.fields["when"], "when")}
                           if "when" in form.fields else {})  # fmt: skip
        return self.rendered(bound, self.previewed(bound) if bound.is_valid() else None)

    def post(self, request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
        self.find(public_id, kind)
        form = self.build(data=request.POST)
        preview = self.previewed(form) if form.is_valid() else None
        if preview is None:
            return self.rendered(form, None, status=400)
        try:
            if kind not in _FREE and not form.cleaned_data["seen"]:
                raise PriceChanged
            change = services.change_confirm(
                subscription=self.subscription,
                kind=kind,
                actor=self.actor,
                source=self.source,
                reason=form.cleaned_data["reason"],
                token=form.cleaned_data["seen"],
                storefront=self.storefront(),
                **form.wish(),
            )
        except DomainError as error:
            add_domain_error(form, error)
            return self.rendered(form, self.previewed(form), status=error.status)
        messages.success(request, done_words(change))
        return HttpResponseRedirect(self.home_url())

    # Parts -----------------------------------------------------------------------------------------

    def find(self, public_id: str, kind: str) -> None:
        if kind not in FORMS:
            raise NotFound
        self.kind = kind
        permission = PERMISSIONS.get(kind, Permission.SUBSCRIPTION_MANAGE)
        self.subscription = access_subscription(self.actor, public_id, permission)

    @property
    def form_class(self) -> type[ChangeForm]:
        return FORMS[self.kind]

    @cached_property
    def choices(self) -> Choices:
        subscription = self.subscription
        track = track_for(self.actor, subscription.payer_id)
        if self.kind == ChangeKind.PRODUCT:
            return Choices(targets=switch_targets_priced(subscription, self.actor))
        if self.kind == ChangeKind.ADD_ON:
            return Choices(add_ons=add_on_choices(subscription, track))
        if self.kind == ChangeKind.RENEWAL:
            asked = quantity_in(self.request.POST or self.request.GET)
            return Choices(payments=payment_options(subscription, track, quantity=asked))
        return Choices()

    def build(self, **given: Any) -> ChangeForm:
        return self.form_class(subscription=self.subscription, choices=self.choices, **given)

    def initial(self) -> Mapping[str, Any]:
        subscription = self.subscription
        if self.kind != ChangeKind.RENEWAL:
            return {"quantity": subscription.quantity} if self.kind == ChangeKind.QUANTITY else {}
        current = next((each for each in self.choices.payments if each.is_current), None)
        return {
            "renews": "yes" if subscription.renews else "no",
            "quantity": subscription.renewal_quantity or subscription.quantity,
            "payment": option_key(current) if current else "",
        }

    def previewed(self, form: ChangeForm) -> ChangePreview | None:
        """What the filled form will mean; None after putting the refusal on the form."""
        try:
            return services.change_preview(
                subscription=self.subscription, kind=self.kind, actor=self.actor, **form.wish()
            )
        except DomainError as error:
            if not form.errors:
                add_domain_error(form, error)
            return None

    def rendered(
        self, form: ChangeForm, preview: ChangePreview | None, status: int = 200
    ) -> HttpResponse:
        carried = [
            (name, form.data.get(name, ""))
            for name in form.fields
            if form.is_bound and name not in {"seen", "reason"}
        ]
        context = {
            "form": form,
            "subscription": self.subscription,
            "preview": preview,
            "carried": carried,
            "kind": self.kind,
            "has_fields": bool(set(form.fields) - {"seen", "reason"}),
            "term": str(Unit(self.subscription.unit).per),
            "button": BUTTONS[self.kind],
            "danger": self.kind in {ChangeKind.CANCEL, ChangeKind.SUSPEND},
            "home_url": self.home_url(),
        }
        return self.page(context, status=status)

    def get_title(self) -> Any:
        return TITLES[self.kind]

    def crumbs(self) -> Sequence[Crumb]:
        return [self.list_crumb(), Crumb(self.subscription.name, self.home_url())]


class ChangeWithdraw(Screen):
    """Takes a planned or failed change back."""

    permission = Permission.SUBSCRIPTION_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        change = access_change(self.actor, public_id, self.permission)
        services.change_withdraw(change=change, actor=self.actor)
        messages.success(request, _t("The change is withdrawn. Everything stays as it is."))
        return HttpResponseRedirect(self.home_url(change.subscription))

    def home_url(self, subscription: Subscription) -> str:
        return reverse("subscriptions:detail", args=[subscription.public_id])


class SubscriptionRetry(Screen):
    """Tries what failed again."""

    permission = Permission.SUBSCRIPTION_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        subscription = access_subscription(self.actor, public_id, self.permission)
        services.subscription_retry(subscription=subscription, actor=self.actor)
        messages.success(request, _t("It is being tried again."))
        return HttpResponseRedirect(reverse("subscriptions:detail", args=[public_id]))


def switch_targets_priced(subscription: Subscription, actor: Actor) -> list[Target]:
    """The products a subscription may change to that its payer can buy, with the price that `actor` looks at."""
    track = track_for(actor, subscription.payer_id)
    per = Unit(subscription.unit).per
    products = list(selectors.switch_targets(subscription, actor))
    return [
        Target(
            choice.product,
            f"{choice.product.name},"
            f" {formats.amount(choice.unit_price.amount, choice.unit_price.currency)} {per}",
        )
        for choice in switch_choices(subscription, products, track)
    ]


def done_words(change: ScheduledChange) -> str:
    """What happens next, after a change was asked for."""
    if change.state == ChangeState.APPLIED:
        return _t("It is written down for the next term.")
    if change.state == ChangeState.IN_PROGRESS:
        return _t("It is being carried out. This page says when it is done.")
    if change.due_at > change.created_at and change.kind == ChangeKind.CANCEL:
        return _t("The subscription ends on %(day)s.") % {"day": formats.day(change.due_at.date())}
    return _t("Your seller carries this out. This page says when it is done.")
