"""Several baskets of one buyer: going on with another, taking one up that lies aside, leaving one for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from bss.core.errors import StaleState
from bss.orders import selectors as orders
from bss.orders.access import access_basket
from bss.orders.errors import AnswerAwaited
from bss.orders.services import basket_abandon, basket_reopen
from storefront.views.basket import Buying


class BasketPick(Buying):
    """Go on with another of one's baskets: one that waits, or the open one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = access_basket(self.actor, request.POST.get("pick", ""), self.storefront())
        self.take_up(basket)
        return self.redirect("basket")


class BasketReopen(Buying):
    """Change again what lies aside; what is open now lies aside then."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = access_basket(self.actor, request.POST.get("basket", ""), self.storefront())
        self.take_up(basket)
        try:
            basket_reopen(basket=basket, actor=self.actor)
        except (AnswerAwaited, StaleState) as refusal:
            messages.error(request, str(refusal.message))
        return self.redirect("basket")


class BasketLeave(Buying):
    """Leave a basket for good."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        basket = access_basket(self.actor, request.POST.get("basket", ""), self.storefront())
        basket_abandon(basket=basket, actor=self.actor)
        said = _("You left the basket for %(name)s. Nothing in it was ordered.")
        messages.success(request, said % {"name": orders.customer_of(basket).name})
        return self.redirect("basket")
