"""What Adobe knows, mirrored: whatever it says is recorded, told once, asked for again in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adobe3yc.models import AdobeCustomer
from adobe3yc.selectors import basket_waits_for, commitments_of, customer_of, three_year_of
from adobe3yc.services import customer_link, customer_record, customer_start
from adobe3yc.tasks import commitments_remind, customers_due
from adobe3yc.vipmp.contracts import Customer, Minimum, Term, ThreeYearCommit
from bss.core import clock, scope
from bss.core.models import Event, HistoryEntry
from bss.orders.models import Basket, CustomerDraft
from bss.orders.services import basket_open_for
from notifications.models import Delivery
from servicemanager.models import Instance
from tests.adobe3yc.conftest import profile
from tests.conftest import person_of_account
from tests.factories.accounts import AccountFactory, ResellerFactory


@pytest.fixture
def mirror(at_distributor):
    instance = Instance.objects.create(
        organization=at_distributor, manager="adobe", name="Adobe", state="active"
    )
    reseller = ResellerFactory(organization=at_distributor, corporate_email="ann@tech.example")
    return customer_start(
        instance=instance, reseller=reseller, draft_reference="draft", name="Fairmont Textiles"
    )


def said(request=None, commitment=None, status="1000") -> Customer:
    """A customer as Adobe tells it."""
    three = ThreeYearCommit(commitment=commitment, request=request)
    return Customer("9000", "5000", status, profile(), three_year=three, coterm=date(2027, 5, 1))


def term(status, licenses=10) -> Term:
    return Term(status, (Minimum("LICENSE", licenses),), date(2026, 5, 1), date(2029, 4, 30))


def statuses(mirror) -> dict[str, str]:
    return {each.kind: each.status for each in commitments_of(mirror)}


def test_a_second_visit_finds_the_first(mirror):
    again = customer_start(
        instance=mirror.instance, reseller=mirror.reseller, draft_reference="draft"
    )

    assert again.pk == mirror.pk
    assert AdobeCustomer.everywhere.count() == 1


@pytest.mark.parametrize(
    "first", ["REQUESTED", "NONCOMPLIANT", "EXPIRED", "SOMETHING NEW", "ACTIVE"]
)
@pytest.mark.parametrize("then", ["ACCEPTED", "REQUESTED", "DECLINED", "COMMITTED", "ODD"])
def test_whatever_adobe_says_is_recorded(mirror, first, then):
    customer_record(customer=mirror, found=said(term(first)))
    customer_record(customer=mirror, found=said(term(then)))

    assert statuses(mirror) == {"request": then}
    told = Event.objects.filter(name="commitment.changed").count()
    assert told == (1 if first == then else 2)


def test_what_is_said_twice_is_news_once(mirror):
    for _ in range(2):
        customer_record(customer=mirror, found=said(term("REQUESTED")))

    assert Event.objects.filter(name="commitment.changed").count() == 1
    assert HistoryEntry.objects.filter(action="adobe_customer.synced").count() == 1
    assert three_year_of(mirror).request == term("REQUESTED")


def test_all_three_stand_side_by_side_and_go(mirror):
    customer_record(customer=mirror, found=said(term("REQUESTED", 20), term("COMMITTED")))
    assert statuses(mirror) == {"commitment": "COMMITTED", "request": "REQUESTED"}

    customer_record(customer=mirror, found=said(None, term("COMMITTED", 20)))

    assert statuses(mirror) == {"commitment": "COMMITTED", "request": ""}
    assert three_year_of(mirror).request is None


def test_a_draft_becomes_its_account_once(mirror):
    customer_record(customer=mirror, found=said(term("ACCEPTED")))
    account = AccountFactory(parent=mirror.reseller)

    for _ in range(2):
        customer_link(customer=mirror, account=account)

    assert HistoryEntry.objects.filter(action="adobe_customer.linked").count() == 1
    with scope.activate(account.scope):
        found = customer_of(account, mirror.instance)
        assert found is not None
        assert statuses(found) == {"request": "ACCEPTED"}


def test_a_rival_sees_none_of_it(mirror):
    customer_record(customer=mirror, found=said(term("ACCEPTED")))
    rival = ResellerFactory(organization=mirror.organization)

    with scope.activate(rival.scope):
        assert AdobeCustomer.objects.count() == 0


@pytest.mark.parametrize(
    ("found", "minutes", "count"),
    [
        (said(term("REQUESTED")), 14, 0),
        (said(term("REQUESTED")), 15, 1),
        (said(status="1002"), 15, 1),
        (said(None, term("COMMITTED")), 60, 0),
        (said(None, term("COMMITTED")), 24 * 60, 1),
        (said(), 24 * 60, 1),
    ],
)
def test_who_waits_is_asked_about_often_and_everybody_daily(mirror, travel, found, minutes, count):
    customer_record(customer=mirror, found=found)
    travel(timedelta(minutes=minutes))

    assert customers_due() == count
    assert customers_due() == count


@pytest.mark.parametrize(
    ("status", "days", "count"),
    [("REQUESTED", 4, 0), ("REQUESTED", 5, 1), ("ACCEPTED", 22, 0), ("ACCEPTED", 23, 1), ("DECLINED", 90, 0)],
)  # fmt: skip
def test_what_runs_out_is_reminded_of_once(mirror, travel, run_jobs, shop, status, days, count):
    customer_record(customer=mirror, found=said(term(status)))
    run_jobs()
    before = Delivery.everywhere.filter(kind="adobe_commitment_ending").count()
    travel(timedelta(days=days))

    for _ in range(2):
        commitments_remind()
        run_jobs()

    assert Delivery.everywhere.filter(kind="adobe_commitment_ending").count() == before + count


def test_whoever_sells_is_told_of_an_acceptance(mirror, run_jobs, shop):
    customer_record(customer=mirror, found=said(term("REQUESTED")))
    customer_record(customer=mirror, found=said(term("ACCEPTED")))
    run_jobs()

    [mail] = Delivery.everywhere.filter(kind="adobe_commitment_changed")
    assert mail.recipient == "ann@tech.example"
    assert "Fairmont Textiles has accepted" in mail.context["news"]
    # No basket waits for it, and it has nothing yet: there is nowhere to go.
    assert (mail.context["link"], mail.context["action"]) == ("", "")
    assert 'href=""' not in mail.html
    assert [x for x in mail.text.splitlines() if x.strip() == ":"] == []
    assert clock.now() >= AdobeCustomer.everywhere.get().synced_at


def test_the_mail_leads_to_its_readers_own_basket_that_waits(mirror, shop):
    reseller = mirror.reseller
    person, colleague = person_of_account(reseller, shop), person_of_account(reseller, shop)
    basket = basket_open_for(user_id=person.actor.user_id, storefront=shop, account=reseller)
    CustomerDraft.everywhere.create(
        basket=basket, organization=reseller.organization, scope=reseller.scope, parent=reseller,
        public_id=mirror.draft_reference, name="Fairmont Textiles", country="DE",
    )  # fmt: skip
    Basket.everywhere.update(uses_draft=True)
    own, others = (
        lambda p=p: basket_waits_for(mirror, email=p.user.email, storefront=shop)
        for p in (person, colleague)
    )
    assert not own()

    Basket.everywhere.update(state="waiting")

    assert own()
    # Its basket page would be empty.
    assert not others()
    Basket.everywhere.update(uses_draft=False)
    assert not own()
