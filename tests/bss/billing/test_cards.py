"""Money on cards, against the sandbox provider over HTTP: held once, taken once, let go, and found again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from bss.accounts.models import Account
from bss.accounts.permissions import Permission
from bss.billing import selectors, tasks
from bss.billing.cards.gateway import CardsGateway
from bss.billing.choices import CardState, InvoiceState, PaymentSource
from bss.billing.models import CardPayment, CardSetup, CardToken, Invoice, Payment
from bss.billing.ports import PAYMENT_GATEWAY, CardAnswer
from bss.billing.selectors import owed_by
from bss.billing.services import (
    card_payment_apply,
    card_payment_capture,
    card_payment_release,
    card_remove,
    card_setup_create,
    card_setup_finish,
    card_setup_open,
    card_use,
    invoice_charge,
    lot_settle,
    payment_record,
)
from bss.core import clock
from bss.core.actor import SYSTEM
from bss.core.errors import StaleState
from bss.core.http import CalledInTransaction
from bss.core.jobs import due_ids
from bss.core.models import Job
from bss.orders.choices import OrderSource, OrderState
from bss.orders.errors import (
    CardDeclined,
    CardNeedsStep,
    CardUnavailable,
    CardUnknown,
    CreditExceeded,
)
from bss.orders.models import Basket, Order
from bss.orders.ports import CARD_AUTHORISATION
from bss.orders.services import (
    basket_add,
    basket_open_for,
    basket_place,
    line_retry,
    order_cancel,
    order_execute,
    order_place,
    order_release,
    order_retry,
)
from bss.subscriptions.choices import ChangeKind, ChangeState, SubscriptionState
from bss.subscriptions.models import SeatLot, Subscription
from bss.subscriptions.services import (
    change_apply,
    change_confirm,
    change_fail,
    change_start,
    subscription_activate,
    subscription_fail,
    subscription_retry,
)
from notifications.models import Delivery
from tests.bss.billing.conftest import ASKS, DECLINED, INSUFFICIENT, NOT_ALONE, SLOW
from tests.bss.orders.test_api import client_of
from tests.factories.billing import make_line, make_order, make_rate
from tests.factories.installments import allow, make_offered
from tests.factories.orders import make_basket, make_draft, make_product, make_subscription
from tests.factories.ports import filled, granted
from tests.factories.settling import make_invoice

BACK = "http://shop.example/checkout/"


def authorise(account, amount="12.34", **values):
    return CARD_AUTHORISATION.get().authorise(
        account_id=account.pk,
        amount=Decimal(amount),
        currency="EUR",
        **{"reference": "basket-1", "return_url": BACK, **values},
    )


def only():
    return CardPayment.objects.get()


def authorised():
    """What stands authorised in all, whatever it is for."""
    return sum(row.amount for row in CardPayment.objects.filter(state=CardState.AUTHORISED))


def placed(card_payer, reseller, shop, price="12.34"):
    """An order of one product, placed as checkout places it: its card is asked first."""
    product = make_product(card_payer.organization, price=price, cost="1")
    basket = make_basket(reseller, shop, product)
    return basket_place(basket=basket, actor=reseller.actor, terms=None, return_url=BACK)


# Holding ---------------------------------------------------------------------------------------------------------


def test_money_is_held_once_for_one_reference_and_counts_as_credit(
    card_payer, leave_card, provider
):
    leave_card(card_payer)

    first, second = authorise(card_payer), authorise(card_payer)

    assert first == second == only().public_id
    assert (only().state, only().amount) == (CardState.AUTHORISED, Decimal("12.34"))
    assert [(p["status"], p["amount"]) for p in provider.payments()] == [("authorised", "12.34")]
    assert len(provider.log(method="POST", path="/v1/payments")) == 1
    # It counts as credit once there is an order that it pays for.
    assert owed_by(card_payer.pk, "EUR").held == 0
    order = make_order(card_payer, state="placed")
    product = make_product(card_payer.organization)
    make_line(order, product, state="pending", total=Decimal("12.34"))
    CardPayment.objects.update(order=order)
    assert owed_by(card_payer.pk, "EUR").held == Decimal("12.34")


def test_another_amount_lets_go_of_the_first(card_payer, leave_card, provider):
    leave_card(card_payer)
    authorise(card_payer, "10.00")

    authorise(card_payer, "20.00")

    assert [(p["status"], p["amount"]) for p in provider.payments()] == [
        ("authorised", "20.00"),
        ("released", "10.00"),
    ]
    assert authorised() == 20


def test_a_declined_card_is_told_and_another_may_be_tried(card_payer, leave_card):
    leave_card(card_payer, DECLINED)
    with pytest.raises(CardDeclined) as caught:
        authorise(card_payer)
    assert caught.value.extra == {"reason": "card_declined"}
    assert only().state == CardState.DECLINED

    leave_card(card_payer)
    authorise(card_payer)

    assert CardPayment.objects.filter(state=CardState.AUTHORISED).count() == 1


def test_the_bank_asks_its_owner_and_the_answer_is_found(card_payer, leave_card, provider):
    leave_card(card_payer, ASKS)
    with pytest.raises(CardNeedsStep) as caught:
        authorise(card_payer)
    url = caught.value.extra["url"]
    assert authorised() == 0
    # Asked again meanwhile it is the same question.
    with pytest.raises(CardNeedsStep):
        authorise(card_payer)

    answer = provider.http.post(url, data={"answer": "confirm"})

    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert authorise(card_payer) == only().public_id
    assert (only().state, only().step_url) == (CardState.AUTHORISED, "")


def test_an_owner_who_refuses_declines(card_payer, leave_card, provider):
    leave_card(card_payer, ASKS)
    with pytest.raises(CardNeedsStep) as caught:
        authorise(card_payer)
    provider.http.post(caught.value.extra["url"], data={"answer": "refuse"})

    # Its owner said no: the next try is a new question.
    with pytest.raises(CardNeedsStep):
        authorise(card_payer)
    assert list(CardPayment.objects.order_by("pk").values_list("state", flat=True)) == [
        CardState.DECLINED,
        CardState.REQUESTED,
    ]


def test_no_answer_is_asked_for_by_the_key_and_never_sent_again(card_payer, leave_card, provider):
    leave_card(card_payer, SLOW)

    assert authorise(card_payer) == only().public_id

    assert only().state == CardState.AUTHORISED
    assert len(provider.log(method="POST", path="/v1/payments")) == 1
    assert [p["status"] for p in provider.payments()] == ["authorised"]


def test_what_nobody_can_tell_is_unknown_until_somebody_can(
    card_payer, leave_card, provider, settings
):
    leave_card(card_payer)
    provider.behave("unavailable")
    with pytest.raises(CardUnknown):
        authorise(card_payer)
    assert only().state == CardState.UNKNOWN
    with pytest.raises(CardUnknown):
        authorise(card_payer)
    assert provider.payments() == []

    provider.behave("ok")
    authorise(card_payer)

    assert (only().state, len(provider.payments())) == (CardState.AUTHORISED, 1)


def test_without_a_card_or_a_provider_nobody_pays_by_card(card_payer, leave_card, settings):
    with pytest.raises(CardUnavailable):
        authorise(card_payer)
    leave_card(card_payer)
    settings.CARDS_URL = ""

    with pytest.raises(CardUnavailable):
        authorise(card_payer)
    assert CardPayment.objects.count() == 0


def test_nothing_is_asked_inside_a_transaction(card_payer, leave_card, provider):
    from django.db import transaction

    leave_card(card_payer)
    with pytest.raises(CalledInTransaction), transaction.atomic():
        authorise(card_payer)
    assert provider.payments() == []


def test_what_is_held_belongs_to_one_order_of_its_payer(
    card_payer, leave_card, reseller, shop, rival
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop)
    held = only()
    assert held.order == order
    Order.objects.filter(pk=order.pk).update(account=rival.account)

    with pytest.raises(StaleState):
        CARD_AUTHORISATION.get().attach(authorisation=held.public_id, order_id=order.pk)


def test_no_order_is_placed_before_the_owner_confirmed(
    card_payer, leave_card, reseller, shop, provider
):
    leave_card(card_payer, ASKS)
    basket = make_basket(reseller, shop, make_product(card_payer.organization, price="10"))
    with pytest.raises(CardNeedsStep) as caught:
        basket_place(basket=basket, actor=reseller.actor, terms=None, return_url=BACK)
    assert Order.objects.count() == 0

    provider.http.post(caught.value.extra["url"], data={"answer": "confirm"})
    order = basket_place(basket=basket, actor=reseller.actor, terms=None, return_url=BACK)

    # With nothing that may be owed, what is held pays for it.
    assert (order.state, only().order, only().amount) == (OrderState.PLACED, order, 10)


def test_what_is_held_for_one_basket_secures_no_other(card_payer, leave_card, reseller, shop):
    """Of 1000 in two installments the card is asked for one: neither basket may be had by what the other one holds."""
    leave_card(card_payer)
    product = make_product(card_payer.organization, price="1000", units=("P1Y",))
    allow(card_payer)
    plan = make_offered(product, frequency="semi_annual", count=2)
    for _tab in range(3):
        basket = yearly(reseller, shop, product, plan)
        with pytest.raises(CreditExceeded):
            basket_place(basket=basket, actor=reseller.actor, terms=None, return_url=BACK)

    assert Order.objects.count() == 0
    assert set(CardPayment.objects.values_list("amount", "state")) == {(500, CardState.RELEASED)}
    assert owed_by(card_payer.pk, "EUR").exposure == 0


def yearly(person, shop, product, plan):
    """One more basket, set aside, as one that waits for an answer is."""
    basket = basket_open_for(user_id=person.user.pk, storefront=shop, account=person.account)
    basket_add(
        basket=basket, product=product, unit="P1Y", quantity=1, payment_plan=plan,
        actor=person.actor,
    )  # fmt: skip
    Basket.objects.filter(pk=basket.pk).update(state="waiting")
    return Basket.objects.select_related("account__payment_method", "customer").get(pk=basket.pk)


def test_a_declined_card_places_no_order(card_payer, leave_card, reseller, shop):
    leave_card(card_payer, DECLINED)
    with pytest.raises(CardDeclined):
        placed(card_payer, reseller, shop)

    assert Order.objects.count() == 0


# Taking ----------------------------------------------------------------------------------------------------------


def test_what_is_held_is_captured_when_the_invoice_is_issued(
    card_payer, leave_card, reseller, shop, provider, run_jobs
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, "20.00")

    invoice = make_invoice(card_payer, "15.50", order=order)
    run_jobs()

    invoice.refresh_from_db()
    payment = Payment.objects.get()
    assert (invoice.state, payment.source, payment.amount) == (
        InvoiceState.SETTLED, PaymentSource.CARD, Decimal("15.50"),
    )  # fmt: skip
    assert (only().state, only().captured, only().payment) == (
        CardState.CAPTURED, Decimal("15.50"), payment,
    )  # fmt: skip
    assert [(p["status"], p["captured"]) for p in provider.payments()] == [("captured", "15.50")]
    assert selectors.held_on_cards(card_payer.pk, "EUR") == 0


def test_what_is_held_in_another_currency_is_let_go_and_the_invoice_charged_in_its_own(
    card_payer, leave_card, reseller, shop, provider, run_jobs
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, "20.00")
    CardPayment.objects.update(currency="USD")

    invoice = make_invoice(card_payer, "15.50", order=order)
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert set(CardPayment.objects.values_list("currency", "state")) == {
        ("USD", CardState.RELEASED), ("EUR", CardState.CAPTURED),
    }  # fmt: skip
    assert sorted((p["status"], p["amount"]) for p in provider.payments()) == [
        ("captured", "15.50"), ("released", "20.00"),
    ]  # fmt: skip


def test_what_was_taken_in_another_currency_is_its_payers_credit(
    card_payer, leave_card, reseller, shop
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, "20.00")
    CardPayment.objects.update(currency="USD")
    invoice = make_invoice(card_payer, "20.00", order=order)
    taken = CardAnswer("captured", external_id=only().external_id, captured=Decimal(20))

    for _again in range(2):
        card_payment_apply(card_payment=only(), answer=taken, actor=SYSTEM, invoice=invoice)

    payment = Payment.objects.get()
    assert (payment.currency, payment.amount, payment.allocated) == ("USD", 20, 0)
    assert (only().state, only().payment, only().invoice) == (CardState.CAPTURED, payment, None)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.settled) == (InvoiceState.ISSUED, 0)


def test_what_recurs_is_charged_without_its_owner(card_payer, leave_card, provider, run_jobs):
    leave_card(card_payer)
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()
    tasks.invoice_collect(_job(invoice))

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert [(p["status"], p["amount"]) for p in provider.payments()] == [("captured", "8.33")]
    assert Payment.objects.count() == 1


def test_more_than_was_held_is_charged_as_well(
    card_payer, leave_card, reseller, shop, provider, run_jobs
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, "10.00")

    invoice = make_invoice(card_payer, "12.40", order=order)
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert sorted(p["captured"] for p in provider.payments()) == ["10.00", "2.40"]


@pytest.mark.parametrize("number", [INSUFFICIENT, NOT_ALONE])
def test_a_card_that_cannot_pay_leaves_the_invoice_open(card_payer, leave_card, run_jobs, number):
    leave_card(card_payer, number)
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()

    invoice.refresh_from_db()
    assert (invoice.state, invoice.settled) == (InvoiceState.ISSUED, 0)
    assert only().state == CardState.DECLINED
    assert Payment.objects.count() == 0


def declined():
    return list(Delivery.everywhere.filter(kind="card_declined").order_by("pk"))


def test_a_declined_card_is_told_and_tried_again_on_its_days(
    card_payer, leave_card, provider, run_jobs, travel
):
    leave_card(card_payer, INSUFFICIENT)
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()
    [first] = declined()
    assert first.context["link"].endswith(f"/my-account/invoices/{invoice.public_id}/")
    assert "We try the card in use again on" in first.text
    assert len(provider.payments()) == 1

    travel(timedelta(days=1, hours=23))
    run_jobs()
    assert len(provider.payments()) == 1
    for days in (1, 4, 7, 30):
        travel(timedelta(days=days))
        run_jobs()

    # Once when it was issued, and three times after it.
    assert len(provider.payments()) == len(declined()) == 4
    assert "We do not try again" in declined()[-1].text
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.ISSUED


def test_another_card_left_meanwhile_is_the_one_that_is_tried(
    card_payer, leave_card, provider, run_jobs, travel
):
    leave_card(card_payer, DECLINED)
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()
    leave_card(card_payer)

    travel(timedelta(days=3))
    run_jobs()
    travel(timedelta(days=30))
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert sorted(p["status"] for p in provider.payments()) == ["captured", "declined"]
    assert len(declined()) == 1


def test_what_was_paid_otherwise_is_not_charged_again(
    card_payer, leave_card, provider, run_jobs, travel, staff
):
    leave_card(card_payer, DECLINED)
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()
    payment_record(
        payer=card_payer, amount=Decimal("8.33"), received_on=clock.today(), actor=staff.actor
    )
    leave_card(card_payer)

    travel(timedelta(days=3))
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert [p["status"] for p in provider.payments()] == ["declined"]


def test_without_a_card_in_use_the_payer_is_told_where_to_leave_one(
    card_payer, reseller, run_jobs, provider
):
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()

    assert len(declined()) == 1
    page = reseller.client.get(f"/my-account/invoices/{invoice.public_id}/").content.decode()
    assert "Add a card to pay with" in page
    assert provider.payments() == []


def test_too_little_on_the_card_at_capture_leaves_the_invoice_open(
    card_payer, leave_card, reseller, shop, run_jobs
):
    leave_card(card_payer, INSUFFICIENT)
    order = placed(card_payer, reseller, shop)
    invoice = make_invoice(card_payer, "12.34", order=order)
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.ISSUED
    assert {row.problem_code for row in CardPayment.objects.all()} == {"insufficient_funds"}
    assert Payment.objects.count() == 0


def test_an_invoice_is_paid_by_a_person_who_confirms(card_payer, leave_card, provider, staff):
    leave_card(card_payer, ASKS)
    invoice = make_invoice(card_payer, "8.33")
    with pytest.raises(CardNeedsStep) as caught:
        invoice_charge(invoice=invoice, actor=staff.actor, return_url=BACK)
    provider.http.post(caught.value.extra["url"], data={"answer": "confirm"})

    # Whoever comes back, or the sweep if nobody does, finds it paid.
    tasks.card_payment_tend(_card_job(only()))

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert len(provider.payments()) == 1


def test_a_charge_whose_answer_was_lost_is_recorded_once(card_payer, leave_card, provider, staff):
    leave_card(card_payer, SLOW)
    invoice = make_invoice(card_payer, "8.33")

    invoice_charge(invoice=invoice, actor=staff.actor)
    tasks.invoice_collect(_job(invoice))

    invoice.refresh_from_db()
    assert (invoice.state, Payment.objects.count()) == (InvoiceState.SETTLED, 1)
    assert len(provider.log(method="POST", path="/v1/payments")) == 1


# Sent again ------------------------------------------------------------------------------------------------------


@pytest.fixture
def unsent(card_payer, leave_card, provider, staff):
    """An invoice of 100 whose charge never arrived: the provider was away."""
    leave_card(card_payer)
    invoice = make_invoice(card_payer, "100.00")
    provider.behave("unavailable")
    with pytest.raises(CardUnknown):
        invoice_charge(invoice=invoice, actor=staff.actor)
    provider.behave("ok")
    assert provider.payments() == []
    return invoice


def paid_otherwise(invoice, amount, staff):
    payment_record(
        payer=invoice.payer, amount=Decimal(amount), received_on=clock.today(), actor=staff.actor
    )


def test_a_charge_that_never_arrived_takes_what_is_open_by_then(unsent, provider, staff):
    paid_otherwise(unsent, "60.00", staff)

    tasks.invoice_collect(_job(unsent))

    unsent.refresh_from_db()
    assert unsent.state == InvoiceState.SETTLED
    assert [(p["status"], p["amount"]) for p in provider.payments()] == [("captured", "40.00")]
    assert states() == [CardState.RELEASED, CardState.CAPTURED]
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [40, 60]


def test_a_charge_that_never_arrived_is_not_sent_for_an_invoice_that_is_paid(
    unsent, provider, staff, reseller
):
    """The page with the button is still open in another tab."""
    paid_otherwise(unsent, "100.00", staff)

    page = reseller.client.post(f"/my-account/invoices/{unsent.public_id}/pay/", follow=True)

    assert "There is nothing open here" in page.content.decode()
    assert (provider.payments(), states()) == ([], [CardState.RELEASED])
    assert Payment.objects.count() == 1


def test_a_charge_that_never_arrived_is_sent_to_the_card_in_use(
    unsent, card_payer, leave_card, provider, staff
):
    used = leave_card(card_payer)

    invoice_charge(invoice=unsent, actor=staff.actor)

    assert [(p["status"], p["token"]) for p in provider.payments()] == [("captured", used.token)]
    assert states() == [CardState.RELEASED, CardState.CAPTURED]


def test_a_charge_that_never_arrived_is_not_sent_to_a_removed_card(
    unsent, card_payer, provider, staff
):
    card_remove(card=selectors.card_in_use(card_payer), actor=staff.actor)

    with pytest.raises(CardUnavailable):
        invoice_charge(invoice=unsent, actor=staff.actor)

    assert (provider.payments(), states()) == ([], [CardState.RELEASED])


def test_what_waits_for_its_owner_is_asked_anew_once_less_is_open(
    card_payer, leave_card, provider, staff
):
    leave_card(card_payer, ASKS)
    invoice = make_invoice(card_payer, "100.00")
    urls = []
    for paid in ("0", "60.00"):
        if Decimal(paid):
            paid_otherwise(invoice, paid, staff)
        with pytest.raises(CardNeedsStep) as caught:
            invoice_charge(invoice=invoice, actor=staff.actor, return_url=BACK)
        urls.append(caught.value.extra["url"])

    assert urls[0] != urls[1]
    assert [(p["status"], p["amount"]) for p in provider.payments()] == [
        ("requires_step", "40.00"),
        ("released", "100.00"),
    ]


def test_a_hold_that_waits_for_its_owner_is_asked_of_another_card_once_that_is_in_use(
    card_payer, leave_card, provider
):
    leave_card(card_payer, ASKS)
    with pytest.raises(CardNeedsStep):
        authorise(card_payer)
    used = leave_card(card_payer)

    authorise(card_payer)

    latest, first = provider.payments()
    assert (latest["status"], latest["token"]) == ("authorised", used.token)
    assert (first["status"], states()) == ("released", [CardState.RELEASED, CardState.AUTHORISED])


class LetGoMeanwhile(CardsGateway):
    """While it is on its way somebody lets go of what never arrived."""

    def charge(self, charge):
        card_payment_release(card_payment=only(), actor=SYSTEM)
        return super().charge(charge)

    def authorise(self, charge):
        card_payment_release(card_payment=only(), actor=SYSTEM)
        return super().authorise(charge)


def test_money_that_was_taken_while_somebody_let_go_is_recorded(card_payer, leave_card, staff):
    leave_card(card_payer)
    invoice = make_invoice(card_payer, "8.33")

    with filled(PAYMENT_GATEWAY, LetGoMeanwhile()):
        invoice_charge(invoice=invoice, actor=staff.actor)

    invoice.refresh_from_db()
    assert (invoice.state, only().state) == (InvoiceState.SETTLED, CardState.CAPTURED)
    assert Payment.objects.get() == only().payment


def test_what_was_held_while_somebody_let_go_is_let_go_of(card_payer, leave_card, provider):
    leave_card(card_payer)

    with filled(PAYMENT_GATEWAY, LetGoMeanwhile()), pytest.raises(CardDeclined):
        authorise(card_payer)

    assert [p["status"] for p in provider.payments()] == ["released"]
    assert only().state == CardState.RELEASED


def test_a_capture_of_another_amount_is_another_request(
    card_payer, leave_card, reseller, shop, provider, staff
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, "20.00")
    invoice = make_invoice(card_payer, "20.00", order=order)
    for mode, paid in (("unavailable", ""), ("unavailable", "5.00"), ("ok", "")):
        provider.behave(mode)
        if paid:
            paid_otherwise(invoice, paid, staff)
        with suppress(CardUnknown):
            card_payment_capture(card_payment=only(), invoice=invoice, actor=SYSTEM)

    first, second, third = (r["key"] for r in provider.log(method="POST", path="/capture"))
    assert (first != second, second == third) == (True, True)
    invoice.refresh_from_db()
    assert (invoice.state, only().captured) == (InvoiceState.SETTLED, 15)


def test_a_payer_by_transfer_is_not_charged(card_payer, leave_card, provider, run_jobs):
    leave_card(card_payer)
    Account.objects.filter(pk=card_payer.pk).update(payment_method=None)
    make_invoice(card_payer, "8.33")
    run_jobs()

    assert provider.payments() == []


# Letting go ------------------------------------------------------------------------------------------------------


def test_a_cancelled_order_lets_go(card_payer, leave_card, reseller, shop, provider, run_jobs):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop)
    order.refresh_from_db()
    assert order.state == OrderState.PLACED

    order_cancel(order=order, actor=reseller.actor)
    run_jobs()

    assert only().state == CardState.RELEASED
    assert [p["status"] for p in provider.payments()] == ["released"]


def test_an_end_customers_cancelled_order_lets_go_of_its_resellers_card(
    card_payer, leave_card, customer_account, staff, provider, run_jobs
):
    leave_card(card_payer)
    order = make_draft(card_payer, make_product(card_payer.organization), customer=customer_account)
    held = authorise(card_payer, reference=order.public_id)
    CARD_AUTHORISATION.get().attach(authorisation=held, order_id=order.pk)

    order_cancel(order=order, actor=staff.actor)
    run_jobs()

    assert [p["status"] for p in provider.payments()] == ["released"]
    assert only().state == CardState.RELEASED


def test_what_no_order_came_for_is_let_go_after_an_hour(card_payer, leave_card, provider, travel):
    leave_card(card_payer)
    authorise(card_payer)
    assert tasks.card_payments_tend() == 0

    travel(timedelta(minutes=61))
    assert tasks.card_payments_tend() == 1
    tasks.card_payment_tend(_card_job(only()))

    assert only().state == CardState.RELEASED
    assert tasks.card_payments_tend() == 0


def test_what_a_given_up_order_left_behind_is_let_go_by_the_sweep(
    card_payer, leave_card, reseller, shop, provider, run_jobs
):
    """The provider was away for as long as the job tried."""
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop)
    order_cancel(order=order, actor=reseller.actor)
    Job.objects.all().delete()

    assert tasks.card_payments_tend() == 1
    run_jobs()

    assert only().state == CardState.RELEASED
    assert [p["status"] for p in provider.payments()] == ["released"]
    assert tasks.card_payments_tend() == 0


def test_what_ran_out_at_the_provider_is_charged_instead(
    card_payer, leave_card, reseller, shop, provider, run_jobs
):
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop)
    provider.move_clock(8 * 86_400)

    invoice = make_invoice(card_payer, "12.34", order=order)
    run_jobs()

    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.SETTLED
    assert sorted(row.state for row in CardPayment.objects.all()) == [
        CardState.CAPTURED,
        CardState.EXPIRED,
    ]


def test_a_provider_that_is_away_is_asked_again(card_payer, leave_card, provider, run_jobs):
    leave_card(card_payer)
    provider.behave("unavailable")
    invoice = make_invoice(card_payer, "8.33")
    run_jobs()
    invoice.refresh_from_db()
    assert (invoice.state, due_ids()) == (InvoiceState.ISSUED, [])

    provider.behave("ok")
    tasks.invoice_collect(_job(invoice))

    invoice.refresh_from_db()
    assert (invoice.state, len(provider.payments())) == (InvoiceState.SETTLED, 1)


# Cards -----------------------------------------------------------------------------------------------------------


def test_a_card_is_left_on_the_providers_page_and_its_number_never_comes_here(
    card_payer, provider, reseller
):
    setup = card_setup_create(account=card_payer, actor=reseller.actor)
    url = card_setup_open(setup=setup, return_url=BACK)
    setup.refresh_from_db()
    assert card_setup_finish(setup=setup, actor=reseller.actor) is None

    wrong = provider.http.post(url, data={"number": "4242000000001009", "expiry": "12/40"})
    assert (wrong.status_code, "no card number" in wrong.text) == (422, True)
    answer = provider.http.post(url, data={"number": "4242 0000 0000 1008", "expiry": "12/40"})
    assert answer.headers["location"] == BACK

    card = card_setup_finish(setup=setup, actor=reseller.actor)
    assert (str(card), card.expires_on.isoformat()) == ("Visa •••• 1008", "2040-12-31")
    assert selectors.card_in_use(card_payer) == card
    # Coming back twice leaves one card.
    assert card_setup_finish(setup=setup, actor=reseller.actor) == card
    assert (CardToken.objects.count(), CardSetup.objects.count()) == (1, 1)


def test_one_card_is_used_and_a_removed_one_is_not(card_payer, leave_card, reseller):
    first, second = leave_card(card_payer), leave_card(card_payer)
    assert selectors.card_in_use(card_payer) == second

    card_use(card=first, actor=reseller.actor)
    assert selectors.card_in_use(card_payer) == first

    card_remove(card=first, actor=reseller.actor)
    assert selectors.card_in_use(card_payer) is None
    assert list(selectors.cards_of(card_payer)) == [second]
    assert not selectors.cards_of(card_payer).filter(is_default=True).exists()


def test_an_end_customer_leaves_no_card(customer_account, provider, reseller, at_distributor):
    with pytest.raises(CardUnavailable):
        card_setup_create(account=customer_account, actor=reseller.actor)
    assert CardSetup.objects.count() == 0


class _Job:
    def __init__(self, **payload):
        self.payload = payload


def _job(invoice):
    return _Job(invoice=invoice.pk)


def _card_job(row):
    return _Job(card_payment=row.pk)


# Beside the checkout ---------------------------------------------------------------------------------------------


@pytest.fixture
def seats(card_payer, run_jobs):
    """A subscription of the card payer, one seat at 20 a year, that it bought and paid before it paid by card."""
    make_rate(card_payer.organization)
    method = card_payer.payment_method_id
    Account.objects.filter(pk=card_payer.pk).update(credit_limit=None, payment_method=None)
    card_payer.refresh_from_db()
    product = make_product(card_payer.organization, price="20", units=("P1Y",))
    subscription = make_subscription(card_payer, product, quantity=1, unit="P1Y")
    run_jobs()
    payment_record(
        payer=card_payer, amount=Decimal("24.80"), received_on=clock.today(), actor=SYSTEM
    )
    Account.objects.filter(pk=card_payer.pk).update(credit_limit=0, payment_method=method)
    assert owed_by(card_payer.pk, "EUR").exposure == 0
    return Subscription.objects.select_related("payer__payment_method", "customer").get(
        pk=subscription.pk
    )


def more(subscription, actor, quantity=3):
    return change_confirm(
        subscription=subscription, kind=ChangeKind.QUANTITY, quantity=quantity, actor=actor,
        source=OrderSource.STOREFRONT,
    )  # fmt: skip


def test_seats_are_added_by_what_the_card_holds_for_them(seats, leave_card, reseller, run_jobs):
    leave_card(seats.payer)

    change = more(seats, reseller.actor)

    held = only()
    assert (held.state, held.order_id) == (CardState.AUTHORISED, change.order_line.order_id)
    assert held.amount == Decimal("49.60")
    order_release(order=change.order_line.order, actor=SYSTEM)
    change_start(change=change, actor=SYSTEM)
    change_apply(change=change, actor=SYSTEM)
    run_jobs()
    invoice = Invoice.objects.get(order_id=change.order_line.order_id)
    assert (invoice.state, only().state) == (InvoiceState.SETTLED, CardState.CAPTURED)


def test_what_a_change_costs_is_held_in_the_currency_that_invoices_it(
    seats, leave_card, reseller, provider, run_jobs
):
    """Its payer was turned to dollars before an edit like that was refused."""
    leave_card(seats.payer)
    Account.objects.filter(pk=seats.payer_id).update(currency="USD")
    seats.payer.refresh_from_db()

    change = more(seats, reseller.actor)

    assert (only().currency, only().amount) == ("EUR", Decimal("49.60"))
    order_release(order=change.order_line.order, actor=SYSTEM)
    change_start(change=change, actor=SYSTEM)
    change_apply(change=change, actor=SYSTEM)
    run_jobs()
    invoice = Invoice.objects.get(order_id=change.order_line.order_id)
    assert (invoice.state, invoice.currency) == (InvoiceState.SETTLED, "EUR")
    assert [(p["status"], p["captured"]) for p in provider.payments()] == [("captured", "49.60")]


def switched(subscription, actor, price):
    """Asked to go over to a product at `price`."""
    held = subscription.product
    other = make_product(held.organization, price=price, units=("P1Y",), type=held.type)
    return change_confirm(
        subscription=subscription, kind=ChangeKind.PRODUCT, product=other, actor=actor,
        source=OrderSource.STOREFRONT,
    )  # fmt: skip


@pytest.mark.parametrize("price", ["8", "20"])
def test_what_gives_back_all_that_it_costs_holds_nothing(seats, leave_card, reseller, price):
    """8 or 20 net for 20 that are given back."""
    leave_card(seats.payer)

    change = switched(seats, reseller.actor, price)

    assert CardPayment.objects.count() == 0
    assert (change.order_line.total, owed_by(seats.payer_id, "EUR").exposure) == (0, 0)


def test_a_card_holds_what_another_product_costs_more_than_it_gives_back(
    seats, leave_card, reseller, run_jobs
):
    """30 net for 20 that are given back: 10, with tax."""
    leave_card(seats.payer)

    change = switched(seats, reseller.actor, "30")

    order = change.order_line.order
    assert (only().state, only().order, only().amount) == (
        CardState.AUTHORISED, order, Decimal("12.40"),
    )  # fmt: skip
    owed = owed_by(seats.payer_id, "EUR")
    assert (owed.ordered, owed.held, owed.exposure) == (10, 10, 0)

    # Its seats are charged and the old ones credited, and there is no invoice of either yet.
    change_apply(change=change, actor=SYSTEM)
    for lot in SeatLot.objects.all():
        lot_settle(lot_id=lot.pk, actor=SYSTEM)
    owed = owed_by(seats.payer_id, "EUR")
    assert (owed.scheduled, owed.credits_due, owed.held, owed.exposure) == (30, 20, 10, 0)

    run_jobs()
    invoice = Invoice.objects.get(order=order)
    assert (invoice.state, invoice.total) == (InvoiceState.SETTLED, Decimal("37.20"))
    assert (only().state, only().captured) == (CardState.CAPTURED, Decimal("12.40"))
    assert owed_by(seats.payer_id, "EUR").exposure == 0


def test_a_declined_card_adds_no_seats(seats, leave_card, reseller):
    leave_card(seats.payer, DECLINED)

    with pytest.raises(CardDeclined):
        more(seats, reseller.actor)

    assert seats.changes.count() == 0


def test_what_is_refused_lets_go_of_what_was_held_for_it(seats, leave_card, reseller, provider):
    """Somebody else's invoice is open, and nothing may be owed."""
    leave_card(seats.payer)
    make_invoice(seats.payer, "1.00")

    with pytest.raises(CreditExceeded):
        more(seats, reseller.actor)

    assert seats.changes.count() == 0
    assert [p["status"] for p in provider.payments()] == ["released"]


def test_over_the_api_a_card_is_asked_once_per_key(seats, leave_card, reseller):
    leave_card(seats.payer)
    client = client_of(reseller, Permission.SUBSCRIPTION_MANAGE, account=seats.payer)
    url = f"/api/v1/subscriptions/{seats.public_id}/quantity/"

    with granted(seats.payer, "api"):
        answers = [
            client.post(url, {"quantity": 3}, format="json", headers={"Idempotency-Key": "one"})
            for _twice in range(2)
        ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (only().state, seats.changes.count()) == (CardState.AUTHORISED, 1)


@pytest.mark.parametrize("executes", [True, False])
def test_a_draft_of_a_card_payer_is_placed_by_what_its_card_holds(
    card_payer, leave_card, staff, executes
):
    make_rate(card_payer.organization)
    draft = make_draft(card_payer, make_product(card_payer.organization, price="20"))
    write = order_execute if executes else order_place
    with pytest.raises(CardUnavailable):
        write(order=draft, actor=staff.actor)
    draft.refresh_from_db()
    assert draft.state == OrderState.DRAFT

    leave_card(card_payer)
    write(order=draft, actor=staff.actor)

    draft.refresh_from_db()
    assert draft.state == (OrderState.EXECUTING if executes else OrderState.PLACED)
    assert (only().state, only().order, only().amount) == (
        CardState.AUTHORISED, draft, Decimal("24.80"),
    )  # fmt: skip


# Tried again -----------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(card_payer, leave_card, reseller, shop, run_jobs):
    """A subscription whose provisioning was refused: what was held for its order is let go."""
    make_rate(card_payer.organization)
    leave_card(card_payer)
    order = placed(card_payer, reseller, shop, price="20")
    order_execute(order=order, actor=SYSTEM)
    run_jobs()
    subscription_fail(
        subscription=Subscription.objects.get(), code="NO", text="Refused.", actor=SYSTEM
    )
    return Subscription.objects.select_related("order_line__order").get()


def states():
    """Each card payment in the order of asking."""
    return list(CardPayment.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("way", ["order", "line", "subscription"])
def test_what_failed_is_tried_again_by_what_the_card_holds_anew(
    failed, card_payer, staff, provider, run_jobs, way
):
    run_jobs()
    order = Order.objects.get()
    assert (order.state, states()) == (OrderState.FAILED, [CardState.RELEASED])

    if way == "order":
        order_retry(order=order, actor=staff.actor)
    elif way == "line":
        line_retry(line=order.lines.get(), parameters={}, actor=staff.actor)
    else:
        subscription_retry(subscription=failed, actor=staff.actor)
    run_jobs()

    order.refresh_from_db()
    assert (order.state, states()) == (
        OrderState.EXECUTING, [CardState.RELEASED, CardState.AUTHORISED],
    )  # fmt: skip
    assert CardPayment.objects.latest("pk").order == order
    assert authorised() == Decimal("24.80")
    failed.refresh_from_db()
    assert failed.state == SubscriptionState.PENDING

    subscription_activate(subscription=failed, external_id="one", actor=SYSTEM)
    run_jobs()
    assert Invoice.objects.get(order=order).state == InvoiceState.SETTLED
    assert states() == [CardState.RELEASED, CardState.CAPTURED]
    assert sorted(p["status"] for p in provider.payments()) == ["captured", "released"]
    assert owed_by(card_payer.pk, "EUR").exposure == 0


def test_what_is_still_held_is_let_go_of_first(failed, staff, provider, run_jobs):
    """The job that lets go has not run when somebody tries again."""
    order_retry(order=Order.objects.get(), actor=staff.actor)
    run_jobs()

    assert states() == [CardState.RELEASED, CardState.AUTHORISED]
    assert sorted(p["status"] for p in provider.payments()) == ["authorised", "released"]


def test_a_card_that_declines_leaves_what_failed_as_it_was(failed, leave_card, staff, run_jobs):
    run_jobs()
    leave_card(failed.payer, DECLINED)

    with pytest.raises(CardDeclined):
        order_retry(order=Order.objects.get(), actor=staff.actor)

    failed.refresh_from_db()
    assert (Order.objects.get().state, failed.state) == (
        OrderState.FAILED, SubscriptionState.FAILED,
    )  # fmt: skip
    assert states() == [CardState.RELEASED, CardState.DECLINED]


def test_what_is_refused_when_tried_again_lets_go(failed, staff, run_jobs):
    """Somebody else's invoice is open, and nothing may be owed."""
    run_jobs()
    make_invoice(failed.payer, "1.00")

    with pytest.raises(CreditExceeded):
        subscription_retry(subscription=failed, actor=staff.actor)

    failed.refresh_from_db()
    assert failed.state == SubscriptionState.FAILED
    assert states() == [CardState.RELEASED, CardState.RELEASED]


def test_a_rest_that_failed_waits_until_what_is_held_was_taken(
    card_payer, leave_card, reseller, shop, staff, run_jobs
):
    """Of two items one is delivered: what the card holds pays for that one first."""
    make_rate(card_payer.organization)
    leave_card(card_payer)
    products = [make_product(card_payer.organization, price=price) for price in ("20", "30")]
    basket = make_basket(reseller, shop, *products)
    order = basket_place(basket=basket, actor=reseller.actor, terms=None)
    order_execute(order=order, actor=SYSTEM)
    run_jobs()
    cheap, dear = Subscription.objects.order_by("unit_price")
    subscription_activate(subscription=cheap, external_id="one", actor=SYSTEM)
    subscription_fail(subscription=dear, code="NO", text="Refused.", actor=SYSTEM)
    order.refresh_from_db()
    assert order.state == OrderState.PARTLY_EXECUTED

    with pytest.raises(CardUnknown):
        order_retry(order=order, actor=staff.actor)
    assert (states(), order.lines.get(product=products[1]).state) == (
        [CardState.AUTHORISED], "failed",
    )  # fmt: skip

    run_jobs()
    order_retry(order=order, actor=staff.actor)
    assert states() == [CardState.CAPTURED, CardState.AUTHORISED]
    assert authorised() == Decimal("37.20")


def test_seats_that_failed_are_tried_again_by_what_was_shown(
    seats, leave_card, reseller, staff, run_jobs
):
    leave_card(seats.payer)
    change = more(seats, reseller.actor)
    order_release(order=change.order_line.order, actor=SYSTEM)
    change_start(change=change, actor=SYSTEM)
    change_fail(change=change, code="NO", text="Refused.", actor=SYSTEM)
    run_jobs()
    assert states() == [CardState.RELEASED]

    subscription_retry(subscription=seats, actor=staff.actor)

    change.refresh_from_db()
    assert (change.state, states()) == (
        ChangeState.IN_PROGRESS, [CardState.RELEASED, CardState.AUTHORISED],
    )  # fmt: skip
    assert authorised() == Decimal("49.60")
