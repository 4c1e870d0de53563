"""Tax: which country's rates a payer gets on a day, and how they are rounded on a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bss.core.money import minor_unit, round_half_up
from bss.pricing.contracts import TaxableAmount, TaxRegime
from bss.pricing.errors import RateMissing
from bss.pricing.models import TaxRate, TaxRegistration
from bss.pricing.selectors import regime_for, regimes_for
from bss.pricing.tax import tax_lines, tax_total
from tests.factories.accounts import AccountFactory

DAY = date(2026, 7, 1)
NEW_YEAR = date(2026, 1, 1)
GREEK = TaxRegime(
    "standard", "GR", "EL998877665", {"standard": Decimal(24), "reduced": Decimal(6)}, "Exempt."
)
nets = st.decimals(min_value=-(10**6), max_value=10**6, places=2, allow_nan=False)
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
amounts = st.lists(
    st.builds(TaxableAmount, nets, st.sampled_from(["standard", "reduced"]), st.booleans()),
    max_size=20,
)


@pytest.fixture
def rates(at_distributor):
    """The distributor in Greece, registered there and in Germany."""
    organization = at_distributor
    organization.vat_id = "EL998877665"
    organization.save()
    registration(organization, "DE", "DE811111111")
    rate(organization, "GR", 24)
    rate(organization, "GR", 6, tax_class="reduced")
    rate(organization, "DE", 19)
    return organization


def registration(organization, country, number, since=NEW_YEAR, until=None):
    return TaxRegistration.objects.create(
        organization=organization,
        country=country,
        number=number,
        valid_from=since,
        valid_until=until,
    )


def rate(organization, country, percent, tax_class="standard", since=NEW_YEAR, until=None):
    return TaxRate.objects.create(
        organization=organization,
        country=country,
        tax_class=tax_class,
        percent=percent,
        valid_from=since,
        valid_until=until,
    )


def payer(organization, **values):
    return AccountFactory(organization=organization, **values)


@pytest.mark.parametrize(
    ("values", "treatment", "country", "number", "words"),
    [
        ({"tax_country": "GR"}, "standard", "GR", "EL998877665", "Exempt from tax."),
        ({"tax_country": "GR", "vat_id": "EL123456789"}, "standard", "GR", "EL998877665", "Exempt"),
        ({"tax_country": "DE"}, "standard", "DE", "DE811111111", "Exempt"),
        ({"tax_country": "DE", "vat_id": "DE123456789"}, "standard", "DE", "DE811111111", "Exempt"),
        ({"tax_country": "FR"}, "standard", "GR", "EL998877665", "Exempt"),
        ({"tax_country": "FR", "vat_id": "FR12345678901"}, "reverse_charge", "FR", "EL998877665", "196"),
        ({"tax_country": "US", "vat_id": "98-7654321"}, "outside", "US", "EL998877665", "Outside"),
        ({"tax_country": "US"}, "standard", "GR", "EL998877665", "Exempt"),
        ({"tax_country": "GR", "taxable": False}, "exempt", "GR", "EL998877665", "Exempt"),
        ({"tax_country": "", "country": "DE"}, "standard", "DE", "DE811111111", "Exempt"),
    ],
)  # fmt: skip
def test_the_payer_decides_whose_tax_it_is(rates, values, treatment, country, number, words):
    found = regime_for(payer(rates, **values), DAY)

    assert (found.treatment, found.country, found.registration) == (treatment, country, number)
    assert words in found.text


def test_reverse_charge_outside_the_union_names_no_directive(rates):
    rates.country = "CH"
    rates.save()

    found = regime_for(payer(rates, tax_country="FR", vat_id="FR12345678901"), DAY)

    assert found.treatment == "reverse_charge"
    assert found.text == "Reverse charge: the customer accounts for the tax."


def test_rates_and_registrations_hold_from_and_until_their_days(rates):
    TaxRate.objects.filter(country="DE").update(valid_until=date(2026, 6, 30))
    rate(rates, "DE", 16, since=DAY)
    TaxRegistration.objects.filter(country="DE").update(valid_until=DAY)
    german = payer(rates, tax_country="DE")

    assert regime_for(german, date(2026, 6, 30)).rates == {"standard": Decimal(19)}
    assert regime_for(german, DAY).rates == {"standard": Decimal(16)}
    # The registration ended: an unregistered country's consumer pays the tax of the organization's own.
    assert regime_for(german, date(2026, 7, 2)).country == "GR"
    assert regime_for(german, date(2025, 12, 31)).rates == {}


def test_a_tenants_rates_are_its_own(rates, tenant):
    rate(tenant.membership.organization, "GR", 99, tax_class="other")

    assert set(regime_for(payer(rates), DAY).rates) == {"standard", "reduced"}


def test_any_number_of_payers_takes_two_queries(rates, django_assert_num_queries):
    several = [payer(rates, tax_country=c) for c in ("GR", "DE", "FR", "US", "GR")]

    with django_assert_num_queries(2):
        found = regimes_for(several, DAY)

    assert [found[p.pk].country for p in several] == ["GR", "DE", "GR", "GR", "GR"]
    with django_assert_num_queries(0):
        assert regimes_for([], DAY) == {}


def test_a_rate_that_is_missing_is_told_with_country_and_class(rates):
    regime = regime_for(payer(rates, tax_country="DE"), DAY)

    with pytest.raises(RateMissing) as caught:
        tax_lines([TaxableAmount(Decimal(1), "reduced")], regime, "EUR")

    assert (caught.value.country, caught.value.tax_class) == ("DE", "reduced")
    assert str(caught.value.message) == (
        "No tax rate of Germany is known for products of the class reduced."
    )
    # What is not taxed needs no rate.
    (line,) = tax_lines([TaxableAmount(Decimal(1), "reduced", is_taxable=False)], regime, "EUR")
    assert (line.treatment, line.tax, line.text) == ("exempt", 0, "Exempt from tax.")


def test_each_rate_is_rounded_once_for_the_document():
    # 0.12 of 3 x 0.02 is 0.0144: one cent, where each line by itself would take none.
    lines = tax_lines([TaxableAmount(Decimal("0.02"), "standard")] * 3, GREEK, "EUR")

    assert [(line.net, line.tax) for line in lines] == [(Decimal("0.06"), Decimal("0.01"))]


@calm
@given(amounts)
def test_tax_is_what_each_rates_sum_gives_rounded_once(given_amounts):
    lines = tax_lines(given_amounts, GREEK, "EUR")

    assert len(lines) <= 3
    assert sum(line.net for line in lines) == sum(a.net for a in given_amounts)
    for line in lines:
        assert line.tax == round_half_up(line.net * line.percent / 100, "EUR")
        assert line.tax == line.tax.quantize(minor_unit("EUR"))
    assert [line.percent for line in lines] == sorted(
        (line.percent for line in lines), reverse=True
    )
    assert tax_total(given_amounts, GREEK, "EUR") == sum(line.tax for line in lines)


@calm
@given(amounts)
def test_the_order_of_lines_changes_nothing(given_amounts):
    assert tax_lines(given_amounts, GREEK, "EUR") == tax_lines(given_amounts[::-1], GREEK, "EUR")


@calm
@given(amounts, st.sampled_from(["exempt", "reverse_charge", "outside"]))
def test_without_a_tax_there_is_one_line_of_zero_with_its_words(given_amounts, treatment):
    lines = tax_lines(given_amounts, replace(GREEK, treatment=treatment), "EUR")

    assert [(line.treatment, line.tax, line.text) for line in lines] == [
        (treatment, 0, "Exempt.") for _ in range(1 if given_amounts else 0)
    ]
