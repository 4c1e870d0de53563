"""A client for an instance, and what each way of failing means to the framework."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adobe3yc.rules.commitments import Objected, Objection
from adobe3yc.vipmp import errors as vip
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.errors import Kind, VipError
from adobe3yc.vipmp.tokens import Credentials
from bss.core import clock
from bss.core.http import Answer
from servicemanager.contracts import (
    ExchangeNote,
    InstanceContext,
    OutcomeUnknown,
    Recorder,
    Refused,
    TryLater,
)
from servicemanager.errors import Code, Explanation
from servicemanager.transport import transport

BUSY_SECONDS = 30.0
CUSTOMER = re.compile(r"/v3/customers(/(?P<id>[^/?]+))?([/?]|$)")
Failure = Refused | TryLater | OutcomeUnknown


@contextmanager
def adobe(instance: InstanceContext, about: str = "") -> Iterator[VipClient]:
    """The client of one instance; each exchange is noted, the secret masked. `about` says whom all of them are about,
    "" that each is to tell it itself.
    """
    settings = instance.settings
    secret = str(settings["client_secret"])
    instance = replace(instance, record=recorded_about(instance.record, about))
    api_url, sign_in_url = str(settings["api_url"]), str(settings["sign_in_url"])
    with transport(instance, api_url, headers={}, secrets=[secret]) as api:
        credentials = Credentials(str(settings["client_id"]), secret)
        sign_in = _SignIn(instance, sign_in_url, secret)
        yield VipClient(api, sign_in, credentials, now=clock.now, place=sign_in_url)


@dataclass(frozen=True, slots=True)
class _SignIn:
    """The way to the sign-in service, opened for each token: that is once a day."""

    instance: InstanceContext
    url: str
    secret: str

    def send(self, method: str, path: str, **more: Any) -> Answer:
        with transport(self.instance, self.url, headers={}, secrets=[self.secret]) as way:
            return way.send(method, path, **more)


def recorded_about(record: Recorder, about: str = "") -> Recorder:
    """A Recorder that keeps each exchange with the customer it is about: `about`, or else whom it tells itself."""

    def keep(note: ExchangeNote) -> None:
        record(replace(note, about=about or about_of(note)))

    return keep


def about_of(note: ExchangeNote) -> str:
    """The customer an exchange is about: by Adobe's id, or by ours where it is being made."""
    found = CUSTOMER.match(note.path)
    if found is None:
        return ""
    sent, answer = (x if isinstance(x, dict) else {} for x in (note.request, note.answer))
    told = found["id"] or sent.get("externalReferenceId") or answer.get("customerId")
    return str(told or "")


# What is bought would not end when it was priced to end.
END_MOVED = "ADOBE_END_MOVED"
# It would, and what it costs until then cannot be charged, whoever accepts it.
END_REFUSED = "ADOBE_END_REFUSED"
# What Adobe's refusals mean here, by their kind; one that is missing is VENDOR_REFUSED.
CODES: dict[Kind, str] = {
    Kind.FIELDS: "ADOBE_FIELDS",
    Kind.SETTINGS: "ADOBE_SETTINGS",
    Kind.RESELLER: "ADOBE_RESELLER",
    Kind.CUSTOMER: "ADOBE_CUSTOMER",
    Kind.EXISTS: "ADOBE_EXISTS",
    Kind.MINIMUM: "ADOBE_MINIMUM",
    Kind.OFFER: "ADOBE_OFFER",
    Kind.QUANTITY: "ADOBE_QUANTITY",
    Kind.ELIGIBILITY: "ADOBE_PRICE_CHANGED",
    Kind.CURRENCY: "ADOBE_CURRENCY",
    Kind.CANCELLATION: "ADOBE_TOO_LATE",
    Kind.RENEWAL: "ADOBE_RENEWAL",
    Kind.COMMITMENT: "ADOBE_COMMITTED",
    Kind.PRICE_LIST: "ADOBE_CURRENCY",
    Kind.MISSING: Code.SUBSCRIPTION_GONE,
}
LATER = frozenset({Kind.PENDING, Kind.BUSY})


def outcome_of(error: VipError) -> Failure:
    """What a call that failed means: refused for good, not now, or nobody knows."""
    if isinstance(error, vip.NotDone):
        return TryLater(
            error.retry_after or BUSY_SECONDS,
            Code.VENDOR_BUSY if error.status else Code.VENDOR_UNREACHABLE,
            _("Adobe cannot be reached now. Nothing was done."),
        )
    if isinstance(error, vip.CredentialsRefused):
        words = _("Adobe does not accept the client id or the secret of the settings.")
        return Refused(Code.CREDENTIALS_INVALID, words, error.code, error.message)
    if isinstance(error, vip.Refused):
        return _refused(error)
    words = _("Adobe did not say what came of it.")
    return OutcomeUnknown(Code.OUTCOME_UNKNOWN, words, error.code, error.message)


def _refused(error: vip.Refused) -> Refused | TryLater:
    kind = error.meaning.kind
    if kind in LATER:
        return TryLater(BUSY_SECONDS, Code.VENDOR_BUSY, words_of(error))
    return Refused(
        CODES.get(kind, Code.VENDOR_REFUSED), words_of(error), error.code, _vendor_text(error)
    )


def words_of(error: VipError) -> str:
    """A failure in a sentence for whoever waits for it."""
    if isinstance(error, vip.Refused):
        own = EXPLANATIONS_BY_CODE.get(CODES.get(error.meaning.kind, ""))
        text = str(own.cause) if own else _("Adobe refuses this: %s") % error.message
        return f"{text} ({', '.join(error.details)})" if error.details else text
    if isinstance(error, vip.NotDone):
        return _("Adobe cannot be reached now. Nothing was ordered; try again in a moment.")
    return _("Adobe does not answer as it should. Nothing was ordered; try again in a moment.")


def exists_words() -> str:
    """What is to be done about a company that Adobe has already."""
    return str(EXPLANATIONS_BY_CODE[CODES[Kind.EXISTS]].cause)


def objection_words(objected: Objected) -> str:
    """Why a commitment is not asked for, with the number that would do."""
    words = {
        Objection.NOTHING_ASKED: _("Say how many licences or transactions are to be committed."),
        Objection.TOO_FEW: _("The smallest minimum is %(least)s."),
        Objection.OTHER_OPEN: _("Another request is open at Adobe. Wait for its answer first."),
        Objection.NOT_COMMITTED: _("There is no commitment in force to follow."),
        Objection.TOO_EARLY: _("It can be asked for in the last 30 days: %(least)s days from now."),
        Objection.TYPE_LEFT_OUT: _("Repeat what is committed already: %(least)s."),
        Objection.NOT_MORE: _("%(least)s are committed already: ask for as many or more."),
    }
    return words[objected.why] % {"least": objected.least}


def _vendor_text(error: VipError) -> str:
    return " ".join([error.message, *error.details]).strip()


_RETRY = gettext_lazy(
    "Retry once the cause is gone. Adobe is asked first, so nothing is made twice."
)

EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        "ADOBE_FIELDS",
        gettext_lazy("Adobe does not take the customer's details"),
        gettext_lazy("Name, address or contact are not as Adobe wants them."),
        "buyer",
        gettext_lazy("Correct the account's details, then retry."),
        "retry",
    ),
    Explanation(
        "ADOBE_SETTINGS",
        gettext_lazy("Adobe does not let this integration do it"),
        gettext_lazy("The distributor id or what the integration may do is not as Adobe knows it."),
        "staff",
        gettext_lazy("Correct the instance's settings, or have Adobe allow it, then retry."),
        "settings",
    ),
    Explanation(
        "ADOBE_RESELLER",
        gettext_lazy("Adobe does not know the reseller"),
        gettext_lazy("The reseller is not set up with Adobe, or not active there."),
        "staff",
        gettext_lazy("Set the reseller up with Adobe, then retry."),
        "retry",
    ),
    Explanation(
        "ADOBE_CUSTOMER",
        gettext_lazy("Adobe does not know the customer"),
        gettext_lazy("The customer's Adobe id is unknown at Adobe, or the customer may not buy."),
        "staff",
        gettext_lazy("Compare the customer's Adobe id with Adobe's partner portal, then retry."),
        "retry",
    ),
    Explanation(
        "ADOBE_EXISTS",
        gettext_lazy("Adobe has this customer already"),
        gettext_lazy("The company is a customer at Adobe already. Give its Adobe id instead."),
        "buyer",
        gettext_lazy("Enter the customer's Adobe id; the order then goes on with it."),
    ),
    Explanation(
        "ADOBE_MINIMUM",
        gettext_lazy("The minimum is out of Adobe's range"),
        gettext_lazy("A commitment takes at least 10 licences or 1,000 transactions."),
        "buyer",
        gettext_lazy("Ask for another minimum."),
    ),
    Explanation(
        "ADOBE_OFFER",
        gettext_lazy("Adobe does not sell this offer"),
        gettext_lazy("The offer is unknown at Adobe, or its time is over."),
        "staff",
        gettext_lazy("Put this month's price file into force and run Get Services Definition."),
        "settings",
    ),
    Explanation(
        "ADOBE_QUANTITY",
        gettext_lazy("Adobe does not sell this quantity"),
        gettext_lazy("The quantity is below or above what Adobe sells of the offer."),
        "buyer",
        gettext_lazy("Order again with another quantity."),
    ),
    Explanation(
        "ADOBE_PRICE_CHANGED",
        gettext_lazy("Adobe sells it at another level now"),
        gettext_lazy("The level of the customer changed after the order was placed."),
        "buyer",
        gettext_lazy("Accept the offer that Adobe names on the order line, or cancel the line."),
    ),
    Explanation(
        END_MOVED,
        gettext_lazy("It would end on another day now"),
        gettext_lazy(
            "The day on which Adobe renews everything of the customer changed after the order was placed."
        ),
        "buyer",
        gettext_lazy(
            "Accept the new end on the order line: its days are charged. Where that costs more, whoever pays for it "
            "accepts it. Or give the item up and order it anew."
        ),
    ),
    Explanation(
        END_REFUSED,
        gettext_lazy("It would end on another day now and cost more"),
        gettext_lazy(
            "The day on which Adobe renews everything of the customer changed after the order was placed. What it "
            "costs until then is more than can be charged for this order."
        ),
        "buyer",
        gettext_lazy("Give the item up and order it anew."),
    ),
    Explanation(
        "ADOBE_CURRENCY",
        gettext_lazy("Adobe does not sell in this currency"),
        gettext_lazy("The currency of the settings is none in which Adobe sells the offer here."),
        "staff",
        gettext_lazy("Correct the currency in the instance's settings, then retry."),
        "settings",
    ),
    Explanation(
        "ADOBE_TOO_LATE",
        gettext_lazy("Adobe takes nothing back any more"),
        gettext_lazy("What was bought can be given back within 14 days, in whole orders."),
        "buyer",
        gettext_lazy("Let it end on the anniversary instead."),
    ),
    Explanation(
        "ADOBE_RENEWAL",
        gettext_lazy("Adobe does not renew it like this"),
        gettext_lazy("The subscription is not active, or its renewal is under way."),
        "staff",
        _RETRY,
        "retry",
    ),
    Explanation(
        "ADOBE_COMMITTED",
        gettext_lazy("The commitment does not allow it"),
        gettext_lazy("It would fall below what the customer is committed to for three years."),
        "buyer",
        gettext_lazy("Keep at least what was committed."),
    ),
    Explanation(
        "ADOBE_FAILED",
        gettext_lazy("Adobe could not finish the order"),
        gettext_lazy("Adobe took the order and reported that it failed. Nothing was bought."),
        "vendor",
        _RETRY,
        "retry",
    ),
)
EXPLANATIONS_BY_CODE = {each.code: each for each in EXPLANATIONS}
