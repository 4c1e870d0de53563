"""What must never be kept in clear: settings, and answers of buyers that are secrets."""

from __future__ import annotations

import json

import pytest

from bss.catalog.models import ProductType
from bss.core import secrets
from bss.core.errors import Invalid
from bss.core.fields import FieldSpec
from bss.core.secrets import MASK
from bss.orders.models import Order, OrderLine
from bss.orders.selectors import correction_specs
from bss.orders.services import basket_answer, basket_place, order_execute
from bss.subscriptions.models import Subscription
from servicemanager.contracts import Done, ExchangeNote
from servicemanager.models import Exchange, Instance
from servicemanager.transport import masked
from storefront.selectors.orders import correction_of
from tests.factories.orders import make_basket, make_draft, make_subscription
from tests.servicemanager.conftest import job_of, make_managed

PASSWORD = "correct-horse-battery"


@pytest.fixture
def with_password(instance, account) -> Subscription:
    """A subscription whose buyer once answered with a password: no type may ask for one any more."""
    spec = FieldSpec("pass_phrase", "Pass phrase", "secret").to_json()
    product = make_managed(instance)
    made = make_subscription(account, product, active=False)
    answers = {"pass_phrase": PASSWORD}
    Subscription.objects.filter(pk=made.pk).update(parameters=answers)
    OrderLine.everywhere.filter(pk=made.order_line_id).update(parameters=answers)
    ProductType.everywhere.filter(pk=product.type_id).update(characteristics=[spec])
    return made


def test_a_secret_answer_reaches_the_vendor_and_is_kept_nowhere(
    with_password, scripted, run_jobs, caplog
):
    def provision(call):
        sent = {"phrase": call.target.attributes["pass_phrase"], "seats": 5}
        call.recorder(
            ExchangeNote("PUT", f"/v1?p={PASSWORD}", sent, 200, {"echo": PASSWORD}, "ok", 3)
        )
        return Done("vendor-1")

    scripted.script = {"provision": [provision]}
    run_jobs()

    (call,) = scripted.asked("provision")
    assert call.target.attributes["pass_phrase"] == PASSWORD
    row = Exchange.everywhere.get()
    job = job_of(with_password)
    assert job.target["attributes"]["pass_phrase"] == MASK
    assert row.request == {"phrase": MASK, "seats": 5}
    assert PASSWORD not in json.dumps([row.path, row.request, row.answer, job.target])
    assert PASSWORD not in caplog.text


@pytest.fixture
def asking_product(instance, scripted, request):
    """A product for which a secret is asked: by its type, from times when that was possible, or by its vendor."""
    spec = FieldSpec("pass_phrase", "Pass phrase", "secret")
    if request.param == "type":
        return make_managed(instance, type_values={"characteristics": [spec.to_json()]})
    scripted.script = {"fields": [(spec,)]}
    return make_managed(instance)


@pytest.mark.parametrize("asking_product", ["type", "vendor"], indirect=True)
def test_no_buyer_is_asked_for_a_secret(asking_product, reseller, shop, staff):
    basket = make_basket(reseller, shop, asking_product)
    draft = make_draft(reseller.account, asking_product)
    line = basket.lines.get()
    answers = {line.public_id: {"pass_phrase": PASSWORD}}

    with pytest.raises(Invalid) as answered:
        basket_answer(basket=basket, answers=answers, actor=reseller.actor)
    with pytest.raises(Invalid) as placed:
        basket_place(basket=basket, actor=reseller.actor, terms=None)
    with pytest.raises(Invalid) as executed:
        order_execute(order=draft, actor=staff.actor)
    details = reseller.client.get("/checkout/details/").content.decode()

    words = ["It asks for a secret, and none can be kept here safely."]
    assert answered.value.errors == placed.value.errors == {line.public_id: words}
    assert executed.value.errors == {draft.lines.get().public_id: words}
    assert words[0] in details
    assert "pass_phrase" not in details
    line.refresh_from_db()
    assert line.parameters == {}
    assert Order.objects.exclude(pk=draft.pk).count() == 0


def test_a_line_that_waits_for_a_secret_is_not_asked_for_it_as_text(with_password, staff):
    line = OrderLine.everywhere.select_related("order", "product__type").get(
        pk=with_password.order_line_id
    )
    line.problem_field = "pass_phrase"

    with pytest.raises(Invalid):
        correction_specs(line, staff=True)
    with pytest.raises(Invalid):
        correction_of(line)


def test_masking_goes_by_name_and_by_value():
    body = {
        "api_key": "abc", "Authorization": "Bearer s3cret-value", "plan": "gold",
        "nested": [{"note": "uses s3cret-value here"}],
    }  # fmt: skip
    clean = masked(body, ["s3cret-value"])
    assert clean["plan"] == "gold"
    assert "s3cret-value" not in json.dumps(clean)
    assert clean["api_key"] != "abc"
    assert body["api_key"] == "abc"


def test_settings_are_sealed_again_when_the_key_changes(instance, settings):
    old = settings.SECRETS_KEYS
    settings.SECRETS_KEYS = ["new:b3RoZXIta2V5LWZvci1sb2NhbC11c2Utb25seTMyYnk=", *old]
    before = instance.sealed
    list(secrets.rotate())

    fresh = Instance.everywhere.get(pk=instance.pk)
    assert fresh.sealed != before
    assert not secrets.needs_rotation(fresh.sealed)
    assert fresh.secrets == {"key": "sesame-opens"}
