"""What Adobe takes of names and addresses, checked before any call, so that the field is named to who typed it.

Source: Adobe's VIP Marketplace docs, "Resources and fields" and "Validations". Paths are those that Adobe itself names
in `additionalDetails`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from adobe3yc.vipmp.contracts import Address, CompanyProfile, Contact

NAME = re.compile(r"[\w ,.\uff06&'()\uff08\uff09\\\"/-]{4,80}")
PERSON = re.compile(r"[\w ,.\uff06&'\"-]{1,35}")
EMAIL = re.compile(r"[^@\s<>\[\]\"]+@[^@\s<>\[\]\"]+\.[^@\s<>\[\]\"]+")
PLAIN = re.compile(r"[^<>\[\]\"]*")
LONGEST_EMAIL = 240
LONGEST = {
    "region": 255,
    "city": 40,
    "addressLine1": 60,
    "addressLine2": 60,
    "postalCode": 40,
    "phoneNumber": 40,
}
OPTIONAL = frozenset({"addressLine2", "phoneNumber"})
LOCALES = frozenset(
    (  # noqa: SIM905 -- as Adobe lists them
        "bg-BG cs-CZ da-DK de-DE en-AE en-GB en-IL en-US en-XM es-ES es-LA es-MX es-NA et-EE fi-FI fr-CA fr-FR fr-MA"
        " fr-XM hr-HR hu-HU it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-NL pl-PL pt-BR ro-RO ru-RU sk-SK sl-SI sr-RS sr-SP"
        " sv-SE tr-TR uk-UA zh-CN zh-HANS zh-HANT zh-TW"
    ).split()
)
# Adobe checks each country's own form of a postcode; these are the ones that a national post publishes plainly.
POSTCODES: dict[str, str | re.Pattern[str]] = {
    **dict.fromkeys(("DE", "ES", "FI", "FR", "IT"), r"\d{5}"),
    **dict.fromkeys(("AT", "BE", "CH", "DK", "NO"), r"\d{4}"),
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "GR": r"\d{3} ?\d{2}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "US": r"\d{5}(-\d{4})?",
}
# Some are reached under another country: Guernsey under GB.
UNSUPPORTED = frozenset(
    "AQ AX BL BQ BV CU CW EH GG GS HM IM IO IR JE KM KP MF PN PW SD SJ SS SY TF".split()  # noqa: SIM905
)


def faults(profile: CompanyProfile) -> list[str]:
    """Paths of the fields that Adobe would refuse, such as "companyProfile.contacts[0].email"."""
    return [f"companyProfile.{path}" for path in _faults(profile)]


def is_required(path: str) -> bool:
    """Whether Adobe takes nothing for a field of a profile, named as `faults` does: of an address all but a second line
    and a telephone number, in every country.
    """
    return path.rpartition(".")[2] not in OPTIONAL


def _faults(profile: CompanyProfile) -> Iterator[str]:
    if not NAME.fullmatch(profile.name):
        yield "companyName"
    if profile.language not in LOCALES:
        yield "preferredLanguage"
    for path in _address_faults(profile.address):
        yield f"address.{path}"
    if not profile.contacts:
        yield "contacts"
    for index, contact in enumerate(profile.contacts):
        for path in _contact_faults(contact):
            yield f"contacts[{index}].{path}"


def _address_faults(address: Address) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z]{2}", address.country) or address.country in UNSUPPORTED:
        yield "country"
    values = {
        "region": address.region,
        "city": address.city,
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "postalCode": address.postal_code,
        "phoneNumber": address.phone,
    }
    for name, value in values.items():
        is_there = bool(value) or name in OPTIONAL
        pattern = POSTCODES.get(address.country, PLAIN) if name == "postalCode" else PLAIN
        if not is_there or len(value) > LONGEST[name] or not re.fullmatch(pattern, value):
            yield name


def _contact_faults(contact: Contact) -> Iterator[str]:
    if not PERSON.fullmatch(contact.first_name):
        yield "firstName"
    if not PERSON.fullmatch(contact.last_name):
        yield "lastName"
    if len(contact.email) > LONGEST_EMAIL or not EMAIL.fullmatch(contact.email):
        yield "email"
    if len(contact.phone) > LONGEST["phoneNumber"] or not PLAIN.fullmatch(contact.phone):
        yield "phoneNumber"
