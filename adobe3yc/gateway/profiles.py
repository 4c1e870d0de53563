"""What Adobe wants to know of a new customer: what is known of it here, and what Service Details still has to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc.rules.offers import OfferType
from adobe3yc.vipmp.contracts import Address, CompanyProfile, Contact, Minimum
from adobe3yc.vipmp.patterns import LOCALES, faults, is_required
from bss.accounts.models import Account
from bss.core.fields import FieldSpec
from bss.orders.contracts import CustomerDetails

ADOBE_ID = "adobe_customer_id"
COMMITMENT = "adobe_commitment"
ASK = "ask"
MINIMUMS = {
    "adobe_licenses": OfferType.LICENSE,
    "adobe_transactions": OfferType.CONSUMABLES,
}
FIELD_OF_TYPE = {kind: code for code, kind in MINIMUMS.items()}
DEFAULT_LOCALE = "en-US"


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of the profile: Adobe's name for it, and the field that asks for it."""

    path: str
    field: str
    label: Any


PARTS = (
    Asked("companyName", "adobe_company", gettext_lazy("Company name for Adobe")),
    Asked("preferredLanguage", "adobe_language", gettext_lazy("Language of Adobe's mails")),
    Asked("address.region", "adobe_region", gettext_lazy("State or region for Adobe")),
    Asked("address.city", "adobe_city", gettext_lazy("City")),
    Asked("address.addressLine1", "adobe_address", gettext_lazy("Street and number")),
    Asked("address.addressLine2", "adobe_address_2", gettext_lazy("Address, second line")),
    Asked("address.postalCode", "adobe_postcode", gettext_lazy("Postcode")),
    Asked("address.phoneNumber", "adobe_phone", gettext_lazy("Telephone")),
    Asked(
        "contacts[0].firstName",
        "adobe_first_name",
        gettext_lazy("First name of the Adobe administrator"),
    ),
    Asked(
        "contacts[0].lastName",
        "adobe_last_name",
        gettext_lazy("Last name of the Adobe administrator"),
    ),
    Asked("contacts[0].email", "adobe_email", gettext_lazy("E-mail of the Adobe administrator")),
    Asked("contacts[0].phoneNumber", "adobe_contact_phone", gettext_lazy("Telephone")),
)
FIELD_OF_PATH = {f"companyProfile.{part.path}": part.field for part in PARTS}


def profile_of_account(account: Account, segment: str) -> CompanyProfile:
    """What the account and its primary contact say; a missing contact leaves its parts empty."""
    contact = account.contacts.order_by("-is_primary", "pk").first()
    person = Contact("", "", account.corporate_email or "")
    if contact is not None:
        person = Contact(contact.first_name, contact.last_name, contact.email, contact.phone)
    return CompanyProfile(
        name=account.name,
        language=locale_of(account.language, account.country),
        address=Address(
            account.country, account.region, account.city, account.address_1, account.postcode,
            account.address_2, account.phone,
        ),
        contacts=(person,),
        segments=(segment,),
    )  # fmt: skip


def profile_of_draft(draft: CustomerDetails, language: str, segment: str) -> CompanyProfile:
    """What a reseller said of a customer that does not exist yet."""
    return CompanyProfile(
        name=draft.name,
        language=locale_of(language, draft.country),
        address=Address(
            draft.country, draft.region, draft.city, draft.address_1, draft.postcode,
            draft.address_2, draft.phone,
        ),
        contacts=(
            Contact(
                draft.contact_first_name, draft.contact_last_name,
                draft.contact_email or draft.corporate_email, draft.contact_phone,
            ),
        ),
        segments=(segment,),
    )  # fmt: skip


def locale_of(language: str, country: str) -> str:
    """Adobe's locale for a language, as it is spoken in the country where Adobe knows that."""
    home = f"{language}-{language.upper()}"
    spoken = [DEFAULT_LOCALE, *sorted(LOCALES)]
    others = (each for each in spoken if each.startswith(f"{language}-"))
    wished = (each for each in (f"{language}-{country}", home) if each in LOCALES)
    return next(wished, next(others, DEFAULT_LOCALE))


def answered(profile: CompanyProfile, answers: Mapping[str, Any]) -> CompanyProfile:
    """The profile with what was answered in Service Details in place of what is known here."""

    def given(field: str, known: str) -> str:
        return str(answers.get(field) or known)

    address, contact = profile.address, profile.contacts[0]
    return CompanyProfile(
        name=given("adobe_company", profile.name),
        language=given("adobe_language", profile.language),
        address=Address(
            country=address.country,
            region=given("adobe_region", address.region),
            city=given("adobe_city", address.city),
            line1=given("adobe_address", address.line1),
            line2=given("adobe_address_2", address.line2),
            postal_code=given("adobe_postcode", address.postal_code),
            phone=given("adobe_phone", address.phone),
        ),
        contacts=(
            Contact(
                first_name=given("adobe_first_name", contact.first_name),
                last_name=given("adobe_last_name", contact.last_name),
                email=given("adobe_email", contact.email),
                phone=given("adobe_contact_phone", contact.phone),
            ),
        ),
        segments=profile.segments,
    )


def field_errors(profile: CompanyProfile) -> dict[str, str]:
    """What Adobe would refuse, by the field that asks for it; the country has none and stands under ""."""
    wrong = _(
        "Adobe does not take this. Write it as it stands in the company's papers, in plain letters."
    )
    missing = _("Adobe needs this of every new customer. Fill it in, or give its Adobe id.")
    told = _said(profile)
    return {
        FIELD_OF_PATH.get(path, ""): wrong if told.get(path, "?") else missing
        for path in faults(profile)
    }


def _said(profile: CompanyProfile) -> dict[str, str]:
    """What a profile says, under the paths that Adobe uses."""
    address, (contact, *_more) = profile.address, profile.contacts
    said = {
        "companyName": profile.name,
        "address.region": address.region,
        "address.city": address.city,
        "address.addressLine1": address.line1,
        "address.postalCode": address.postal_code,
        "contacts[0].firstName": contact.first_name,
        "contacts[0].lastName": contact.last_name,
        "contacts[0].email": contact.email,
    }
    return {f"companyProfile.{path}": value for path, value in said.items()}


# Service Details -----------------------------------------------------------------------------------------


def detail_specs(profile: CompanyProfile) -> Iterator[FieldSpec]:
    """The parts of a profile that Adobe would refuse as they are known here."""
    wrong = set(faults(profile))
    for part in PARTS:
        if f"companyProfile.{part.path}" in wrong:
            yield _spec(part)


def _spec(part: Asked) -> FieldSpec:
    """The field that asks for a part. Adobe's own id of the company spares all of them, so that none is required."""
    spec = FieldSpec(part.field, part.label, is_wanted=is_required(part.path), help=_help(part))
    if part.field == "adobe_language":
        return replace(spec, type="choice", choices=tuple((x, x) for x in sorted(LOCALES)))
    return replace(spec, type="email") if part.field == "adobe_email" else spec


def _help(part: Asked) -> Any:
    if part.field == "adobe_region":
        return gettext_lazy("As Adobe writes it: the code of the state or region, such as CA.")
    return ""


def id_spec() -> FieldSpec:
    return FieldSpec(
        ADOBE_ID,
        gettext_lazy("Adobe customer id, where the company has one"),
        pattern="[0-9A-Za-z]{4,40}",
        pattern_message=gettext_lazy("Enter the id as Adobe writes it: letters and digits alone."),
        help=gettext_lazy(
            "The order is then placed for this customer of Adobe's, and none is made."
        ),
    )


def ask_again(times: int) -> str:
    """The answer by which a customer is asked once more, after `times` answers of Adobe's; it holds for one time."""
    return f"again-{times}" if times else "again"


def _asks(times: int, given: str, status: str) -> tuple[tuple[str, Any], ...]:
    """What may be answered. What was answered before says how the request stands, and asks for nothing more."""
    again = (ask_again(times), _("Ask the customer once more, after a no or when its time is over"))
    nothing = ("", _("No commitment: buy at standard prices"))
    kept = given if given and given != again[0] else ASK
    stands = {
        "REQUESTED": _("Asked for: the customer has not answered yet"),
        "DECLINED": _("Asked for, and declined by the customer"),
        "EXPIRED": _("Asked for, and not accepted in time"),
        "NONCOMPLIANT": _("Accepted, and its minimum not bought in time"),
    }.get(status)
    if stands is None:
        stands = _("Ask the customer for it") if kept == ASK else _("The customer was asked")
    asks = (nothing, (kept, stands), again)
    return (
        asks if kept == ASK or status else (nothing, (ASK, _("Ask the customer for it")), *asks[1:])
    )


def accepted_specs(given: str, *others: tuple[str, Any]) -> Sequence[FieldSpec]:
    """Of an accepted request there is nothing to answer: how it stands, and what is to be done. `others` are what may
    be chosen instead.
    """
    return (
        FieldSpec(
            COMMITMENT,
            gettext_lazy("Three-year commitment"),
            "choice",
            required=bool(given) and not others,
            choices=((given, _("Accepted by the customer: its prices apply")), *others),
            help=gettext_lazy(
                "Its minimum has to be bought within 30 days of the acceptance. Nothing more has to be chosen."
            ),
        ),
    )


def priced_specs(given: str) -> Sequence[FieldSpec]:
    """Of a request that a review found accepted, and which may have lapsed since."""
    others = [("", _("No commitment, should its time be over by now"))] if given else []
    return accepted_specs(given, *others)


def commitment_specs(times: int, given: str, status: str = "") -> Sequence[FieldSpec]:
    """Whether a commitment is wanted, and for how much. `given` is what was answered so far ("": nothing), `status` how
    a request for one stands ("": none is known).
    """
    return (
        FieldSpec(
            COMMITMENT,
            gettext_lazy("Three-year commitment"),
            "choice",
            choices=_asks(times, given, status),
            help=gettext_lazy(
                "The customer accepts it in its Adobe Admin Console. It promises a minimum for three years and gets "
                "lower prices that do not rise."
            ),
        ),
        FieldSpec(
            "adobe_licenses",
            gettext_lazy("Committed minimum of licences"),
            "integer",
            minimum="10",
        ),
        FieldSpec(
            "adobe_transactions",
            gettext_lazy("Committed minimum of transactions"),
            "integer",
            minimum="1000",
        ),
    )


def minimums_in(answers: Mapping[str, Any]) -> tuple[Minimum, ...]:
    """The minimums that were asked for; none when no commitment is wanted."""
    if not answers.get(COMMITMENT):
        return ()
    return tuple(
        Minimum(kind.value, int(answers[code]))
        for code, kind in MINIMUMS.items()
        if answers.get(code)
    )
