"""A number answered in Service Details stays the number it is: in every locale, on every page it is shown again."""

from __future__ import annotations

import html
from typing import Any

import pytest

from bss.core import scope
from bss.orders.contracts import Proceed, Refuse
from bss.orders.models import BasketLine, Order
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import order_release
from bss.subscriptions.models import Subscription
from tests.factories.orders import make_basket, make_order_field, make_product, make_type
from tests.factories.ports import filled
from tests.storefront.test_checkout import form_of, main_of

SEATS = {"code": "seats", "label": "Seats", "type": "integer", "required": True}
SPACE = {"code": "space", "label": "Space", "type": "decimal", "required": True, "decimals": 2}

# What a person types, what is stored, and how each locale writes it.
WRITTEN = {
    "en": {"1000": "1,000", "1234.5": "1,234.5", "1234567": "1,234,567"},
    "de": {"1000": "1.000", "1234.5": "1.234,5", "1234567": "1.234.567"},
    "el": {"1000": "1.000", "1234.5": "1.234,5", "1234567": "1.234.567"},
    "fr": {
        "1000": "1\u202f000", "1234.5": "1\u202f234,5", "1234567": "1\u202f234\u202f567",
    },
    "hi": {"1000": "1,000", "1234.5": "1,234.5", "1234567": "12,34,567"},
}  # fmt: skip
CASES = [(locale, whole, "1234.5") for locale in WRITTEN for whole in ("1000", "1234567")]


@pytest.fixture
def line(reseller, shop, distributor) -> BasketLine:
    """A basket with one product that asks for a whole number and for a decimal; the organization asks for another."""
    kind = make_type(distributor, characteristics=[SEATS, SPACE])
    make_order_field(distributor, code="devices", label="Devices", type="integer", required=True)
    with scope.activate(reseller.account.scope):
        make_basket(reseller, shop, make_product(distributor, type=kind, name="Archive"))
    return BasketLine.objects.get()


def answers(line: BasketLine, seats: str, space: str, devices: str) -> dict[str, str]:
    return {
        f"{line.public_id}-seats": seats,
        f"{line.public_id}-space": space,
        "order-devices": devices,
    }


def shown(response) -> str:
    return html.unescape(main_of(response))


@pytest.mark.parametrize(("locale", "whole", "decimal"), CASES)
@pytest.mark.parametrize("typed_as", ["plain", "written"])
def test_a_number_is_itself_on_every_page(
    locale, whole, decimal, typed_as, line, reseller, staff, distributor
):
    written, part = WRITTEN[locale][whole], WRITTEN[locale][decimal]
    typed = (whole, decimal) if typed_as == "plain" else (written, part)
    reseller.user.language = staff.user.language = locale
    reseller.user.save()
    staff.user.save()
    client = reseller.client
    headers = {"accept-language": locale}
    data = answers(line, typed[0], typed[1], typed[0])

    # Back and here again before it is saved: letter by letter as it was typed.
    client.post("/checkout/details/", data | {"do": "back"}, headers=headers)
    kept = shown(client.get("/checkout/details/", headers=headers))
    assert f'value="{typed[0]}"' in kept
    assert f'value="{typed[1]}"' in kept

    saved = client.post("/checkout/details/", data | {"do": "continue"}, headers=headers)
    assert saved.url == "/checkout/review/"
    line.refresh_from_db()
    assert line.parameters == {"seats": int(whole), "space": decimal}
    assert line.basket.answers == {"devices": int(whole)}

    # Here again after it was saved: as the locale writes it, and read back as the same.
    again = shown(client.get("/checkout/details/", headers=headers))
    assert again.count(f'value="{written}"') == 2
    assert f'value="{part}"' in again
    client.post(
        "/checkout/details/", answers(line, written, part, written) | {"do": "continue"},
        headers=headers,
    )  # fmt: skip
    line.refresh_from_db()
    assert line.parameters == {"seats": int(whole), "space": decimal}

    page = client.get("/checkout/review/", headers=headers)
    review = shown(page)
    assert review.count(written) == 2
    assert part in review
    client.post("/checkout/review/", form_of(page.content.decode()), headers=headers)

    order = Order.everywhere.get()
    with scope.activate(distributor.scope):
        order_release(order=order, actor=reseller.actor)
    mine = shown(client.get(f"/orders/{order.public_id}/", headers=headers))
    record = shown(staff.client.get(f"/portal/orders/{order.public_id}/", headers=headers))
    details = shown(
        staff.client.get(f"/portal/orders/{order.public_id}/?tab=details", headers=headers)
    )
    assert mine.count(written) == 2
    assert part in mine
    assert written in record
    assert part in record
    assert written in details


@pytest.mark.parametrize("locale", WRITTEN)
def test_a_number_is_itself_on_the_subscription(
    locale, line, reseller, staff, distributor, run_jobs
):
    reseller.user.language = staff.user.language = locale
    reseller.user.save()
    staff.user.save()
    headers = {"accept-language": locale}
    data = answers(line, "1234567", "1234.5", "1234567") | {"do": "continue"}
    reseller.client.post("/checkout/details/", data, headers=headers)
    page = reseller.client.get("/checkout/review/", headers=headers).content.decode()
    reseller.client.post("/checkout/review/", form_of(page), headers=headers)
    run_jobs()
    public_id = Subscription.everywhere.get().public_id

    mine = shown(reseller.client.get(f"/subscriptions/{public_id}/", headers=headers))
    theirs = shown(staff.client.get(f"/portal/subscriptions/{public_id}/", headers=headers))

    for found in (mine, theirs):
        assert found.count(WRITTEN[locale]["1234567"]) == 2
        assert WRITTEN[locale]["1234.5"] in found


@pytest.mark.parametrize("locale", WRITTEN)
@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("seats", "many"),
        ("seats", "1e6"),
        ("seats", "9" * 21),
        ("seats", "1.5.5"),
        ("space", "1234567.123"),
        ("space", "abc"),
    ],
)
def test_what_is_no_number_stays_on_its_field(locale, field, text, line, reseller):
    reseller.user.language = locale
    reseller.user.save()
    data = answers(line, "5", "1", "5") | {f"{line.public_id}-{field}": text, "do": "continue"}

    refused = reseller.client.post("/checkout/details/", data, headers={"accept-language": locale})

    assert refused.status_code == 400
    page = shown(refused)
    assert page.count('aria-invalid="true"') == 1
    assert f'value="{text}"' in page
    line.refresh_from_db()
    assert line.parameters == {}


def test_german_thousands_typed_and_left_are_not_read_as_a_fraction(line, reseller):
    reseller.user.language = "de"
    reseller.user.save()
    headers = {"accept-language": "de"}
    data = answers(line, "1.234", "1.234", "1.234")

    reseller.client.post("/checkout/details/", data | {"do": "back"}, headers=headers)
    page = shown(reseller.client.get("/checkout/details/", headers=headers))

    assert page.count('value="1.234"') == 3


class _TooMuch:
    """A service manager that finds at the last moment that the space is too much."""

    def fields(self, subject: Any) -> tuple[()]:
        return ()

    def prospects(self, subject: Any) -> tuple[()]:
        return ()

    def review(self, subject: Any, step: str) -> Any:
        if step != "place":
            return Proceed()
        return Refuse({(subject.lines[0].key, "space"): ["So much is not to be had."]})


def test_a_refusal_that_leads_back_shows_numbers_as_they_are_written(reseller, line):
    reseller.user.language = "de"
    reseller.user.save()
    headers = {"accept-language": "de"}
    data = answers(line, "1000", "1234,5", "1000") | {"do": "continue"}
    reseller.client.post("/checkout/details/", data, headers=headers)
    page = reseller.client.get("/checkout/review/", headers=headers).content.decode()

    with filled(CHECKOUT_REVIEW, _TooMuch()):
        refused = reseller.client.post("/checkout/review/", form_of(page), headers=headers)

    told = shown(refused)
    assert refused.status_code == 400
    assert "So much is not to be had." in told
    assert 'value="1.234,5"' in told
    assert told.count('value="1.000"') == 2
    assert Order.everywhere.count() == 0
