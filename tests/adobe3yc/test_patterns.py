"""What Adobe would refuse is found before it is asked: the sandbox and the patterns say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adobe3yc.gateway.profiles import locale_of
from adobe3yc.vipmp.errors import Refused
from adobe3yc.vipmp.patterns import faults
from tests.adobe3yc.conftest import profile

GOOD = profile()


def address(**changes):
    return replace(GOOD, address=replace(GOOD.address, **changes))


def contact(**changes):
    return replace(GOOD, contacts=(replace(GOOD.contacts[0], **changes),))


CASES = [
    (replace(GOOD, name="Xyz"), ["companyName"]),
    (replace(GOOD, name="x" * 81), ["companyName"]),
    (replace(GOOD, name="A <b> company"), ["companyName"]),
    (replace(GOOD, name="Ünïcode & Söhne (Köln)"), []),
    (replace(GOOD, language="xx-XX"), ["preferredLanguage"]),
    (address(country="SY"), ["address.country"]),
    (address(city="x" * 41), ["address.city"]),
    (address(city=""), ["address.city"]),
    (address(postal_code="1011"), ["address.postalCode"]),
    (address(line2="x" * 61), ["address.addressLine2"]),
    (address(line1="<b>"), ["address.addressLine1"]),
    (contact(email="nobody"), ["contacts[0].email"]),
    (contact(email="a@b"), ["contacts[0].email"]),
    (contact(first_name="x" * 36), ["contacts[0].firstName"]),
    (contact(last_name=""), ["contacts[0].lastName"]),
    (GOOD, []),
]


@pytest.mark.parametrize(("wrong", "paths"), CASES)
def test_the_field_is_named_as_adobe_names_it(wrong, paths):
    assert faults(wrong) == [f"companyProfile.{path}" for path in paths]


@pytest.mark.parametrize(("wrong", "paths"), CASES)
def test_the_service_refuses_the_same(adobe, wrong, paths):
    reseller = adobe.client.reseller_create(adobe.service.distributor, GOOD, key=adobe.key())
    if not paths:
        assert adobe.client.customer_create(reseller.id, wrong, key=adobe.key()).id
        return
    with pytest.raises(Refused) as raised:
        adobe.client.customer_create(reseller.id, wrong, key=adobe.key())
    assert list(raised.value.details) == faults(wrong)


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("en", "GB", "en-GB"),
        ("en", "DE", "en-US"),
        ("de", "AT", "de-DE"),
        ("fr", "CA", "fr-CA"),
        ("sr", "RS", "sr-RS"),
        ("el", "GR", "en-US"),
    ],
)
def test_a_language_is_written_as_its_country_does_or_as_its_home(language, country, locale):
    assert locale_of(language, country) == locale


def test_all_faults_are_named_at_once():
    both = replace(address(city=""), name="x", contacts=())

    assert faults(both) == [
        "companyProfile.companyName",
        "companyProfile.address.city",
        "companyProfile.contacts",
    ]
