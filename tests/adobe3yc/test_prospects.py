"""What a commitment would save, shown beside its minimums before it is asked for; no call is made for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adobe3yc.models import AdobeCustomer, Commitment
from adobe3yc.pricefiles.contracts import FileKind
from bss.catalog.choices import PriceRule
from bss.catalog.models import PriceListItem
from bss.core import scope
from bss.core.actor import SYSTEM
from bss.orders import selectors
from bss.orders.errors import Repriced
from bss.orders.models import Basket
from bss.orders.services import basket_add, basket_review
from tests.adobe3yc.selling import CONSUMABLE, LICENCE, basket_with, known_reseller, on_sale
from tests.conftest import person_of_account
from tests.factories.orders import make_product
from tests.scenarios.conftest import Browser

pytestmark = pytest.mark.django_db(transaction=True)
ACROBAT, STUDENT = "65300011CA01A12", "65304479CB01A12"
TITLE = "With a three-year commitment"


@pytest.fixture
def selling(distributor, vip_marketplace, run_jobs):
    with scope.activate(distributor.scope):
        yield on_sale(distributor, vip_marketplace, run_jobs)


@pytest.fixture
def seller(selling, shop):
    return person_of_account(known_reseller(selling, name="Techsolutions"), shop)


@pytest.fixture
def buyer(seller):
    return Browser(seller.client)


@pytest.fixture
def basket(selling, seller, shop):
    """`basket(sku=quantity, ...)`: a basket for a new customer."""

    def filled(**quantities) -> Basket:
        with scope.activate(seller.account.scope):
            (first, quantity), *more = quantities.items()
            found = basket_with(seller, shop, selling.products[first], quantity)
            for sku, several in more:
                basket_add(
                    basket=found, product=selling.products[sku], unit="P1Y", quantity=several,
                    actor=seller.actor,
                )  # fmt: skip
            selling.draft(found)
            return found

    return filled


def told(basket, seller, **answers):
    """What is told of the basket with these answers: title's savings as (product's sku, now, then), and the words."""
    with scope.activate(seller.account.scope):
        view = selectors.basket_view(Basket.objects.get(pk=basket.pk))
        key = view.every[0].line.public_id
        found = selectors.prospects_of(view, {key: answers})
    rows = [
        (each.line.product.external_id, each.now.amount, each.then.amount)
        for prospect in found
        for each in prospect.savings
    ]
    return rows, "".join(prospect.message for prospect in found)


def test_service_details_show_it_for_the_smallest_minimum_and_call_nobody(selling, basket, buyer):
    basket(**{LICENCE: 10})
    before = len(selling.service.log())

    page = buyer.see("/checkout/details/").expect(TITLE)

    assert "Prices for a committed minimum of 10 licences." in page.html
    assert "Adobe 3YC, level 12, saves 20 %" in page.html
    assert all(amount in page.html for amount in ("€1,000.00", "€800.00", "€200.00"))
    assert len(selling.service.log()) == before


def test_it_is_shown_anew_for_the_minimums_that_were_typed(selling, basket, buyer):
    """By its button, without JavaScript; nothing is checked and nothing asked for by that."""
    found = basket(**{LICENCE: 10})
    page = buyer.see("/checkout/details/").expect()
    line = found.lines.get().public_id

    shown = buyer.press(page, "adobe", {"do": "look", f"{line}-adobe_licenses": "50"})

    assert "committed minimum of 50 licences" in shown.html
    assert "level 13" in shown.html
    assert "€750.00" in shown.html
    assert "40 more licences have to be bought for them." in shown.html
    found.refresh_from_db()
    assert (found.state, found.lines.get().parameters) == ("open", {})
    assert selling.customers == []
    again = buyer.see("/checkout/details/")
    assert 'value="50"' in again.html
    assert "level 13" in again.html


def test_it_counts_from_the_price_that_the_basket_has_now(basket, seller, buyer):
    found = basket(**{LICENCE: 10})
    with scope.activate(seller.account.scope):
        found = Basket.objects.get(pk=found.pk)
    with pytest.raises(Repriced):
        basket_review(basket=found, step="items", actor=seller.actor)

    page = buyer.see("/checkout/details/").expect(TITLE)

    assert "Adobe 3YC, level 12, saves 15.8 %" in page.html
    assert "€950.00" in page.html


@pytest.mark.parametrize(
    ("minimum", "unit"), [(10, 80), (49, 80), (50, 75), (99, 75), (100, 70), (500, 70)]
)
def test_the_level_follows_the_minimum_and_not_the_basket(basket, seller, minimum, unit):
    found = basket(**{LICENCE: 20})

    rows, words = told(found, seller, adobe_licenses=minimum)

    assert rows == [(LICENCE, Decimal(2000), Decimal(20 * unit))]
    assert (f"{minimum - 20} more licences" in words) == (minimum > 20)


def test_each_type_has_its_own_minimum(basket, seller):
    found = basket(**{LICENCE: 10, CONSUMABLE: 1000, ACROBAT: 4})

    both, _ = told(found, seller)
    licences, _ = told(found, seller, adobe_licenses=100)
    transactions, _ = told(found, seller, adobe_transactions=2500)

    assert both == [(LICENCE, 1000, 800), (CONSUMABLE, 2000, 1500), (ACROBAT, 200, 160)]
    # At level 14 Acrobat is not sold: it saves nothing.
    assert licences == [(LICENCE, 1000, 700)]
    assert transactions == [(CONSUMABLE, 2000, 1400)]


def test_in_education_the_list_tells_the_prices_apart(basket, seller):
    rows, _ = told(basket(**{STUDENT: 10}), seller)

    assert rows == [(STUDENT, 400, 300)]


def test_another_vendors_lines_keep_their_price(basket, seller, distributor):
    found = basket(**{LICENCE: 10})
    other = make_product(distributor, name="Mail", units=("P1Y",), price="5")
    with scope.activate(seller.account.scope):
        basket_add(basket=found, product=other, unit="P1Y", quantity=3, actor=seller.actor)

    rows, _ = told(found, seller)

    assert rows == [(LICENCE, 1000, 800)]


def test_a_reseller_reads_its_own_prices(basket, seller, distributor):
    """Its price list gives it ten per cent off: of both."""
    PriceListItem.everywhere.filter(organization=distributor).update(
        rule=PriceRule.DISCOUNT, percent=10
    )

    rows, _ = told(basket(**{LICENCE: 10}), seller)

    assert rows == [(LICENCE, 900, 720)]


def test_while_no_file_of_commitments_is_in_force_nothing_is_said(
    distributor, vip_marketplace, run_jobs, shop
):
    with scope.activate(distributor.scope):
        selling = on_sale(distributor, vip_marketplace, run_jobs, committed=False)
        seller = person_of_account(known_reseller(selling, name="Techsolutions"), shop)
    with scope.activate(seller.account.scope):
        found = basket_with(seller, shop, selling.products[LICENCE], 10)
        selling.draft(found)

    assert told(found, seller) == ([], "")
    assert TITLE not in Browser(seller.client).see("/checkout/details/").expect().html


def test_a_day_that_no_row_of_the_file_covers_has_the_segments_price(selling, basket, seller):
    selling.enforce(
        FileKind.COMMITTED, {"65304479CA12A12": "80"}, (date(2020, 1, 1), date(2020, 12, 31))
    )

    rows, _ = told(basket(**{LICENCE: 10}), seller)

    assert rows == [(LICENCE, 1000, 880)]


@pytest.mark.parametrize(
    ("kind", "status", "is_told"),
    [
        ("commitment", "COMMITTED", False),
        ("request", "ACCEPTED", False),
        ("request", "REQUESTED", True),
        ("request", "DECLINED", True),
        ("commitment", "EXPIRED", True),
    ],
)
def test_whoever_has_these_prices_is_not_told_what_they_would_save(
    selling, basket, seller, kind, status, is_told
):
    found = basket(**{LICENCE: 10})
    owner = {"organization": selling.instance.organization, "scope": seller.account.scope}
    customer = AdobeCustomer.everywhere.create(
        instance=selling.instance, draft_reference=found.customer_draft.public_id, adobe_id="1", **owner
    )  # fmt: skip
    Commitment.everywhere.create(customer=customer, kind=kind, status=status, licenses=10, **owner)

    rows, _ = told(found, seller)

    assert rows == ([(LICENCE, 1000, 800)] if is_told else [])


def test_fifty_lines_are_priced_with_as_many_queries_as_one(
    selling, basket, seller, django_assert_num_queries, django_assert_max_num_queries
):
    found = basket(**{LICENCE: 10})
    view, many = _views(found, seller, selling)

    with scope.activate(seller.account.scope), django_assert_max_num_queries(14) as few:
        assert len(selectors.prospects_of(view, {})[0].savings) == 1
    with scope.activate(seller.account.scope), django_assert_num_queries(len(few)):
        assert len(selectors.prospects_of(many, {})[0].savings) == 3


def _views(found, seller, selling):
    """The basket with one line, and then with three."""
    with scope.activate(seller.account.scope):
        view = selectors.basket_view(Basket.objects.get(pk=found.pk))
        for sku, quantity in ((ACROBAT, 4), (CONSUMABLE, 1000)):
            basket_add(
                basket=found, product=selling.products[sku], unit="P1Y", quantity=quantity,
                actor=SYSTEM,
            )  # fmt: skip
        return view, selectors.basket_view(Basket.objects.get(pk=found.pk))
