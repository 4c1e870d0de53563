"""Cards of whoever pays: left on the provider's page, chosen, removed; and an open invoice paid by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bss.accounts.permissions import Permission
from bss.accounts.views.leaving import leave_to
from bss.billing import selectors, services
from bss.billing.access import access_card, access_card_setup, access_invoice
from bss.billing.choices import CardState, InvoiceState
from bss.core.errors import DomainError, PermissionDenied
from bss.core.money import Money
from bss.orders.errors import CardNeedsStep
from bss.ui.generic import Page
from storefront.views.invoices import Payers


class PayersOwn(Payers):
    """A page for whoever may pay. What the provider sends people back to writes, so that nobody only looks at it."""

    permission = Permission.BILLING_EDIT

    def _require(self, request: HttpRequest) -> None:
        super()._require(request)
        if self.actor.read_only and not isinstance(self, Page):
            raise PermissionDenied(
                _("You are looking through a customer's eyes."), code="VIEW_ONLY"
            )


class Cards(PayersOwn, Page):
    template_name = "storefront/cards.html"
    title = gettext_lazy("Cards")

    def context(self) -> Mapping[str, Any]:
        account = self.account()
        in_use = selectors.card_in_use(account)
        return {
            "configured": selectors.cards_configured(),
            "cards": [(card, card == in_use) for card in selectors.cards_of(account)],
            "in_use": in_use,
            "invoices": [
                (invoice, Money(invoice.open_amount, invoice.currency))
                for invoice in selectors.open_invoices(account)[:50]
            ],
        }


class CardLeave(PayersOwn):
    """Send somebody to the provider's page."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            setup = services.card_setup_create(account=self.account(), actor=self.actor)
            back = reverse("storefront:card-left", args=[setup.public_id])
            url = services.card_setup_open(setup=setup, return_url=request.build_absolute_uri(back))
        except DomainError as error:
            messages.error(request, str(error.message))
            return HttpResponseRedirect(reverse("storefront:cards"))
        return leave_to(request, url)


class CardLeft(PayersOwn):
    """Back from the provider's page, with a card or without."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        setup = access_card_setup(self.actor, self.account(), public_id)
        card = services.card_setup_finish(setup=setup, actor=self.actor)
        if card is None:
            messages.info(request, _("No card was left."))
        else:
            messages.success(request, _("%(card)s is used from now on.") % {"card": card})
        return HttpResponseRedirect(reverse("storefront:cards"))


class CardUse(PayersOwn):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        card = access_card(self.actor, self.account(), public_id)
        services.card_use(card=card, actor=self.actor)
        messages.success(request, _("%(card)s is used from now on.") % {"card": card})
        return HttpResponseRedirect(reverse("storefront:cards"))


class CardRemove(PayersOwn):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        card = access_card(self.actor, self.account(), public_id)
        services.card_remove(card=card, actor=self.actor)
        messages.success(request, _("%(card)s is not used any more.") % {"card": card})
        return HttpResponseRedirect(reverse("storefront:cards"))


class InvoicePay(PayersOwn):
    """Pay what is open of an invoice by card."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        invoice = access_invoice(self.actor, public_id, Permission.BILLING_EDIT)
        back = reverse("storefront:invoice-paid", args=[invoice.public_id])
        try:
            services.invoice_charge(
                invoice=invoice,
                actor=self.actor,
                return_url=request.build_absolute_uri(back),
            )
        except CardNeedsStep as step:
            return leave_to(request, step.extra["url"])
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("%(number)s is paid.") % {"number": invoice.number})
        return HttpResponseRedirect(_page(invoice.public_id))


class InvoicePaid(PayersOwn):
    """Back from the bank's page: the provider says what became of it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        invoice = access_invoice(self.actor, public_id, Permission.BILLING_EDIT)
        row = selectors.charge_under_way(invoice)
        if row is not None:
            row = services.card_payment_resolve(card_payment=row, actor=self.actor)
        invoice.refresh_from_db()
        if invoice.state == InvoiceState.SETTLED:
            messages.success(request, _("%(number)s is paid.") % {"number": invoice.number})
        elif row is not None and row.state == CardState.DECLINED:
            messages.error(
                request, _("The bank declined the card. Use another card, or ask your bank.")
            )
        else:
            messages.info(request, _("The bank has not answered yet. Look again in a moment."))
        return HttpResponseRedirect(_page(invoice.public_id))


def _page(public_id: str) -> str:
    return reverse("storefront:invoice", args=[public_id])
