"""Service Details of a draft: who is asked when, and what is kept while somebody is silent or somebody else saves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bss.core.actor import SYSTEM
from bss.core.fields import FieldSpec
from bss.orders.contracts import LineFields, Proceed
from bss.orders.ports import CHECKOUT_REVIEW
from bss.orders.services import order_execute, order_line_edit
from tests.factories.orders import make_draft, make_product, make_type
from tests.factories.ports import filled
from tests.pages import portal

pytestmark = pytest.mark.usefixtures("at_distributor")
ALIAS = FieldSpec("alias", "Alias", required=True)


@dataclass
class _Asking:
    """A service manager that asks every line it manages for an alias, or with a `problem` says nothing."""

    problem: str = ""
    times: int = 0
    meanwhile: Callable[[], Any] | None = None

    def asking(self, subject: Any) -> set[str]:
        return {line.key for line in subject.lines}

    def fields(self, subject: Any) -> list[LineFields]:
        self.times += 1
        if self.meanwhile:
            self.meanwhile()
        specs = () if self.problem else (ALIAS,)
        managed = [line for line in subject.lines if line.managed_by]
        return [LineFields(line.key, "", specs, self.problem) for line in managed]

    def review(self, subject: Any, step: str) -> Proceed:
        return Proceed()


@pytest.fixture
def asking():
    with filled(CHECKOUT_REVIEW, found := _Asking()):
        yield found


@pytest.fixture
def tenant(distributor):
    """A product whose type asks for a domain, and nobody else anything."""
    domain = {"code": "domain", "label": "Domain", "required": True}
    return make_product(
        distributor, name="Tenant", type=make_type(distributor, characteristics=[domain])
    )


@pytest.fixture
def mailer(distributor):
    return make_product(
        distributor,
        name="Mailer",
        type=make_type(distributor, managed_by="mailer", external_id="mailer"),
    )


@pytest.fixture
def draft(reseller, mailer):
    return make_draft(reseller.account, mailer)


def shown(staff, order, tab: str = "items") -> str:
    page = staff.client.get(portal("orders:detail", order.public_id), {"tab": tab})
    assert page.status_code == 200
    return page.content.decode()


def save(staff, order, **answers):
    """Post Service Details: product name and field, as in Mailer_alias, to what is typed."""
    lines = {line.product.name: line.public_id for line in order.lines.select_related("product")}
    named = {
        f"{lines[name]}-{code}": text
        for (name, code), text in ((key.split("_"), text) for key, text in answers.items())
    }
    return staff.client.post(portal("orders:service-details", order.public_id), named)


def test_who_only_looks_at_a_draft_asks_nobody(staff, draft, asking):
    for page in (shown(staff, draft), shown(staff, draft, "details")):
        assert "Service details not given yet" in page
        assert portal("orders:service-details", draft.public_id) in page
    assert staff.client.get(portal("orders:execute", draft.public_id)).status_code == 200
    assert asking.times == 0

    assert save(staff, draft, Mailer_alias="aegean").status_code == 302

    assert asking.times == 1
    assert "not given yet" not in shown(staff, draft, "details")
    assert asking.times == 1
    page = shown(staff, draft)
    assert "not given yet" not in page
    assert "Alias: aegean" in page
    assert asking.times == 2


def test_an_order_is_asked_about_where_its_answers_are_written_alone(staff, draft, asking):
    save(staff, draft, Mailer_alias="aegean")
    draft.refresh_from_db()
    order_execute(order=draft, actor=SYSTEM)
    asking.times = 0

    shown(staff, draft, "details")
    assert asking.times == 0
    assert "Alias: aegean" in shown(staff, draft)
    assert asking.times == 1


def test_what_somebody_else_saves_while_services_are_asked_is_not_overwritten(staff, draft, asking):
    line = draft.lines.get()

    def theirs() -> None:
        asking.meanwhile = None
        order_line_edit(line=line, parameters={"alias": "theirs"}, actor=SYSTEM)

    asking.meanwhile = theirs
    refused = save(staff, draft, Mailer_alias="mine")

    assert refused.status_code == 409
    assert "Somebody else changed this" in refused.content.decode()
    assert 'value="mine"' in refused.content.decode()
    assert draft.lines.get().parameters == {"alias": "theirs"}


def test_a_silent_service_keeps_nobody_from_answering_the_others(
    staff, reseller, mailer, tenant, asking
):
    order = make_draft(reseller.account, mailer, tenant)
    order.lines.filter(product=mailer).update(parameters={"alias": "before"})
    asking.problem = "The mailer did not answer."

    assert save(staff, order, Tenant_domain="aegean.example").status_code == 302

    kept = dict(order.lines.values_list("product__name", "parameters"))
    assert kept == {"Tenant": {"domain": "aegean.example"}, "Mailer": {"alias": "before"}}
    page = shown(staff, order)
    assert "Not everything about Mailer could be asked and kept. The mailer did not answer." in page


def test_where_nothing_can_be_asked_nothing_is_said_to_be_saved(staff, draft, asking):
    asking.problem = "The mailer did not answer."

    refused = save(staff, draft, Mailer_alias="aegean")

    assert refused.status_code == 400
    assert "The mailer did not answer." in refused.content.decode()
    assert draft.lines.get().parameters == {}
