"""Reviews at checkout: one verdict of many service managers, in time or not at all."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction

from bss.core.errors import Invalid
from bss.core.fields import FieldSpec
from bss.core.http import CalledInTransaction
from bss.orders import selectors
from bss.orders.choices import OrderState
from bss.orders.contracts import Proceed, Refuse, Reprice, ReviewLine, ReviewSubject, Wait
from bss.orders.models import Basket, Order
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import basket_answer, basket_place, order_execute
from bss.pricing.contracts import QuotedPrice
from servicemanager.contracts import ExchangeNote
from servicemanager.models import Exchange
from servicemanager.review import BREAKER_FAILURES, CheckoutReviewAdapter, merged
from servicemanager.services import instance_deactivate
from servicemanager.services.exchanges import Notebook, exchanges_keep
from tests.factories.orders import make_basket, make_draft, make_product, make_type
from tests.factories.ports import filled
from tests.servicemanager.conftest import make_instance, make_managed

QUOTE = QuotedPrice(1, "P1M", "EUR", Decimal(9), "sell")


def subject_of(account, *products, kind="new") -> ReviewSubject:
    lines = [
        ReviewLine(
            key=f"line-{number}",
            product_id=product.pk,
            product_type_id=product.type_id,
            managed_by=product.type.managed_by,
            sku=product.external_id,
            unit="P1M",
            quantity=1,
            kind=kind,
        )
        for number, product in enumerate(products)
    ]
    return ReviewSubject("basket", account.organization_id, account.pk, account.pk, lines)


@pytest.fixture
def elsewhere(at_distributor, scripted_remote):
    """An instance whose service manager is asked in a thread."""
    made = make_instance(at_distributor, "scripted-remote")
    scripted_remote.heard.clear()
    return made


@pytest.fixture
def release():
    """Lets a vendor that hangs go, at the latest when the test ends."""
    event = threading.Event()
    yield event
    event.set()


def test_the_adapter_is_what_orders_asks():
    assert isinstance(CHECKOUT_REVIEW.get(), CheckoutReviewAdapter)


def test_lines_nobody_manages_proceed(at_distributor, account):
    subject = subject_of(account, make_product(at_distributor))
    assert CheckoutReviewAdapter().review(subject, "place") == Proceed()


def test_each_instance_is_asked_once_with_its_own_lines(
    instance, elsewhere, account, scripted, scripted_remote
):
    first, second, third = (
        make_managed(instance, external_id="a"),
        make_managed(elsewhere, external_id="b"),
        make_managed(instance, external_id="c"),
    )
    CheckoutReviewAdapter().review(subject_of(account, first, second, third), "place")

    (here,) = scripted.asked("review")
    (there,) = scripted_remote.asked("review")
    assert [line.key for line in here] == ["line-0", "line-2"]
    assert [line.key for line in there] == ["line-1"]


def test_who_may_have_something_to_ask_is_told_without_asking(instance, account, scripted):
    managed = make_managed(instance, external_id="a")
    products = (managed, make_product(account.organization))

    assert CheckoutReviewAdapter().asking(subject_of(account, *products)) == {"line-0"}
    assert scripted.asked("fields") == []


def test_refusal_is_stronger_than_waiting_than_repricing_than_proceeding():
    refuse = Refuse({("line-1", "alias"): ["Taken."]})
    wait, reprice = Wait("Ask the customer.", [{"kind": "mail"}]), Reprice("Dearer.", "fx", [QUOTE])
    proceed = Proceed()
    assert merged([proceed, reprice, wait, refuse]) == refuse
    assert merged([proceed, reprice, wait]) == wait
    assert merged([proceed, reprice]) == reprice
    assert merged([proceed, proceed]) == proceed
    assert merged([]) == proceed


def test_verdicts_of_one_strength_become_one():
    both = merged(
        [Refuse({("a", "x"): ["One."]}), Refuse({("a", "x"): ["Two."], ("b", ""): ["Three."]})]
    )
    assert both == Refuse({("a", "x"): ["One.", "Two."], ("b", ""): ["Three."]})
    prices = merged([Reprice("Dearer.", "fx", [], "One short."), Proceed("Hello."), Proceed()])
    assert prices == Reprice("Dearer.", "fx", [], "One short.\nHello.")
    assert prices.told == "Dearer.\nOne short.\nHello."
    waits = merged([Wait("Wait.", [{"n": 1}]), Wait("Wait.", [{"n": 2}])])
    assert waits == Wait("Wait.", [{"n": 1}, {"n": 2}])


def test_a_wait_carries_the_instance_that_makes_its_requests(instance, account, scripted):
    scripted.script = {"review": [Wait("Ask.", [{"kind": "commitment"}])]}
    verdict = CheckoutReviewAdapter().review(subject_of(account, make_managed(instance)), "place")

    assert isinstance(verdict, Wait)
    assert verdict.requests == [{"kind": "commitment", "instance": instance.public_id}]


def test_no_answer_in_time_refuses_and_never_proceeds(elsewhere, account, scripted_remote, release):
    scripted_remote.script = {"review": [lambda _lines: release.wait(30) and Proceed()]}
    adapter = CheckoutReviewAdapter(seconds=0.2)

    verdict = adapter.review(subject_of(account, make_managed(elsewhere)), "place")

    assert isinstance(verdict, Refuse)
    assert set(verdict.errors) == {("line-0", "")}


def test_two_slow_vendors_share_the_seconds(at_distributor, account, scripted_remote, release):
    import time

    both = [make_instance(at_distributor, "scripted-remote")]
    scripted_remote.script = {"review": [lambda _lines: release.wait(30) and Proceed()]}
    from servicemanager.services import instance_activate, instance_create

    second = instance_create(
        organization=at_distributor, manager="scripted-remote", name="Second", actor=_system(),
        settings={"address": "https://vendor.example", "key": "sesame-opens"},
    )  # fmt: skip
    both.append(instance_activate(instance=second, actor=_system()))
    products = [make_managed(one, external_id=f"p{n}") for n, one in enumerate(both)]

    started = time.monotonic()
    verdict = CheckoutReviewAdapter(seconds=0.5).review(subject_of(account, *products), "place")

    assert time.monotonic() - started < 1.0
    assert isinstance(verdict, Refuse)
    assert set(verdict.errors) == {("line-0", ""), ("line-1", "")}


def test_a_fault_of_a_plug_in_is_no_answer(elsewhere, account, scripted_remote):
    scripted_remote.script = {"review": [RuntimeError("bug")]}
    verdict = CheckoutReviewAdapter().review(subject_of(account, make_managed(elsewhere)), "place")
    assert isinstance(verdict, Refuse)


def test_a_vendor_that_fails_again_and_again_is_not_asked_for_a_while(
    elsewhere, account, scripted_remote
):
    scripted_remote.script = {"review": [RuntimeError("down")]}
    subject = subject_of(account, make_managed(elsewhere))
    adapter = CheckoutReviewAdapter()
    for _ in range(BREAKER_FAILURES + 3):
        assert isinstance(adapter.review(subject, "place"), Refuse)

    assert len(scripted_remote.asked("review")) == BREAKER_FAILURES


def test_an_answer_closes_the_breaker(elsewhere, account, scripted_remote):
    failures = [RuntimeError("down")] * (BREAKER_FAILURES - 1)
    scripted_remote.script = {"review": [*failures, Proceed(), *failures, Proceed()]}
    subject = subject_of(account, make_managed(elsewhere))
    adapter = CheckoutReviewAdapter()
    verdicts = [adapter.review(subject, "place") for _ in range(2 * BREAKER_FAILURES)]

    assert verdicts[-1] == Proceed()


def test_an_inactive_instance_sells_nothing(instance, account, scripted, staff):
    product = make_managed(instance)
    instance_deactivate(instance=instance, actor=staff.actor, reason="Contract ended.")

    verdict = CheckoutReviewAdapter().review(subject_of(account, product), "place")

    assert isinstance(verdict, Refuse)
    assert scripted.asked("review") == []


@pytest.mark.django_db(transaction=True)
def test_reviews_run_outside_transactions():
    subject = ReviewSubject("basket", 1, 1, 1, [])
    with transaction.atomic(), pytest.raises(CalledInTransaction):
        CheckoutReviewAdapter().review(subject, "place")


# What was said -------------------------------------------------------------------------------------------


def note(path: str, answer: object = None) -> ExchangeNote:
    return ExchangeNote("GET", path, None, 200, answer, "answered", 1, about="somebody")


def kept() -> list[tuple[str, object]]:
    return list(Exchange.everywhere.order_by("pk").values_list("path", "answer"))


def test_what_is_said_while_somebody_waits_is_written_together_and_the_rest_at_once(
    instance, django_assert_num_queries
):
    first, second = Notebook(instance), Notebook(instance)
    for path, notebook in (("/1", first), ("/2", first), ("/3", second)):
        notebook(note(path))
    assert kept() == []

    with django_assert_num_queries(1):
        exchanges_keep([first, second])
    with django_assert_num_queries(0):
        exchanges_keep([first, second, Notebook(instance)])
    first(note("/late"))

    assert [path for path, _answer in kept()] == ["/1", "/2", "/3", "/late"]
    assert set(Exchange.everywhere.values_list("about", "instance", "job", "scope")) == {
        ("somebody", instance.pk, None, f"{instance.organization_id}.")
    }


@pytest.mark.parametrize("ends", [Proceed(), RuntimeError("bug")])
def test_the_adapter_keeps_what_was_said_however_the_review_ends(
    elsewhere, account, scripted_remote, monkeypatch, ends
):
    def review(self, context, subject, lines, step):
        context.record(note("/asked"))
        return self._answer("review", lines, ends)

    monkeypatch.setattr(scripted_remote, "review", review)
    CheckoutReviewAdapter().review(subject_of(account, make_managed(elsewhere)), "place")

    assert kept() == [("/asked", None)]


def test_whatever_a_vendor_answers_can_be_kept(instance):
    notebook = Notebook(instance)
    for answer in ("a\0b", {"k\0": ["\ud800"]}, [float("nan"), float("inf")], "\N{GRINNING FACE}"):
        notebook(note("/odd", answer))

    exchanges_keep([notebook])

    assert [answer for _path, answer in kept()] == [
        "a\N{SYMBOL FOR NULL}b", {"k\N{SYMBOL FOR NULL}": ["?"]}, ["nan", "inf"],
        "\N{GRINNING FACE}",
    ]  # fmt: skip


# What is asked -----------------------------------------------------------------------------------------


def specs(*codes: str, audience: str = "buyer") -> list:
    return [FieldSpec(code, code.title(), audience=audience).to_json() for code in codes]


def test_the_types_characteristics_and_the_service_managers_fields_are_asked_together(
    instance, account, scripted
):
    product = make_managed(
        instance,
        type_values={
            "characteristics": specs("region", "plan") + specs("secret", audience="hidden")
        },
        characteristics={"plan": "gold"},
    )
    scripted.script = {"fields": [[FieldSpec("alias", "Alias", required=True)]]}

    (asked,) = CheckoutReviewAdapter().fields(subject_of(account, product))

    assert (asked.key, asked.title) == ("line-0", product.name)
    assert [spec.code for spec in asked.specs] == ["alias", "region"]


def test_the_service_managers_word_replaces_the_types(instance, account, scripted):
    product = make_managed(instance, type_values={"characteristics": specs("region")})
    scripted.script = {"fields": [[FieldSpec("region", "Region", help="Where data lives.")]]}

    (asked,) = CheckoutReviewAdapter().fields(subject_of(account, product))

    assert [(s.code, s.help) for s in asked.specs] == [("region", "Where data lives.")]


def test_what_nobody_manages_asks_its_characteristics(at_distributor, account):
    owned = make_type(at_distributor, characteristics=specs("colour"))
    subject = subject_of(account, make_product(at_distributor, type=owned))
    (asked,) = CheckoutReviewAdapter().fields(subject)
    assert [s.code for s in asked.specs] == ["colour"]


ALIAS = FieldSpec("alias", "Alias", required=True)
SILENT = "Vendor did not answer in time. Nothing was ordered; try again in a moment."


@pytest.fixture
def asked_elsewhere(elsewhere, reseller, shop):
    """A basket with a product whose service manager is asked in a thread; nobody has answered anything."""
    product = make_managed(elsewhere, type_values={"characteristics": specs("region")})
    return make_basket(reseller, shop, product)


def test_no_answer_in_time_is_a_problem_of_its_lines_never_a_question_less(
    elsewhere, account, scripted_remote, release
):
    product = make_managed(elsewhere, type_values={"characteristics": specs("region")})
    scripted_remote.script = {"fields": [lambda _line: release.wait(30) and (ALIAS,)]}

    (asked,) = CheckoutReviewAdapter(seconds=0.2).fields(subject_of(account, product))

    assert (asked.key, asked.problem) == ("line-0", SILENT)
    assert [spec.code for spec in asked.specs] == ["region"]


@pytest.mark.parametrize("fault", ["late", "down", "resting"])
def test_without_its_questions_a_line_is_neither_answered_nor_ordered(
    asked_elsewhere, reseller, scripted_remote, release, fault
):
    answers = {"late": lambda _line: release.wait(30) and (ALIAS,), "down": RuntimeError("down")}
    scripted_remote.script = {"fields": [answers.get(fault, RuntimeError("down"))]}
    basket, line = asked_elsewhere, asked_elsewhere.lines.get()
    adapter = CheckoutReviewAdapter(seconds=0.2)
    if fault == "resting":
        for _ in range(BREAKER_FAILURES):
            adapter.fields(selectors.basket_subject(basket, [line]))
    before = Basket.objects.values().get()

    with filled(CHECKOUT_REVIEW, adapter):
        with pytest.raises(Invalid) as at_details:
            basket_answer(
                basket=basket, answers={line.public_id: {"region": "eu"}}, actor=reseller.actor
            )
        with pytest.raises(Invalid) as at_place:
            basket_place(basket=basket, actor=reseller.actor, terms=None)

    for refusal in (at_details, at_place):
        assert (refusal.value.code, refusal.value.errors) == (
            "REFUSED", {line.public_id: [SILENT]}
        )  # fmt: skip
    line.refresh_from_db()
    assert (line.parameters, Basket.objects.values().get()) == ({}, before)
    assert Order.objects.count() == 0
    assert scripted_remote.asked("review") == []


def test_a_draft_is_not_executed_without_its_questions(elsewhere, account, scripted_remote, staff):
    order = make_draft(account, make_managed(elsewhere))
    scripted_remote.script = {"fields": [RuntimeError("down")]}

    with pytest.raises(Invalid) as refusal:
        order_execute(order=order, actor=staff.actor)

    assert refusal.value.errors == {order.lines.get().public_id: [SILENT]}
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_the_shop_says_on_the_line_who_did_not_answer(asked_elsewhere, reseller, scripted_remote):
    scripted_remote.script = {"fields": [RuntimeError("down")]}
    name = f"{asked_elsewhere.lines.get().public_id}-region"
    client = reseller.client

    assert client.get("/checkout/review/").url == "/checkout/details/"
    details = client.get("/checkout/details/").content.decode()
    cache.clear()
    posted = client.post("/checkout/details/", {name: "eu", "do": "continue"})
    cache.clear()
    placed = client.post(
        "/checkout/review/",
        {"basket": asked_elsewhere.public_id, "version": str(asked_elsewhere.version)},
    )

    assert SILENT in details
    assert (posted.status_code, placed.status_code) == (400, 400)
    for page in (posted, placed):
        assert SILENT in page.content.decode()
    assert 'value="eu"' in posted.content.decode()
    assert Order.objects.count() == 0
    scripted_remote.script = {"fields": [(ALIAS,)]}
    cache.clear()
    assert "Alias" in client.get("/checkout/details/").content.decode()


def test_actions_and_lines_with_nothing_to_ask_are_left_out(
    instance, at_distributor, account, scripted
):
    product = make_managed(instance, type_values={"characteristics": specs("region")})
    assert CheckoutReviewAdapter().fields(subject_of(account, product, kind="quantity")) == []
    assert CheckoutReviewAdapter().fields(subject_of(account, make_product(at_distributor))) == []


def test_many_lines_cost_as_many_queries_as_one(
    instance, account, scripted, django_assert_num_queries
):
    products = [make_managed(instance, external_id=f"p{n}") for n in range(8)]
    adapter = CheckoutReviewAdapter()
    for several in (products[:1], products):
        with django_assert_num_queries(2):
            adapter.fields(subject_of(account, *several))
        with django_assert_num_queries(1):
            adapter.review(subject_of(account, *several), "items")


def _system():
    from bss.core.actor import SYSTEM

    return SYSTEM
