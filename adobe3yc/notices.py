"""The e-mails about three-year commitments: Adobe said something new, or a request's time runs out."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from adobe3yc import selectors
from adobe3yc.events import CommitmentChanged, CommitmentEnding
from adobe3yc.models import AdobeCustomer, Commitment
from bss.accounts.links import surface_url
from bss.accounts.models import Storefront
from bss.accounts.selectors import storefront_of_organization
from bss.core import scope
from notifications import kinds
from notifications.contracts import Recipient
from notifications.kinds import Kind
from notifications.selectors import recipient_of_account
from notifications.services import notify

_SAMPLE = {
    "customer": "Fairmont Textiles",
    "news": "Fairmont Textiles has accepted the three-year commitment. Buy its minimum within 30 days.",
    "link": "https://shop.example/basket/",
    "action": "Go to the basket",
}
CHANGED = kinds.register(
    Kind("adobe_commitment_changed", _("Adobe commitment: news"), "customer", _SAMPLE)
)
ENDING = kinds.register(
    Kind("adobe_commitment_ending", _("Adobe commitment: time runs out"), "customer", _SAMPLE)
)


def commitment_changed_tell(event: CommitmentChanged) -> None:
    _tell(CHANGED, event.commitment_id)


def commitment_ending_tell(event: CommitmentEnding) -> None:
    _tell(ENDING, event.commitment_id)


def news_of(commitment: Commitment) -> str:
    """What a status means to whoever sold it, in a sentence; "" for one that is nobody's news."""
    words = {
        "ACCEPTED": _t(
            "%(customer)s has accepted the three-year commitment. Its minimum must be bought within 30 days."
        ),
        "COMMITTED": _t("%(customer)s is committed for three years: its prices are locked."),
        "ACTIVE": _t("%(customer)s is committed for three years: its prices are locked."),
        "DECLINED": _t("%(customer)s declined the three-year commitment."),
        "EXPIRED": _t(
            "The time of %(customer)s's three-year commitment, or of the request for it, is over."
        ),
        "NONCOMPLIANT": _t("%(customer)s does not hold the minimum of its three-year commitment."),
    }
    return words.get(commitment.status, "") % {"customer": commitment.customer.name}


def ending_of(commitment: Commitment) -> str:
    """What runs out, in a sentence."""
    words = {
        "REQUESTED": _t(
            "%(customer)s has not answered the request for a three-year commitment. It ends 7 days after it was made."
        ),
        "ACCEPTED": _t(
            "%(customer)s has accepted the three-year commitment, and its minimum is not bought yet. That is possible "
            "for 30 days after the acceptance."
        ),
    }
    return words.get(commitment.status, "") % {"customer": commitment.customer.name}


def _tell(kind: Kind, commitment_id: int) -> None:
    """Write to whoever sells to the customer, once for each status and reminder."""
    commitment = Commitment.everywhere.select_related(
        "customer__reseller__organization", "customer__account__organization", "customer__instance"
    ).get(pk=commitment_id)
    account = commitment.customer.reseller or commitment.customer.account
    to = recipient_of_account(account) if account else None
    shop = storefront_of_organization(account.organization) if account else None
    if account is None or to is None or shop is None:
        return
    moment = commitment.reminded_at if kind == ENDING else commitment.customer.synced_at
    with scope.activate(account.organization.scope), translation.override(to.language):
        news = ending_of(commitment) if kind == ENDING else news_of(commitment)
        if not news:
            return
        notify(
            kind,
            key=f"{commitment.pk}:{commitment.status}:{moment:%Y%m%dT%H%M%S}",
            recipient=to.email,
            recipient_name=to.name,
            language=to.language,
            context={
                "customer": commitment.customer.name,
                "news": news,
                **_way_on(commitment.customer, shop, to),
            },
            subject=account,
            organization=account.organization,
            scope=account.scope,
            storefront_id=to.storefront_id,
        )


def _way_on(customer: AdobeCustomer, shop: Storefront, to: Recipient) -> dict[str, str]:
    """Where its reader goes from there, and what the button says: its own basket that waits for the customer, else what
    the customer has of Adobe's, else nowhere.
    """
    if selectors.basket_waits_for(customer, email=to.email, storefront=shop):
        return {
            "link": surface_url(shop, "storefront:basket"),
            "action": _t("Go to the basket"),
        }
    held = selectors.subscription_of(customer)
    if held is None:
        return {"link": "", "action": ""}
    return {
        "link": surface_url(shop, "storefront:subscription", held.public_id),
        "action": _t("Look at the subscription"),
    }
