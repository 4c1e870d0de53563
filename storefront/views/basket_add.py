"""Into the basket, from a product's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from bss.core.errors import DomainError, PermissionDenied
from bss.orders.services import basket_open_for
from storefront.forms.catalog import ProductForm
from storefront.selectors import product
from storefront.selectors.viewer import viewer_of
from storefront.services.baskets import basket_fill
from storefront.views.basket import Buying


class BasketAdd(Buying):
    """Into the basket, from a product's page; what does not fit leads back there with the input kept."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        viewer = viewer_of(request)
        found = product.product_view(viewer, request.POST.get("product", ""))
        form = ProductForm(request.POST, view=found)
        if not form.is_valid():
            return self._back(found.product.public_id)
        choice = form.choice()
        plan = product.plan_chosen(viewer, found, choice)
        if choice.plan and plan is None:
            messages.error(request, _("This payment plan is not offered for so small a total."))
            return self._back(found.product.public_id)
        basket = basket_open_for(
            user_id=self.actor.user_id or 0, storefront=self.storefront(), account=self.account()
        )
        options = {option.product.public_id: option.product for option in found.add_ons}
        try:
            basket_fill(
                basket=basket,
                product=found.product,
                unit=choice.unit,
                quantity=choice.quantity,
                add_ons={options[key]: count for key, count in choice.add_ons.items() if count},
                payment_plan=product.payment_plan_of(viewer, plan),
                actor=self.actor,
            )
        except PermissionDenied:
            raise
        except DomainError as refusal:
            messages.error(request, str(refusal.message))
            return self._back(found.product.public_id)
        self.take_up(basket)
        messages.success(request, _("%(name)s is in your basket.") % {"name": found.product.name})
        return self.redirect("basket")

    def _back(self, public_id: str) -> HttpResponse:
        typed = {
            k: v
            for k, v in self.request.POST.items()
            if k in {"unit", "quantity", "plan"} or "-" in k
        }
        url = reverse("storefront:product", args=[public_id])
        return HttpResponseRedirect(f"{url}?{urlencode({'unit': '', **typed})}")
