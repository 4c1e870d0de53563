"""What every service manager must do, whoever wrote it: declared soundly, nothing twice, answers that can be told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bss.catalog.choices import Unit
from bss.core.fields import FieldSpec
from bss.core.money import known_currencies
from bss.orders.contracts import ReviewLine, ReviewSubject, Verdict
from servicemanager import registry, selectors
from servicemanager.base import ServiceManager
from servicemanager.choices import Capability
from servicemanager.contracts import Absent, Call, Done, InProgress
from servicemanager.errors import FRAMEWORK
from servicemanager.models import ProvisioningJob
from servicemanager.services import provisioning_request
from servicemanager.services.steps import _call_for
from tests.conformance.rigs import READING, RIGS, Rig

CODES = sorted(manager.code for manager in registry.available())
every_manager = pytest.mark.parametrize("code", CODES)


@pytest.fixture(
    params=[
        pytest.param(
            code, marks=[pytest.mark.django_db(transaction=True)] if code in READING else []
        )
        for code in CODES
    ]
)
def rig(request, at_distributor) -> Rig:
    assert request.param in RIGS, f"add a rig for {request.param} to tests/conformance/rigs.py"
    return RIGS[request.param](request)


@pytest.fixture
def manager(rig) -> ServiceManager:
    return registry.get(rig.instance.manager)


@pytest.fixture
def call(rig) -> Call:
    """The call that creates what the rig buys; nobody has made it."""
    job = provisioning_request(subscription=rig.order(), actor=_system())
    assert job is not None
    return _call_for(ProvisioningJob.everywhere.get(pk=job.pk))


# Declarations --------------------------------------------------------------------------------------------


@every_manager
def test_the_declaration_is_sound(code):
    manager = registry.get(code)
    assert registry.problems(type(manager)) == []
    assert len(code) <= 50
    assert manager.poll_limit is None or manager.poll_limit > timedelta(0)


@every_manager
def test_settings_are_fields_that_can_be_kept(code):
    for spec in registry.get(code).settings_specs:
        assert FieldSpec.from_json(json.loads(json.dumps(spec.to_json()))).code == spec.code
        assert not spec.default or spec.type != "secret"


@every_manager
def test_every_failure_of_its_own_is_explained(code):
    own = registry.get(code).explanations
    assert len({e.code for e in own}) == len(own)
    for explanation in own:
        assert explanation.code == explanation.code.upper()
        assert registry.explain(explanation.code, code) == explanation
        for words in (explanation.title, explanation.cause, explanation.next_step):
            assert str(words).strip()


def test_every_failure_of_the_framework_is_explained():
    from servicemanager.errors import UNCERTAIN, Code

    assert set(FRAMEWORK) == set(Code)
    assert set(Code) >= UNCERTAIN


# Behaviour -----------------------------------------------------------------------------------------------


def test_the_offer_is_whole_valid_and_the_same_twice(rig, manager):
    if not manager.can(Capability.CATALOGUE):
        pytest.skip("has no catalogue")
    context = selectors.instance_context(rig.instance)
    offer = manager.catalogue(context)

    assert offer == manager.catalogue(context)
    assert len({t.external_id for t in offer.types}) == len(offer.types) > 0
    for kind in offer.types:
        assert kind.external_id
        assert kind.name
        skus = {p.sku for p in kind.products}
        assert len(skus) == len(kind.products)
        for product in kind.products:
            assert set(product.add_on_of) <= skus
            for price in product.prices:
                assert price.unit in Unit.values
                assert price.currency in known_currencies()
                assert isinstance(price.price, Decimal)
                assert price.price >= 0
                assert price.cost >= 0


def test_nothing_is_found_before_it_was_asked_for(manager, call):
    assert isinstance(manager.find(call), Absent)


def test_what_was_done_is_found_or_comes_to_the_same_when_done_again(manager, call):
    known = _with_account(manager, call)
    done = manager.provision(known)
    assert isinstance(done, Done | InProgress)
    found = manager.find(call)
    assert found == done or (isinstance(found, Absent) and manager.provision(known) == done)


def test_the_same_call_twice_makes_one_thing(manager, call):
    known = _with_account(manager, call)
    assert manager.provision(known) == manager.provision(known)


def test_accounts_are_found_once_they_are_made(manager, call):
    if not manager.can(Capability.ACCOUNTS):
        pytest.skip("keeps no accounts")
    assert isinstance(manager.account_find(call), Absent)
    made = manager.account_sync(call)
    assert isinstance(made, Done)
    assert manager.account_find(call) == manager.account_sync(call) == made


def test_a_review_reads_and_answers_a_verdict(rig, manager):
    product = rig.product
    line = ReviewLine(
        key="line",
        product_id=product.pk,
        product_type_id=product.type_id,
        managed_by=product.type.managed_by,
        sku=product.external_id,
        unit=rig.unit,
        quantity=rig.quantity,
        parameters=rig.answers,
    )
    subject = ReviewSubject(
        "basket", rig.instance.organization_id, rig.account.pk, rig.user.pk, [line]
    )
    context = selectors.instance_context(rig.instance)
    for step in ("items", "service_details", "place"):
        verdict = manager.review(context, subject, [line], step)  # type: ignore[arg-type]
        assert isinstance(verdict, Verdict)
    asked = manager.fields(context, line, subject)
    assert all(isinstance(spec, FieldSpec) and spec.type != "secret" for spec in asked)


def test_an_order_goes_all_the_way(rig, manager, run_jobs):
    subscription = rig.order()
    run_jobs()

    subscription.refresh_from_db()
    expected = "pending" if manager.can(Capability.MANUAL) else "active"
    assert subscription.state == expected
    assert ProvisioningJob.everywhere.filter(subscription=subscription).count() == 1


def _with_account(manager: ServiceManager, call: Call) -> Call:
    if not manager.can(Capability.ACCOUNTS):
        return call
    made = manager.account_sync(call)
    assert isinstance(made, Done)
    account = replace(call.target.account, external_id=made.external_id)
    return replace(call, target=replace(call.target, account=account))


def _system():
    from bss.core.actor import SYSTEM

    return SYSTEM
