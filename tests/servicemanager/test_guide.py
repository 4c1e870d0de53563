"""The example in the guide is a service manager that works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bss.core.http import Answer
from servicemanager import registry
from servicemanager.contracts import Absent, Done, NeedsInput, OutcomeUnknown, Refused, TryLater
from tests.factories.orders import make_subscription
from tests.servicemanager.conftest import make_instance, make_managed

GUIDE = Path(__file__).resolve().parents[2] / "docs/architecture/service-managers.md"


@pytest.fixture
def example():
    (source,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    module: dict = {}
    exec(compile(source, str(GUIDE), "exec"), module)  # noqa: S102 -- our own guide
    body = source[source.index("class Lighthouse") :]
    assert len([line for line in body.splitlines() if line.strip()]) <= 50
    registry.register(module["Lighthouse"])
    yield module
    registry.unregister("lighthouse")


@pytest.fixture
def vendor(example, monkeypatch):
    """What Lighthouse answers next, and what it was sent."""
    sent, answers = [], []

    class Way:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            """Nothing."""

        def send(self, method, path, **details):
            sent.append((method, path, details))
            status, body = answers.pop(0)
            return Answer(status, {}, json.dumps(body).encode(), 0.0)

    monkeypatch.setitem(example, "_open", lambda _instance: Way())
    return answers, sent


def test_the_example_provisions(vendor, at_distributor, account, run_jobs):
    answers, sent = vendor
    answers.append((201, {"vault": "V-1"}))
    instance = make_instance(at_distributor, "lighthouse")
    subscription = make_subscription(account, make_managed(instance), active=False)
    run_jobs()

    subscription.refresh_from_db()
    assert subscription.external_id == "V-1"
    ((method, path, details),) = sent
    assert (method, path) == ("PUT", f"/vaults/{subscription.public_id}")
    assert details["json"]["seats"] == 5


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, {"vault": "V-1"}), Done),
        ((429, {}), TryLater),
        ((422, {"text": "Taken.", "field": "alias"}), NeedsInput),
        ((500, {}), OutcomeUnknown),
        ((403, {}), Refused),
    ],
)
def test_the_example_tells_each_answer_apart(vendor, at_distributor, account, answer, outcome):
    from servicemanager.services import provisioning_request
    from servicemanager.services.steps import _call_for

    answers, _sent = vendor
    instance = make_instance(at_distributor, "lighthouse")
    subscription = make_subscription(account, make_managed(instance), active=False)
    call = _call_for(provisioning_request(subscription=subscription, actor=_system()))
    manager = registry.get("lighthouse")

    answers.append(answer)
    assert isinstance(manager.provision(call), outcome)
    answers.append((404, {}))
    assert isinstance(manager.find(call), Absent)


def _system():
    from bss.core.actor import SYSTEM

    return SYSTEM
