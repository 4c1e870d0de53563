"""What must never be kept in clear: settings, and answers of buyers that are secrets."""

from __future__ import annotations

import json

import pytest

from bss.core import secrets
from bss.core.fields import FieldSpec
from bss.core.secrets import MASK
from bss.orders.models import OrderLine
from bss.subscriptions.models import Subscription
from servicemanager.contracts import Done, ExchangeNote
from servicemanager.models import Exchange, Instance
from servicemanager.transport import masked
from tests.factories.orders import make_subscription
from tests.servicemanager.conftest import job_of, make_managed

PASSWORD = "correct-horse-battery"


@pytest.fixture
def with_password(instance, account) -> Subscription:
    """A subscription whose buyer answered with a password."""
    spec = FieldSpec("pass_phrase", "Pass phrase", "secret").to_json()
    product = make_managed(instance, type_values={"characteristics": [spec]})
    made = make_subscription(account, product, active=False)
    answers = {"pass_phrase": PASSWORD}
    Subscription.objects.filter(pk=made.pk).update(parameters=answers)
    OrderLine.everywhere.filter(pk=made.order_line_id).update(parameters=answers)
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
