"""VAT ids are looked at when they are entered: their form must be one that the tax country gives out."""

from __future__ import annotations

import pytest

from bss.accounts.models import Account
from bss.accounts.services import account_create, account_edit
from bss.accounts.vat_ids import EU, is_vat_id, vat_id_example
from bss.core.errors import Invalid


@pytest.mark.parametrize("country", sorted(EU))
def test_each_member_states_example_has_its_form_and_no_other_states(country):
    example = vat_id_example(country)

    assert is_vat_id(example, country)
    assert not is_vat_id(example[:-1], country) or country in {"BG", "CZ", "RO", "IE"}
    assert not is_vat_id(example.replace(example[:2], "XX"), country)
    assert sum(is_vat_id(example, other) for other in EU) == 1


@pytest.mark.parametrize(
    ("vat_id", "country", "right"),
    [
        ("EL123456789", "GR", True),
        ("GR123456789", "GR", False),
        ("CHE-123.456.789", "CH", True),
        ("98-7654321", "US", True),
        ("?", "US", False),
        ("DE12345678", "DE", False),
        ("DE123456789", "FR", False),
    ],
)
def test_forms(vat_id, country, right):
    assert is_vat_id(vat_id, country) is right


def test_a_number_of_another_country_is_refused_and_nothing_is_created(at_distributor, staff):
    with pytest.raises(Invalid) as caught:
        account_create(
            organization=at_distributor,
            kind="direct",
            name="Rhein Maschinenbau",
            country="DE",
            vat_id="FR12345678901",
            actor=staff.actor,
        )

    assert caught.value.errors == {"vat_id": ["A VAT id of Germany looks like DE123456789."]}
    assert Account.objects.count() == 0


def test_the_tax_country_decides_which_form_it_must_have(at_distributor, staff):
    account = account_create(
        organization=at_distributor,
        kind="direct",
        name="Rhein Maschinenbau",
        country="CH",
        tax_country="DE",
        vat_id="de 123 456 789",
        actor=staff.actor,
    )

    assert account.vat_id == "DE123456789"
    with pytest.raises(Invalid):
        account_edit(account=account, version=None, actor=staff.actor, vat_id="CHE123456789")
    account.refresh_from_db()
    assert account.vat_id == "DE123456789"
