"""Adobe 3YC on a subscription, in the portal and in the shop: shown, asked for, raised, followed, asked about anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adobe3yc.models import AdobeCustomer
from adobe3yc.rules.commitments import price_date
from adobe3yc.rules.offers import OfferType
from adobe3yc.selectors import three_year_of
from adobe3yc.services import customer_record
from adobe3yc.vipmp.contracts import LineBody, Minimum, Term
from bss.accounts.choices import StaffRole
from bss.core.models import HistoryEntry
from notifications.models import Delivery
from tests.adobe3yc.conftest import ALL_APPS
from tests.conftest import person_of_staff
from tests.factories.accounts import make_staff
from tests.factories.adobe import connected_to, make_adobe, of_adobe
from tests.factories.orders import make_product, make_subscription

WHERE = ["portal", "shop"]


@pytest.fixture
def instance(at_distributor, adobe):
    return connected_to(make_adobe(at_distributor), adobe.service)


@pytest.fixture
def subscription(instance, at_distributor, customer_account, reseller):
    made = make_subscription(
        reseller.account, make_product(at_distributor), customer=customer_account
    )
    return of_adobe(made, instance)


@pytest.fixture
def customer(instance, adobe, subscription):
    """The subscription's customer, as Adobe has it: no commitment, thirty licences."""
    there = adobe.customer()
    adobe.buy(there, 30)
    return AdobeCustomer.objects.create(
        organization=instance.organization, scope=subscription.customer.scope, instance=instance,
        account=subscription.customer, adobe_id=there.id, name="Aegean Foods", status="1000",
    )  # fmt: skip


@pytest.fixture
def people(staff, reseller):
    return {"portal": staff, "shop": reseller}


def url(subscription, where, more=""):
    prefix = "/portal" if where == "portal" else ""
    return f"{prefix}/subscriptions/{subscription.public_id}/adobe-3yc/{more}"


def ask(person, subscription, where, **values):
    return person.client.post(url(subscription, where), {"term": "commit", **values})


def there(adobe, customer):
    return adobe.client.customer(customer.adobe_id).three_year


def told(customer):
    return {(c.kind, c.status, c.licenses, c.consumables) for c in customer.commitments.all()}


def commit(adobe, customer):
    """Twenty licences, promised and bought."""
    known = adobe.client.customer(customer.adobe_id)
    adobe.client.commitment_request(known, [Minimum("LICENSE", 20)], key=adobe.key())
    adobe.service.act(customer.adobe_id, "accept")
    adobe.buy(known, 20)


def writes(adobe):
    return len(adobe.service.log(method="PATCH"))


@pytest.mark.parametrize("where", WHERE)
def test_a_commitment_is_asked_for_once_and_its_answer_shown(
    people, where, subscription, customer, adobe
):
    page = people[where].client.get(url(subscription, where)).content.decode()
    assert "No commitment, and none was asked for." in page

    done = ask(people[where], subscription, where, licenses=20, transactions=2000)

    assert done["Location"] == url(subscription, where)
    assert told(customer) == {("request", "REQUESTED", 20, 2000)}
    assert there(adobe, customer).request.status == "REQUESTED"
    assert writes(adobe) == 1
    own = url(subscription, where).removesuffix("adobe-3yc/")
    shown = people[where].client.get(own).content.decode()
    assert "Waits for the customer" in shown
    assert "2,000" in shown


def test_what_the_customer_answers_is_seen_when_adobe_is_asked_anew(
    people, subscription, customer, adobe
):
    ask(people["shop"], subscription, "shop", licenses=20)
    adobe.service.act(customer.adobe_id, "accept")
    adobe.buy(adobe.client.customer(customer.adobe_id), 20)

    page = people["shop"].client.post(url(subscription, "shop", "refresh/"))

    assert page["Location"] == url(subscription, "shop")
    assert ("commitment", "COMMITTED", 20, 0) in told(customer)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({}, "", "Say how many licences or transactions"),
        ({"licenses": 9}, "licenses", "The smallest minimum is 10."),
        ({"licenses": 10, "transactions": 999}, "transactions", "The smallest minimum is 1000."),
        ({"licenses": 10, "term": "recommit"}, "", "There is no commitment in force to follow."),
    ],
)
def test_what_adobe_would_not_take_is_said_on_its_field_and_not_asked(
    people, where, subscription, customer, adobe, values, field, words
):
    page = ask(people[where], subscription, where, **values)

    assert page.status_code == 400
    shown = page.content.decode()
    assert words in shown
    if field:
        assert f'id="id_{field}-error"' in shown
    assert (writes(adobe), told(customer)) == (0, set())


def test_a_commitment_is_raised_and_never_lowered(people, subscription, customer, adobe):
    commit(adobe, customer)
    before = writes(adobe)
    lower = ask(people["shop"], subscription, "shop", licenses=15)
    assert "20 are committed already" in lower.content.decode()
    assert writes(adobe) == before

    ask(people["shop"], subscription, "shop", licenses=50)

    assert ("request", "REQUESTED", 50, 0) in told(customer)
    assert ("commitment", "COMMITTED", 20, 0) in told(customer)


def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(
    people, subscription, customer, adobe
):
    adobe.service.behave("gateway", match="PATCH", times=1)
    lost = ask(people["portal"], subscription, "portal", licenses=20)
    assert lost.status_code == 503
    assert "Adobe" in lost.content.decode()

    ask(people["portal"], subscription, "portal", licenses=20)
    ask(people["portal"], subscription, "portal", licenses=20)

    first, second, third = [r["correlation_id"] for r in adobe.service.log(method="PATCH")]
    assert (first == second, second == third) == (True, False)
    asked = HistoryEntry.objects.filter(action="adobe_customer.commitment_asked")
    assert asked.count() == 2


def test_a_refusal_of_adobes_is_told_in_words_and_the_next_request_has_another_key(
    people, subscription, customer, adobe
):
    adobe.service.behave("error", code="1116", match="PATCH", times=1)
    refused = ask(people["shop"], subscription, "shop", licenses=20)
    assert (refused.status_code, told(customer)) == (503, set())

    ask(people["shop"], subscription, "shop", licenses=20)

    assert told(customer) == {("request", "REQUESTED", 20, 0)}


def test_only_whoever_manages_subscriptions_asks(subscription, customer, distributor, adobe):
    reader = person_of_staff(make_staff(distributor, StaffRole.READ_ONLY))

    assert ask(reader, subscription, "portal", licenses=20).status_code == 403
    own = url(subscription, "portal").removesuffix("adobe-3yc/")
    shown = reader.client.get(own).content.decode()
    assert ("Adobe 3YC" in shown, "Ask for it or change it" in shown) == (True, False)
    assert writes(adobe) == 0


def test_another_resellers_customer_is_not_there(rival, tenant, subscription, customer, adobe):
    for person, where in ((rival, "shop"), (tenant, "portal")):
        assert person.client.get(url(subscription, where)).status_code == 404
        assert ask(person, subscription, where, licenses=20).status_code == 404
        assert person.client.post(url(subscription, where, "refresh/")).status_code == 404
    assert writes(adobe) == 0


def test_another_vendors_subscription_has_no_such_page(
    people, subscription, customer, at_distributor, reseller
):
    other = make_subscription(reseller.account, make_product(at_distributor))

    for where in WHERE:
        assert people[where].client.get(url(other, where)).status_code == 404
        own = url(other, where).removesuffix("adobe-3yc/")
        assert "Adobe 3YC" not in people[where].client.get(own).content.decode()


@pytest.fixture
def to_the_end(adobe, customer, travel):
    """`to_the_end(days)`: so many days before the last day of the customer's commitment, here and at Adobe."""

    def go(days) -> None:
        last = there(adobe, customer).commitment.end
        ahead = last - timedelta(days=days) - adobe.now().date()
        adobe.travel(days=ahead.days)
        travel(ahead)

    return go


@pytest.mark.parametrize("where", WHERE)
def test_the_next_three_years_are_not_asked_for_thirty_one_days_before_the_end(
    people, where, subscription, customer, adobe, to_the_end
):
    commit(adobe, customer)
    to_the_end(31)
    before = writes(adobe)

    early = ask(people[where], subscription, where, licenses=20, term="recommit")

    assert early.status_code == 400
    words = "It can be asked for in the last 30 days: 1 days from now."
    assert words in early.content.decode()
    assert (writes(adobe), there(adobe, customer).recommitment) == (before, None)


@pytest.mark.parametrize("where", WHERE)
def test_the_next_three_years_are_asked_for_accepted_kept_side_by_side_and_begin(
    people, where, subscription, customer, adobe, to_the_end
):
    person = people[where]
    commit(adobe, customer)
    to_the_end(30)
    first = there(adobe, customer).commitment

    asked = ask(person, subscription, where, licenses=20, term="recommit")
    assert asked["Location"] == url(subscription, where)
    assert told(customer) >= {
        ("commitment", "COMMITTED", 20, 0), ("recommitment", "REQUESTED", 20, 0),
    }  # fmt: skip
    adobe.service.act(customer.adobe_id, "accept", term="recommitment")
    person.client.post(url(subscription, where, "refresh/"))

    assert told(customer) >= {
        ("commitment", "COMMITTED", 20, 0), ("recommitment", "ACCEPTED", 20, 0),
    }  # fmt: skip
    shown = person.client.get(url(subscription, where)).content.decode()
    assert "Request for the next three years" in shown
    # What locks the prices is the commitment in force, until the other one begins.
    known = three_year_of(customer)
    assert price_date(known, OfferType.LICENSE, 50) == first.start
    before_end = adobe.client.customer(customer.adobe_id)
    [line] = adobe.client.order_preview(customer.adobe_id, [LineBody(1, ALL_APPS, 1)], "EUR").lines
    assert line.offer_id == "65304479CA12A12"
    assert before_end.three_year.recommitment.start == first.end + timedelta(days=1)

    to_the_end(-1)
    person.client.post(url(subscription, where, "refresh/"))

    customer.refresh_from_db()
    held = customer.commitments.get(kind="commitment")
    assert (held.status, held.licenses) == ("COMMITTED", 20)
    assert held.starts_on == first.end + timedelta(days=1)
    assert customer.commitments.get(kind="recommitment").status == ""
    [owned] = adobe.client.subscriptions(customer.adobe_id)
    assert (owned.quantity, owned.renews) == (50, True)
    assert price_date(three_year_of(customer), OfferType.LICENSE, 50) == held.starts_on
    assert "RENEWAL" in {order["orderType"] for order in adobe.service.state()["orders"]}


def test_a_recommitment_and_a_request_for_more_do_not_stand_beside_each_other(
    people, subscription, customer, adobe, to_the_end
):
    commit(adobe, customer)
    to_the_end(10)
    ask(people["shop"], subscription, "shop", licenses=20, term="recommit")
    before = writes(adobe)

    refused = ask(people["shop"], subscription, "shop", licenses=50)

    assert refused.status_code == 400
    assert writes(adobe) == before
    assert there(adobe, customer).request is None


def test_a_declined_recommitment_ends_with_the_commitment(
    people, subscription, customer, adobe, to_the_end
):
    commit(adobe, customer)
    to_the_end(10)
    ask(people["shop"], subscription, "shop", licenses=20, term="recommit")
    adobe.service.act(customer.adobe_id, "decline", term="recommitment")
    to_the_end(-1)

    people["shop"].client.post(url(subscription, "shop", "refresh/"))

    assert {(kind, status) for kind, status, *_ in told(customer)} >= {
        ("commitment", "EXPIRED"), ("recommitment", "DECLINED"),
    }  # fmt: skip
    [line] = adobe.client.order_preview(customer.adobe_id, [LineBody(1, ALL_APPS, 1)], "EUR").lines
    assert line.offer_id != "65304479CA12A12"


def test_the_mail_about_a_customer_that_has_something_leads_to_that(
    subscription, customer, shop, run_jobs, adobe
):
    AdobeCustomer.objects.filter(pk=customer.pk).update(reseller=subscription.payer)
    found = adobe.client.customer(customer.adobe_id)
    commit = replace(found.three_year, request=Term("DECLINED", (Minimum("LICENSE", 20),)))

    customer_record(customer=customer, found=replace(found, three_year=commit))
    run_jobs()

    mail = Delivery.everywhere.get(kind="adobe_commitment_changed")
    assert mail.context["action"] == "Look at the subscription"
    assert mail.context["link"].endswith(f"/subscriptions/{subscription.public_id}/")
    assert "Go to the basket" not in mail.text
