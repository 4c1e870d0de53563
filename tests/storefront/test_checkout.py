"""From the basket to an order over HTTP: every step, every refusal, once and only once."""

from __future__ import annotations

import re

from bss.catalog.models import Product
from bss.orders.choices import OrderState
from bss.orders.models import BasketLine, Order
from tests.factories.resellers import plans_on_sale


def test_a_reseller_buys_the_free_plan_and_sees_it_happen(reseller, distributor, run_jobs):
    plans_on_sale(distributor)
    plan = Product.everywhere.get(external_id__icontains="free")
    client = reseller.client

    added = client.post("/basket/add/", {"product": plan.public_id, "unit": "P1M", "quantity": "1"})
    assert (added.status_code, added.url) == (302, "/basket/")
    basket = client.get("/basket/")
    assert plan.name in basket.content.decode()
    line = BasketLine.objects.get()
    going = client.post("/basket/", {"do": "continue"})
    assert going.url == "/checkout/"
    assert client.get("/checkout/").url == "/checkout/details/"
    details = client.get("/checkout/details/").content.decode()
    name = re.search(rf'name="({line.public_id}-[^"]+)"', details).group(1)
    answered = client.post("/checkout/details/", {name: "techsolutions", "do": "continue"})
    assert answered.url == "/checkout/review/"
    review = client.get("/checkout/review/").content.decode()
    assert "techsolutions" in review
    placed = client.post(
        "/checkout/review/", form_of(review) | {"terms": "on", "purchase_order": "PO-7"}
    )
    order = Order.everywhere.get()
    assert placed.url == f"/orders/{order.public_id}/progress/"
    moving = client.get(placed.url).content.decode()
    assert 'hx-trigger="every 1s"' in moving

    run_jobs()

    done = client.get(placed.url).content.decode()
    assert "hx-trigger" not in done.split('id="progress"')[1].split(">")[0]
    order.refresh_from_db()
    assert (order.state, order.purchase_order) == (OrderState.EXECUTED, "PO-7")
    assert order.terms.version == "2026-01"


def form_of(page: str) -> dict[str, str]:
    """The hidden inputs of the page's own form."""
    main = page.split("<main")[1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}
