"""What was paid, by hand, out of a bank's file and by card; who is reminded; an order that waits for its reseller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from bss.accounts.choices import PaymentKind
from bss.accounts.models import PaymentMethod
from bss.accounts.services import account_edit
from bss.billing.choices import InvoiceState
from bss.billing.models import Invoice
from bss.billing.services import (
    card_setup_create,
    card_setup_finish,
    card_setup_open,
    dunning_policy_edit,
    payment_import_create,
    payment_import_start,
    payment_record,
)
from bss.billing.tasks import ladder_climb
from bss.core import clock
from bss.core.http import Client
from bss.portal.seed import orders
from bss.portal.seed.making.service_managers import answers
from bss.portal.seed.making.stage import Stage
from bss.portal.seed.making.trade import Shelf, basket_filled, basket_placed

# Who pays nothing, so that something is overdue.
LATE = ("ateliernord",)
# Helen leaves a card, with the number of the provider's that pays.
CARD_OF = ("northbridge", "helen@northbridge.example")
CARD_NUMBER = "4242000000001008"
# Andreas buys in his reseller's shop, and his reseller looks at it first.
ASKS = ("bergkristall", "andreas@bergkristall.example")


def ladder_set(stage: Stage) -> None:
    """Remind after three days and again after ten; staff suspend by themselves."""
    dunning_policy_edit(
        organization=stage.organizations["meridian"],
        version=None,
        actor=stage.actor(orders.ADMIN),
        remind_days=3,
        again_days=10,
        suspend_days=None,
    )


def overdue_look(stage: Stage) -> None:
    """What the schedule does each morning: remind whoever is late."""
    ladder_climb()


def transfers_record(stage: Stage) -> None:
    """Of what is due these days accounting writes down half, one by one."""
    today = clock.today(stage.organizations["meridian"].time_zone)
    for invoice in _due(stage)[::2]:
        payment_record(
            payer=invoice.payer,
            amount=invoice.open_amount,
            currency=invoice.currency,
            received_on=today,
            reference=f"Transfer {invoice.number}",
            invoice=invoice,
            actor=stage.actor(orders.ADMIN),
        )


def bank_file_import(stage: Stage) -> None:
    """What else is due these days, out of a file of the bank."""
    due = _due(stage)
    if not due:
        return
    organization, actor = stage.organizations["meridian"], stage.actor(orders.ADMIN)
    today = clock.today(organization.time_zone)
    rows = [
        f"{today:%Y%m%d}-{number},{today:%Y-%m-%d},{invoice.open_amount:.2f},{invoice.currency},{invoice.number}"
        for number, invoice in enumerate(due, start=1)
    ]
    source = payment_import_create(
        organization=organization,
        name=f"statement-{today:%Y-%m-%d}.csv",
        raw="\n".join(["bank id,date,amount,currency,invoice", *rows]).encode(),
        actor=actor,
    )
    payment_import_start(source=source, actor=actor, dry_run=False)


def approval_ask(stage: Stage) -> None:
    """A customer orders in its reseller's shop: nothing starts before its reseller has approved it."""
    customer, email = ASKS
    basket = basket_filled(
        stage,
        email,
        (orders.Item("identity-guard", 12, "P1Y"),),
        Shelf(stage),
        customer=stage.account(customer),
    )
    basket_placed(basket, stage.actor(email), reference="BK-2207")


def card_leave(stage: Stage) -> None:
    """A reseller leaves a card with the provider and pays by it from then on; nothing where no provider answers."""
    if not settings.CARDS_URL or not answers(settings.CARDS_URL):
        stage.say("  The card provider does not answer: nobody pays by card")
        return
    account, actor = stage.account(CARD_OF[0]), stage.actor(CARD_OF[1])
    setup = card_setup_create(account=account, actor=actor)
    page = card_setup_open(setup=setup, return_url=settings.PUBLIC_BASE_URL)
    with Client(settings.CARDS_URL) as provider:
        typed = {"number": CARD_NUMBER, "expiry": "12/99"}
        provider.send("POST", urlsplit(page).path, form=typed)
    setup.refresh_from_db()
    card_setup_finish(setup=setup, actor=actor)
    account_edit(
        account=account,
        version=None,
        payment_method=PaymentMethod.objects.get(kind=PaymentKind.CARD),
        actor=stage.actor(orders.ADMIN),
    )
    stage.say(f"  {account.name} pays by card")


def _due(stage: Stage) -> Sequence[Invoice]:
    """The open invoices that are due within days, without those of whoever pays nothing."""
    soon = clock.today(stage.organizations["meridian"].time_zone) + timedelta(days=3)
    late = [stage.accounts[key].pk for key in LATE]
    found = Invoice.objects.filter(state=InvoiceState.ISSUED, due_on__lte=soon)
    return list(found.exclude(payer__in=late).select_related("payer__organization").order_by("pk"))
