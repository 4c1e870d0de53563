"""The shop window: who sees which products, at whose prices, and what that costs the database."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from bss.accounts.models import Storefront
from bss.catalog.choices import PriceRule, ProductAudience
from bss.catalog.models import Listing, PriceList, Product
from bss.core import clock, scope
from bss.orders.models import BasketLine
from storefront.selectors import window
from tests.conftest import person_of_account
from tests.factories.accounts import AccountFactory
from tests.factories.catalog import (
    CategoryFactory,
    IndustryFactory,
    PriceListFactory,
    PriceListItemFactory,
    ProductTypeFactory,
    make_add_on,
    make_product,
)
from tests.factories.orders import make_subscription
from tests.factories.ports import granted

WINDOW = ("own_storefront", "catalog_listing", "own_prices", "self_service_ordering")


@pytest.fixture
def everybody(distributor):
    """The distributor's default price list."""
    return PriceListFactory(organization=distributor, name="Internal list A")


@pytest.fixture
def mailbox(distributor, everybody):
    """List 12, cost 8, sold to payers at 9."""
    return make_product(
        distributor,
        price_list=everybody,
        rule=PriceRule.DISCOUNT,
        percent="25",
        name="Mailbox",
        prices={"P1M": ("12", "8"), "P1Y": ("120", "80")},
    )


@pytest.fixture
def own_shop(reseller):
    """The reseller's own storefront."""
    return Storefront.everywhere.create(
        organization=reseller.account.organization,
        owner=reseller.account,
        alias="techsolutions",
        name="Techsolutions Cloud",
    )


@pytest.fixture
def customer(customer_account, own_shop):
    """A login of the reseller's customer, at the reseller's own storefront."""
    return person_of_account(customer_account, own_shop)


@pytest.fixture
def direct(distributor, shop):
    return person_of_account(AccountFactory(organization=distributor), shop)


def text_of(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


def shown(person_client: Client, path: str) -> str:
    return text_of(person_client.get(path))


# Who sees which prices -----------------------------------------------------------------------------------


def test_a_reseller_sees_its_price_and_neither_cost_nor_the_lists_name(reseller, mailbox):
    for path in ("/catalog/", f"/products/{mailbox.public_id}/", "/"):
        html = shown(reseller.client, path)
        assert "€9.00" in html, path
        for secret in ("€8.00", "€12.00", "Internal list A"):
            assert secret not in html, (path, secret)


def test_a_customer_at_its_resellers_shop_sees_the_resale_price_alone(
    reseller, customer, own_shop, mailbox, distributor
):
    own = PriceListFactory(organization=distributor, owner=reseller.account, name="Tech list")
    PriceListItemFactory(
        price_list=own, product=mailbox, rule=PriceRule.MARKUP, percent=Decimal(50)
    )

    with granted(reseller.account, *WINDOW):
        for path in ("/catalog/", f"/products/{mailbox.public_id}/", "/"):
            html = shown(customer.client, f"/techsolutions{path}")
            assert "€13.50" in html, path
            for secret in ("€9.00", "€8.00", "€12.00", "Tech list", distributor.name):
                assert secret not in html, (path, secret)


def test_a_customer_without_its_resellers_own_prices_sees_list_prices(reseller, customer, mailbox):
    with granted(reseller.account, "own_storefront"):
        html = shown(customer.client, f"/techsolutions/products/{mailbox.public_id}/")

    assert "€12.00" in html
    assert "€9.00" not in html


def test_visitors_of_a_resellers_shop_see_products_and_no_prices(
    client, reseller, own_shop, mailbox, distributor
):
    with granted(reseller.account, *WINDOW):
        html = shown(client, "/techsolutions/catalog/")
        page = shown(client, f"/techsolutions/products/{mailbox.public_id}/")

    assert "Mailbox" in html
    assert "Sign in to see prices" in html
    assert "€" not in html + page
    assert distributor.name not in html + page


def test_visitors_of_a_resellers_shop_see_its_own_prices(
    client, reseller, own_shop, mailbox, distributor
):
    PriceListFactory(organization=distributor, owner=reseller.account)

    with granted(reseller.account, *WINDOW):
        html = shown(client, "/techsolutions/catalog/")

    assert "€12.00" in html
    assert "€9.00" not in html


def test_visitors_of_the_distributor_see_its_default_list(client, shop, mailbox):
    html = shown(client, "/catalog/")

    assert "€9.00" in html


def test_visitors_see_the_catalogue_without_prices_where_no_list_is_the_default(
    client, shop, mailbox
):
    PriceList.everywhere.update(is_default=False)

    html = shown(client, "/catalog/")
    page = shown(client, f"/products/{mailbox.public_id}/")

    assert "Mailbox" in html
    assert "Sign in to see prices" in html
    assert "€" not in html + page


def test_a_direct_customer_sees_its_price(direct, mailbox):
    assert "€9.00" in shown(direct.client, "/catalog/")


def test_an_end_customer_that_signs_in_at_the_distributor_sees_resale_prices(
    customer_account, shop, mailbox
):
    person = person_of_account(customer_account, shop)

    html = shown(person.client, "/catalog/")

    assert "€12.00" in html
    assert "€9.00" not in html


def test_somebody_without_a_price_list_is_told_what_is_missing(reseller, mailbox):
    PriceList.everywhere.update(is_active=False)

    html = shown(reseller.client, "/catalog/")

    assert "There is nothing for you to buy yet" in html
    assert "Mailbox" not in html


# Which products ------------------------------------------------------------------------------------------


@pytest.fixture
def for_resellers(distributor, everybody):
    kind = ProductTypeFactory(organization=distributor, audience=ProductAudience.RESELLER)
    return make_product(distributor, price_list=everybody, type=kind, name="Plan Standard")


@pytest.fixture
def for_customers(distributor, everybody):
    kind = ProductTypeFactory(organization=distributor, audience=ProductAudience.CUSTOMER)
    return make_product(distributor, price_list=everybody, type=kind, name="Customer suite")


def test_a_reseller_is_told_what_is_for_itself_and_what_for_its_customers(
    reseller, for_resellers, for_customers
):
    html = shown(reseller.client, "/catalog/")

    assert "Plan Standard" in html
    assert "For yourself only" in html
    assert "Customer suite" in html
    assert "For your customers" in html


def test_nobody_but_resellers_sees_what_is_for_resellers(
    client, reseller, direct, customer, own_shop, for_resellers, for_customers
):
    with granted(reseller.account, *WINDOW):
        seen = [
            shown(client, "/catalog/"),
            shown(direct.client, "/catalog/"),
            shown(customer.client, "/techsolutions/catalog/"),
        ]
        hidden = customer.client.get(f"/techsolutions/products/{for_resellers.public_id}/")

    for html in seen:
        assert "Plan Standard" not in html
        assert "Customer suite" in html
    assert direct.client.get(f"/products/{for_resellers.public_id}/").status_code == 404
    assert hidden.status_code == 404


def test_a_product_off_the_list_off_sale_or_of_another_tenant_is_not_there(
    reseller, tenant, distributor, everybody, mailbox
):
    foreign_list = PriceListFactory(organization=tenant.membership.organization)
    gone = [
        make_product(distributor, name="Unlisted"),
        make_product(distributor, price_list=everybody, name="Withdrawn", is_active=False),
        make_product(tenant.membership.organization, price_list=foreign_list, name="Foreign"),
    ]

    html = shown(reseller.client, "/catalog/")

    for product in gone:
        assert product.name not in html
        assert reseller.client.get(f"/products/{product.public_id}/").status_code == 404


def test_what_a_reseller_does_not_list_is_gone_from_its_shop_and_only_there(
    reseller, customer, own_shop, mailbox
):
    Listing.everywhere.create(
        organization=reseller.account.organization,
        scope=reseller.account.scope,
        reseller=reseller.account,
        product=mailbox,
        is_listed=False,
    )

    with granted(reseller.account, *WINDOW):
        hidden = shown(customer.client, "/techsolutions/catalog/")
        page = customer.client.get(f"/techsolutions/products/{mailbox.public_id}/")
    with granted(reseller.account, "own_storefront"):
        without_the_choice = shown(customer.client, "/techsolutions/catalog/")

    assert "Mailbox" not in hidden
    assert page.status_code == 404
    assert "Mailbox" in without_the_choice
    assert "Mailbox" in shown(reseller.client, "/catalog/")


def test_a_resellers_shop_names_no_vendor_that_is_the_distributor(
    reseller, customer, own_shop, distributor, everybody
):
    for vendor in ("Meridian", "Aurelia"):
        make_product(distributor, price_list=everybody, vendor=vendor, name=f"Helpdesk {vendor[0]}")

    with granted(reseller.account, *WINDOW):
        html = shown(customer.client, "/techsolutions/catalog/")

    assert "Helpdesk M" in html
    assert "Aurelia" in html
    assert "Meridian" not in html
    assert "Meridian" in shown(reseller.client, "/catalog/")


def test_what_a_customer_has_names_that_vendor_no_more_than_the_shop(
    reseller, customer, own_shop, distributor, everybody
):
    helpdesk = make_product(distributor, price_list=everybody, vendor="Meridian", name="Helpdesk")
    with scope.activate(distributor.scope):
        had = make_subscription(reseller.account, helpdesk, customer=customer.account)

    pages = {"workspace/", f"subscriptions/{had.public_id}/"}
    with granted(reseller.account, *WINDOW):
        shop = [shown(customer.client, f"/techsolutions/{page}") for page in pages]
    assert ["Helpdesk" in html for html in shop] == [True, True]
    assert ["Meridian" in html for html in shop] == [False, False]
    assert "Meridian" in shown(reseller.client, f"/subscriptions/{had.public_id}/")


def test_the_reseller_itself_looks_at_its_shop_as_a_visitor_does(reseller, own_shop, mailbox):
    visiting = person_of_account(reseller.account, own_shop)

    with granted(reseller.account, *WINDOW):
        html = shown(visiting.client, "/techsolutions/catalog/")

    assert "Mailbox" in html
    assert "€9.00" not in html


# Finding -------------------------------------------------------------------------------------------------


def test_a_search_finds_by_name_vendor_and_code_and_keeps_its_words(
    reseller, distributor, everybody
):
    make_product(distributor, price_list=everybody, name="Backup for servers", vendor="Aurelia")
    make_product(
        distributor, price_list=everybody, name="Firewall", vendor="Borealis", code="FW-77"
    )

    by_words = shown(reseller.client, "/search/?q=servers+aurelia")
    by_code = shown(reseller.client, "/search/?q=fw-77")
    nothing = shown(reseller.client, "/search/?q=zeppelin")

    assert "Backup for servers" in by_words
    assert "Firewall" not in by_words
    assert "Firewall" in by_code
    assert "Nothing found" in nothing
    assert 'value="zeppelin"' in nothing
    assert reseller.client.get("/search/").status_code == 302


def test_a_category_shows_itself_and_what_is_below_it(reseller, distributor, everybody):
    work = CategoryFactory(organization=distributor, name="Work", slug="work")
    mail = CategoryFactory(organization=distributor, name="Mail", slug="mail", parent=work)
    make_product(distributor, price_list=everybody, name="Mailbox", category=mail)
    make_product(distributor, price_list=everybody, name="Firewall")

    html = shown(reseller.client, "/catalog/work/")

    assert "Mailbox" in html
    assert "Firewall" not in html
    assert reseller.client.get("/catalog/nowhere/").status_code == 404


def test_what_a_card_says_is_text(reseller, distributor, everybody):
    make_product(
        distributor, price_list=everybody, name="<b>Desk</b>", vendor="A&B", summary="<i>New</i>"
    )

    html = shown(reseller.client, "/catalog/")

    assert "&lt;b&gt;Desk&lt;/b&gt;" in html
    assert "A&amp;B" in html
    assert "&lt;i&gt;New&lt;/i&gt;" in html
    assert "<b>Desk" not in html
    assert "<i>New" not in html


def test_vendors_narrow_and_say_how_many(reseller, distributor, everybody):
    for vendor in ("Aurelia", "Aurelia", "Borealis"):
        make_product(distributor, price_list=everybody, vendor=vendor, name=f"By {vendor}")

    html = shown(reseller.client, "/catalog/?vendor=Borealis")

    assert "1 product" in html
    assert "By Borealis" in html
    assert "By Aurelia" not in html
    assert '<span class="count">2</span>' in html


def test_a_large_catalogue_is_counted_once_for_all_who_see_the_same(
    reseller, rival, customer, own_shop, distributor, everybody, monkeypatch
):
    monkeypatch.setattr(window, "LARGE", 2)
    hidden = [make_product(distributor, price_list=everybody, name="Desk") for _ in range(2)]
    assert numbered(reseller.client, "/catalog/") == 2
    make_product(distributor, price_list=everybody, name="Desk")
    for product in hidden:
        Listing.everywhere.create(
            organization=distributor,
            scope=reseller.account.scope,
            reseller=reseller.account,
            product=product,
            is_listed=False,
        )

    with granted(reseller.account, *WINDOW):
        assert numbered(customer.client, "/techsolutions/catalog/") == 1, "its own: one of three"
    assert numbered(rival.client, "/catalog/") == 2, "as counted for the first"
    assert numbered(rival.client, "/search/?q=desk") == 3, "what is searched is counted"


def test_a_small_catalogue_is_counted_for_every_page(reseller, distributor, everybody):
    make_product(distributor, price_list=everybody)
    assert numbered(reseller.client, "/catalog/") == 1
    make_product(distributor, price_list=everybody)

    assert numbered(reseller.client, "/catalog/") == 2


def numbered(client: Client, path: str) -> int:
    """How many products a page says there are."""
    return client.get(path).context["listing"].count


def test_groups_and_industries_narrow_and_say_how_many(reseller, distributor, everybody):
    health = IndustryFactory(organization=distributor, name="Health", slug="health")
    IndustryFactory(organization=distributor, name="Hotels", slug="hotels")
    for name, values in {
        "Chosen": {"is_featured": True, "vendor": "Borealis"},
        "Loved": {"popularity": 3},
        "Unloved": {"popularity": 2},
    }.items():
        make_product(distributor, price_list=everybody, name=name, **values)
    Product.everywhere.get(name="Loved").industries.add(health)

    everything = reseller.client.get("/catalog/")
    popular = shown(reseller.client, "/catalog/?group=popular")
    healthy = shown(reseller.client, "/catalog/?industry=health")
    both = reseller.client.get("/catalog/?industry=health&group=featured")

    groups = {facet.label: facet.count for facet in everything.context["groups"]}
    assert groups == {"Featured": 1, "Popular": 1, "New": 3}
    assert [facet.label for facet in everything.context["industries"]] == ["Health"]
    assert named(popular, "Chosen", "Loved", "Unloved") == ["Loved"]
    assert named(healthy, "Chosen", "Loved", "Unloved") == ["Loved"]
    assert both.context["listing"].count == 0
    assert {f.label: f.count for f in both.context["groups"]} == {"Popular": 1, "New": 1}
    assert reseller.client.get("/catalog/?group=odd&industry=x").context["listing"].count == 0


def test_popular_products_are_walked_from_the_most_popular_on(reseller, distributor, everybody):
    for number in range(55):
        make_product(
            distributor, price_list=everybody, name=f"Service {number:02}", popularity=number
        )

    first = reseller.client.get("/catalog/?group=popular")
    second = reseller.client.get(first.context["next_url"])

    shown_first = [card.product.popularity for card in first.context["listing"].cards]
    shown_second = [card.product.popularity for card in second.context["listing"].cards]
    assert shown_first + shown_second == list(range(54, 2, -1))


def named(html: str, *names: str) -> list[str]:
    return [name for name in names if f">{name}<" in html]


def test_the_catalogue_is_paged_and_sorted(reseller, distributor, everybody):
    for number in range(60):
        make_product(distributor, price_list=everybody, name=f"Service {number:02}")

    first = reseller.client.get("/catalog/")
    html = text_of(first)
    assert "Service 49" in html
    assert "Service 50" not in html
    second = shown(reseller.client, first.context["next_url"])
    assert "Service 50" in second
    assert "Service 49" not in second
    newest = shown(reseller.client, "/catalog/?sort=newest")
    assert newest.index("Service 59") < newest.index("Service 58")
    assert shown(reseller.client, "/catalog/?sort=;drop&after=xyz")


# The product page ----------------------------------------------------------------------------------------


def test_the_sum_follows_term_quantity_and_add_ons(reseller, distributor, everybody, mailbox):
    archive = make_add_on(mailbox, price_list=everybody, name="Archive")

    html = shown(
        reseller.client,
        f"/products/{mailbox.public_id}/?unit=P1M&quantity=3&addon-{archive.public_id}=2",
    )

    # 3 x 9.00 + 2 x 12.00
    assert "€51.00" in html


def test_a_change_answers_with_the_sum_alone(reseller, mailbox):
    answer = reseller.client.get(
        f"/products/{mailbox.public_id}/?unit=P1Y&quantity=2", headers={"HX-Request": "true"}
    )

    html = text_of(answer)
    assert "€180.00" in html
    assert "<html" not in html


def test_without_javascript_a_button_brings_the_sum_and_no_token_into_the_address(
    reseller, mailbox
):
    path = f"/products/{mailbox.public_id}/"

    answer = reseller.client.post(
        path, {"csrfmiddlewaretoken": "x", "product": "y", "unit": "P1Y", "quantity": "2"}
    )

    assert answer["Location"] == f"{path}?unit=P1Y&quantity=2"
    assert "€180.00" in shown(reseller.client, answer["Location"])


def test_an_add_on_without_a_price_for_the_term_says_so(reseller, everybody, mailbox):
    make_add_on(mailbox, price_list=everybody, name="Archive")

    html = shown(reseller.client, f"/products/{mailbox.public_id}/?unit=P1Y&quantity=1")

    assert "Not sold for this term" in html


@pytest.mark.parametrize("quantity", ["0", "-1", "many", "6", "1.5", "99999999999"])
def test_an_impossible_quantity_is_told_and_has_no_sum(reseller, mailbox, quantity):
    mailbox.type.max_quantity = 5
    mailbox.type.save()

    answer = reseller.client.get(f"/products/{mailbox.public_id}/?unit=P1M&quantity={quantity}")

    assert answer.context["sum"] is None
    assert "field-error" in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter how many you want."),
        ("0", "The smallest possible value is 1."),
        ("many", "Enter a number, such as 1,234."),
        ("9" * 12, "The largest possible value is 5."),
    ],
)
def test_a_quantity_that_does_not_fit_is_told_on_its_field_and_kept(reseller, mailbox, typed, said):
    mailbox.type.max_quantity = 5
    mailbox.type.save()
    form = {"product": mailbox.public_id, "unit": "P1Y", "quantity": typed}

    added = reseller.client.post("/basket/add/", form)
    html = text_of(reseller.client.get(added.url))
    field = re.search(r'<input[^>]*id="id_quantity"[^>]*>', html)
    shown_there = re.search(r'<div id="id_quantity-error">.*?</div></div>', html, re.DOTALL)

    assert BasketLine.objects.count() == 0
    assert field
    assert 'aria-invalid="true" ' in f"{field[0][:-1]} "
    assert 'aria-describedby="id_quantity-error"' in field[0]
    assert f'value="{typed}"' in field[0] or not typed
    assert shown_there
    assert said in shown_there[0]
    # The button answers: it leads to what is wrong.
    assert not re.search(r"<button[^>]*disabled", html)
    assert 'value="P1Y" checked' in html


def test_what_is_wrong_is_told_as_it_is_typed_and_taken_back_with_it(reseller, mailbox):
    path, htmx = f"/products/{mailbox.public_id}/?unit=P1M&quantity=", {"HX-Request": "true"}

    wrong = text_of(reseller.client.get(f"{path}0", headers=htmx))
    right = text_of(reseller.client.get(f"{path}2", headers=htmx))

    assert '<div id="id_quantity-error" hx-swap-oob="true"><div class="field-error">' in wrong
    assert '<div id="id_quantity-error" hidden hx-swap-oob="true"></div>' in right


def test_a_link_without_a_quantity_means_one(reseller, mailbox):
    answer = reseller.client.get(f"/products/{mailbox.public_id}/?unit=P1Y")

    assert answer.context["choice"].quantity == 1


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, shop, mailbox):
    html = shown(client, f"/products/{mailbox.public_id}/")

    assert f"/account/login/?next=/products/{mailbox.public_id}/" in html
    assert "Add to basket" not in html


def test_a_customer_that_may_not_order_is_told_who_does(reseller, customer, own_shop, mailbox):
    with granted(reseller.account, "own_storefront"):
        html = shown(customer.client, f"/techsolutions/products/{mailbox.public_id}/")

    assert "Techsolutions Cloud orders this for you" in html
    assert "Add to basket" not in html


def test_one_per_account_asks_for_no_quantity(reseller, mailbox):
    mailbox.type.one_per_account = True
    mailbox.type.save()

    html = shown(reseller.client, f"/products/{mailbox.public_id}/")

    assert "One per account." in html
    assert '<input type="hidden" name="quantity" value="1">' in html


# Home ----------------------------------------------------------------------------------------------------


def test_a_shop_shows_the_sections_it_chose_in_its_order(client, shop, mailbox):
    Storefront.everywhere.filter(pk=shop.pk).update(
        tagline="Mail for everybody",
        about="Since 1998.",
        contact_email="hello@example.org",
        home_sections=["contact", "about", "unknown"],
    )

    html = shown(client, "/")

    assert html.index("hello@example.org") < html.index("Since 1998.")
    assert "Mail for everybody" not in html
    assert "Mailbox" not in html


def test_every_shelf_is_reached_from_the_bar(client, distributor, shop, everybody):
    """Six stand in it, the others in a menu at its end, which is marked on the page of one of them."""
    for number in range(8):
        shelf = CategoryFactory(
            organization=distributor, name=f"Shelf {number}", slug=f"s{number}", position=number
        )
        make_product(distributor, price_list=everybody, category=shelf)

    html = shown(client, "/catalog/s7/")

    bar, menu = (
        html.partition('<nav class="shop-cats"')[2].partition("</nav>")[0].split("popover id")
    )
    assert re.findall("/catalog/(s[0-9])/", bar) == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert re.findall("/catalog/(s[0-9])/", menu) == ["s6", "s7"]
    assert 'popovertarget="more-shelves" aria-current="true"' in bar
    assert '/catalog/s7/" aria-current="page"' in menu


def test_a_shop_that_chose_nothing_shows_everything_it_has_to_say(client, shop, mailbox):
    Storefront.everywhere.filter(pk=shop.pk).update(tagline="Mail for everybody")

    html = shown(client, "/")

    assert "Mail for everybody" in html
    assert "Mailbox" in html
    assert "About us</h2>" not in html


def test_the_home_page_puts_groups_forward_each_product_once(
    client, distributor, shop, everybody, mailbox
):
    for name, values in {
        "Chosen one": {"is_featured": True, "is_promoted": True},
        "Cheap one": {"is_promoted": True},
        "Loved one": {"popularity": 3},
        "Old one": {"popularity": 2, "created_at": clock.now() - timedelta(days=61)},
    }.items():
        make_product(distributor, price_list=everybody, name=name, **values)

    html = shown(client, "/")

    order = ["Featured", "Chosen one", "On promotion", "Cheap one", "Popular", "Loved one", "New"]
    places = [html.index(f">{words}<") for words in [*order, mailbox.name]]
    assert places == sorted(places)
    assert html.count(">Chosen one<") == 1
    assert "Old one" not in html


def test_the_home_page_fills_its_rows_beyond_what_stands_above(
    client, distributor, shop, everybody
):
    """What stands above is passed over, however much of a group that is."""
    put_forward(distributor, everybody, featured=4, promoted=4, popular=3)

    assert rows_of(client) == {"featured": 4, "promoted": 4, "popular": 3}


def test_what_a_full_row_has_no_room_for_is_free_for_the_next_one(
    client, distributor, shop, everybody
):
    put_forward(distributor, everybody, featured=9, popular=2)

    assert rows_of(client) == {"featured": 4, "popular": 4}


def test_a_last_popular_product_makes_no_row_where_the_others_stand_above(
    client, distributor, shop, everybody
):
    put_forward(distributor, everybody, featured=4, popular=1)

    assert rows_of(client) == {"featured": 4}


def test_a_group_alone_has_two_rows(client, distributor, shop, everybody):
    put_forward(distributor, everybody, featured=9, popular=0)
    Product.everywhere.update(popularity=0)

    assert rows_of(client) == {"featured": 8}


def put_forward(distributor, price_list, *, featured, popular, promoted=0):
    """So many featured products, then promoted ones, all popular too, then popular ones alone; none is new."""
    long_ago = clock.now() - timedelta(days=400)
    above = featured + promoted
    for number in range(above + popular):
        make_product(
            distributor, price_list=price_list, name=f"Product {number}",
            created_at=long_ago,
            is_featured=number < featured, is_promoted=featured <= number < above,
            popularity=50 - number,
        )  # fmt: skip


def rows_of(client) -> dict[str, int]:
    """How many products each group of the home page shows."""
    return {each.group.value: len(each.cards) for each in client.get("/").context["groups"]}


def test_a_shop_with_nothing_to_put_forward_shows_its_newest(client, distributor, shop, everybody):
    long_ago = clock.now() - timedelta(days=400)
    make_product(distributor, price_list=everybody, name="Old one", created_at=long_ago)

    assert "Old one" in shown(client, "/")


def test_a_resellers_texts_are_text(client, own_shop):
    Storefront.everywhere.filter(pk=own_shop.pk).update(
        tagline="<script>alert(1)</script>", about="<img src=x onerror=alert(1)>"
    )

    html = shown(client, "/techsolutions/")

    assert "<script>alert" not in html
    assert "<img src=x" not in html


# Cost ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/catalog/", "/catalog/work/", "/search/?q=service"])
def test_a_page_of_the_catalogue_costs_the_same_with_twenty_and_with_sixty_products(
    distributor, everybody, reseller, customer, own_shop, path, django_assert_max_num_queries
):
    """Counted for the one it costs most: a customer at its reseller's shop, with its reseller's own prices."""
    own = PriceListFactory(organization=distributor, owner=reseller.account)
    work = CategoryFactory(organization=distributor, slug="work")
    counts: list[int] = []
    with granted(reseller.account, *WINDOW):
        customer.client.get(f"/techsolutions{path}")
        for more in (20, 40):
            for _ in range(more):
                product = make_product(
                    distributor, price_list=everybody, category=work, name="Service"
                )
                PriceListItemFactory(price_list=own, product=product)
            with scope.activate(None), django_assert_max_num_queries(15) as seen:
                assert customer.client.get(f"/techsolutions{path}").status_code == 200
            counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_product_page_costs_the_same_with_two_and_with_forty_add_ons(
    reseller, customer, everybody, mailbox, django_assert_max_num_queries
):
    counts: list[int] = []
    path = f"/techsolutions/products/{mailbox.public_id}/"
    with granted(reseller.account, *WINDOW):
        customer.client.get(path)
        for more in (2, 38):
            for _ in range(more):
                make_add_on(mailbox, price_list=everybody)
            with scope.activate(None), django_assert_max_num_queries(15) as seen:
                assert customer.client.get(path).status_code == 200
            counts.append(len(seen))

    assert counts[0] == counts[1]
