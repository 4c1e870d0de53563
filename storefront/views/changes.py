"""What somebody wants to do with a subscription: asked, shown with what it costs, confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bss.accounts.permissions import Permission
from bss.catalog.choices import Unit
from bss.core.errors import DomainError, Invalid, NotFound, PermissionDenied
from bss.orders.choices import OrderSource
from bss.orders.errors import PriceChanged
from bss.orders.selectors import track_for
from bss.subscriptions.access import access_subscription
from bss.subscriptions.choices import ChangeKind, ChangeState
from bss.subscriptions.contracts import ChangePreview, PlanOption
from bss.subscriptions.forms import add_on_wish, quantity_in, renewal_wish
from bss.subscriptions.models import ScheduledChange, Subscription
from bss.subscriptions.services import change_confirm, change_preview, change_withdraw
from bss.subscriptions.services.offers import AddOnChoice, add_on_choices, payment_options
from bss.ui.components import Crumb
from bss.ui.formats import number
from bss.ui.generic import Screen
from storefront.forms.subscriptions import (
    AddOnForm,
    AutoRenewalForm,
    CancelForm,
    ProductForm,
    QuantityForm,
    RenewalForm,
)
from storefront.selectors import subscriptions as selectors
from storefront.views.basket import credit_facts
from storefront.views.orders import way_here


class ChangePage(Screen):
    """Say what is to change, see what that means, confirm. The preview follows each choice, or a button."""

    permission = Permission.SUBSCRIPTION_MANAGE
    template_name = "storefront/change.html"
    kind: ClassVar[str] = ""
    confirm_label: Any = gettext_lazy("Confirm the change")
    danger: ClassVar[bool] = False
    # What a refusal calls a field, where the form calls it otherwise.
    named: ClassVar[Mapping[str, str]] = {}
    object: Subscription

    # What a subclass says ------------------------------------------------------------------------

    def build(self, data: Any = None) -> Any:
        raise NotImplementedError

    def wish(self, form: Any) -> Mapping[str, Any]:
        """The valid form as arguments of the change services; `kind` where it is not the page's own."""
        raise NotImplementedError

    def preset(self) -> Mapping[str, Any] | None:
        """What is previewed before anything was chosen."""
        return None

    # Requests --------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        self.object = self.found(public_id)
        form = self.build(request.GET if "go" in request.GET else self.preset())
        preview = self.previewed(form) if form.is_bound and form.is_valid() else None
        return self.shown(form, preview)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        self.object = self.found(public_id)
        form = self.build(request.POST)
        preview = self.previewed(form) if form.is_valid() else None
        if preview is None:
            return self.shown(form, None, status=400)
        if preview.refusal is not None:
            return self.shown(form, preview, status=preview.refusal.status)
        try:
            change = change_confirm(
                subscription=self.object,
                actor=self.actor,
                source=OrderSource.STOREFRONT,
                # What was not shown is not ordered: without its moment there was no preview.
                token=request.POST.get("seen") or "none",
                reason=request.POST.get("reason", "")[:200],
                storefront=request.surface.storefront,  # type: ignore[attr-defined]
                **{"kind": self.kind, **self.wish(form)},
            )
        except PermissionDenied:
            raise
        except PriceChanged as changed:
            form.add_error(None, str(changed.message))
            return self.shown(form, preview, status=changed.status)
        except DomainError as refusal:
            told(form, refusal, self.named)
            return self.shown(form, None, status=refusal.status)
        return self.next_page(change)

    # Parts -------------------------------------------------------------------------------------------

    def found(self, public_id: str) -> Subscription:
        """Raises NotFound where this change is not offered: by product type, or to this reader."""
        subscription = access_subscription(self.actor, public_id, self.permission)
        if not selectors.offers(subscription, self.actor, self.kind):
            raise NotFound
        return subscription

    def previewed(self, form: Any) -> ChangePreview | None:
        try:
            wish = {"kind": self.kind, **self.wish(form)}
            return change_preview(subscription=self.object, actor=self.actor, **wish)
        except DomainError as refusal:
            told(form, refusal, self.named)
            return None

    def next_page(self, change: ScheduledChange) -> HttpResponse:
        if change.state == ChangeState.APPLIED:
            messages.success(self.request, _("It is written down for the next term."))
            return HttpResponseRedirect(
                reverse("storefront:subscription", args=[self.object.public_id])
            )
        if change.order_line.order.due_at is not None:
            messages.success(self.request, _("It is planned. Until then you can withdraw it."))
            return HttpResponseRedirect(
                reverse("storefront:subscription", args=[self.object.public_id])
            )
        order = change.order_line.order
        return HttpResponseRedirect(reverse("storefront:order-progress", args=[order.public_id]))

    def crumbs(self) -> Sequence[Crumb]:
        subscription = self.object
        own = reverse("storefront:subscription", args=[subscription.public_id])
        return [
            *way_here(),
            Crumb(_("Subscriptions"), reverse("storefront:subscriptions")),
            Crumb(subscription.name, own),
        ]

    def shown(self, form: Any, preview: ChangePreview | None, *, status: int = 200) -> HttpResponse:
        credit = preview.refusal if preview else None
        context = {
            "subscription": self.object,
            "per": Unit(self.object.unit).per,
            "form": form,
            "preview": preview,
            "credit": credit,
            "credit_facts": credit_facts(credit),
            "seen": preview.token if preview else "",
            "hidden": self._hidden(form) if preview else {},
            "confirm_label": self.confirm_words(form),
            "danger": self.danger,
            "asks_reason": self.kind == ChangeKind.CANCEL,
        }
        return self.page(context, status=status)

    def confirm_words(self, form: Any) -> Any:
        """What the button says that does it."""
        return self.confirm_label

    def _hidden(self, form: Any) -> Mapping[str, Any]:
        """What was chosen, as it was typed: the confirming form gives it back."""
        return {name: form.data.get(name, "") for name in form.fields}


class QuantityPage(ChangePage):
    kind = ChangeKind.QUANTITY

    def get_title(self) -> Any:
        return _("Buy licences of %(name)s") % {"name": self.object.name}

    def build(self, data: Any = None) -> QuantityForm:
        return QuantityForm(data, subscription=self.object)

    def wish(self, form: Any) -> Mapping[str, Any]:
        return {"quantity": form.cleaned_data["quantity"], "when": form.cleaned_data["when"]}


class AddOnsPage(ChangePage):
    """One add-on at a time: a new one, or more, fewer or none of one that is there."""

    kind = ChangeKind.ADD_ON
    add_ons: Sequence[AddOnChoice] = ()

    def get_title(self) -> Any:
        return _("Add-ons of %(name)s") % {"name": self.object.name}

    def build(self, data: Any = None) -> AddOnForm:
        track = track_for(self.actor, self.object.payer_id)
        self.add_ons = add_on_choices(self.object, track)
        return AddOnForm(data, choices=self.add_ons)

    def wish(self, form: Any) -> Mapping[str, Any]:
        chosen = form.choices[form.cleaned_data["add_on"]]
        return add_on_wish(chosen, form.cleaned_data["quantity"])

    def context(self) -> Mapping[str, Any]:
        return {"add_ons": self.add_ons}


class RenewalPage(ChangePage):
    """What the next term begins with."""

    kind = ChangeKind.RENEWAL
    confirm_label = gettext_lazy("Save it for the next term")
    ways: Sequence[PlanOption] = ()

    def get_title(self) -> Any:
        return _("The next term of %(name)s") % {"name": self.object.name}

    def found(self, public_id: str) -> Subscription:
        subscription = super().found(public_id)
        if not subscription.renews:
            raise NotFound
        return subscription

    def build(self, data: Any = None) -> RenewalForm:
        track = track_for(self.actor, self.object.payer_id)
        self.ways = payment_options(self.object, track, quantity=quantity_in(data or {}))
        return RenewalForm(data, subscription=self.object, options=self.ways)

    def wish(self, form: Any) -> Mapping[str, Any]:
        given = form.cleaned_data
        return renewal_wish(
            self.object,
            self.ways,
            renews=True,
            quantity=given["quantity"],
            payment=given["payment"],
        )


class AutoRenewalPage(ChangePage):
    """Whether there is a next term at all: the page offers the other of the two."""

    kind = ChangeKind.RENEWAL

    def get_title(self) -> Any:
        name = {"name": self.object.name}
        if self.object.renews:
            return _("Switch automatic renewal of %(name)s off") % name
        return _("Let %(name)s renew") % name

    def build(self, data: Any = None) -> AutoRenewalForm:
        return AutoRenewalForm(data)

    def preset(self) -> Mapping[str, Any]:
        return {"go": "1"}

    def wish(self, form: Any) -> Mapping[str, Any]:
        return {"renews": not self.object.renews}

    def context(self) -> Mapping[str, Any]:
        return {"asks_nothing": True}

    @property
    def confirm_label(self) -> Any:
        return _("Switch it off") if self.object.renews else _("Let it renew")


class ProductPage(ChangePage):
    kind = ChangeKind.PRODUCT
    targets: Sequence[selectors.Target] = ()

    def get_title(self) -> Any:
        return _("Change %(name)s to another product") % {"name": self.object.name}

    def build(self, data: Any = None) -> ProductForm:
        self.targets = selectors.targets_of(self.object, self.actor)
        return ProductForm(data, targets=self.targets)

    def wish(self, form: Any) -> Mapping[str, Any]:
        chosen = form.cleaned_data["product"]
        found = next(t.product for t in self.targets if t.product.public_id == chosen)
        return {"product": found}

    def context(self) -> Mapping[str, Any]:
        return {"targets": self.targets}


class CancelPage(ChangePage):
    kind = ChangeKind.CANCEL
    confirm_label = gettext_lazy("Cancel the subscription")
    danger = True
    named: ClassVar[Mapping[str, str]] = {"quantity": "licences"}

    def get_title(self) -> Any:
        return _("Cancel %(name)s") % {"name": self.object.name}

    def build(self, data: Any = None) -> CancelForm:
        return CancelForm(data, subscription=self.object)

    def preset(self) -> Mapping[str, Any]:
        return {"when": self.build().initial["when"]}

    def confirm_words(self, form: Any) -> Any:
        if not form.is_bound or not form.is_valid() or not form.cleaned_data.get("some"):
            return self.confirm_label
        count = form.cleaned_data["licences"]
        text = ngettext("Give up %(count)s licence", "Give up %(count)s licences", count)
        return text % {"count": number(count)}

    def wish(self, form: Any) -> Mapping[str, Any]:
        """All of it, or fewer licences from now or from the next term on."""
        given = form.cleaned_data
        if not given.get("some"):
            return {"when": given["when"]}
        left = self.object.quantity - given["licences"]
        return {"kind": ChangeKind.QUANTITY, "quantity": left, "when": given["when"]}


class ChangeWithdraw(Screen):
    """Take a planned or failed change back."""

    permission = Permission.SUBSCRIPTION_MANAGE

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        subscription = access_subscription(self.actor, public_id, self.permission)
        back = reverse("storefront:subscription", args=[subscription.public_id])
        shown = selectors.open_change_of(subscription, self.actor)
        if shown is None or not shown.is_withdrawable:
            messages.warning(request, _("There is nothing here that could be withdrawn."))
            return HttpResponseRedirect(back)
        try:
            change_withdraw(change=shown.change, actor=self.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Withdrawn. Everything stays as it is."))
        return HttpResponseRedirect(back)


def told(form: Any, refusal: DomainError, named: Mapping[str, str]) -> None:
    """Put a refusal on its field, which the form may call otherwise, or over the form with its remedy."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {"": [refusal.message]}
    for name, texts in (errors or {"": [refusal.message]}).items():
        field = name or refusal.field
        target = named.get(field, field)
        for text in texts:
            form.add_error(target if target in form.fields else None, str(text))
    if refusal.remedy:
        form.add_error(None, str(refusal.remedy))
