"""Cards that payers leave with the provider. Card numbers are typed on its page and never come here."""

from __future__ import annotations

from django.db import transaction

from bss.accounts.models import Account
from bss.billing.locks import payer_locked
from bss.billing.models import CardSetup, CardToken
from bss.billing.ports import PAYMENT_GATEWAY, LeftCard
from bss.core import clock, history
from bss.core.actor import Actor
from bss.core.http import require_no_transaction
from bss.orders.errors import CardUnavailable, CardUnknown


def card_setup_create(*, account: Account, actor: Actor) -> CardSetup:
    """Note that somebody is about to leave a card; `card_setup_open` gives the page. Raises CardUnavailable."""
    if account.is_end_customer or not PAYMENT_GATEWAY.get().is_configured:
        raise CardUnavailable
    return CardSetup.objects.create(
        organization_id=account.organization_id,
        scope=account.scope,
        account=account,
        started_by_label=actor.label[:200],
    )


def card_setup_open(*, setup: CardSetup, return_url: str) -> str:
    """The address of the provider's page, which sends people back to `return_url`. Raises CardUnknown."""
    require_no_transaction()
    page = PAYMENT_GATEWAY.get().page(
        key=f"setup-{setup.public_id}", return_url=return_url, name=setup.account.name
    )
    if page is None:
        raise CardUnknown
    CardSetup.objects.filter(pk=setup.pk).update(external_id=page.external_id)
    return page.url


def card_setup_finish(*, setup: CardSetup, actor: Actor) -> CardToken | None:
    """Take over the card that was left, as the one that is used. None when none was. Taken over already is fine."""
    require_no_transaction()
    left = PAYMENT_GATEWAY.get().left_card(setup.external_id) if setup.external_id else None
    if left is None:
        return None
    with transaction.atomic():
        payer_locked(setup.account_id)
        card, is_new = _card(setup, left)
        if is_new:
            history.record(
                setup.account, actor=actor, action="card.left", changes={"card": [None, str(card)]}
            )
            _use(card)
            CardSetup.objects.filter(pk=setup.pk).update(finished_at=clock.now())
    return card


def card_use(*, card: CardToken, actor: Actor) -> None:
    """Charge this one from now on."""
    with transaction.atomic():
        payer_locked(card.account_id)
        _use(card)
        history.record(
            card.account, actor=actor, action="card.chosen", changes={"card": [None, str(card)]}
        )


def card_remove(*, card: CardToken, actor: Actor) -> None:
    """Charge it no more. What is held on it stays until its order is invoiced or fails."""
    with transaction.atomic():
        payer_locked(card.account_id)
        removed = CardToken.objects.filter(pk=card.pk, removed_at=None)
        if removed.update(removed_at=clock.now(), is_default=False):
            history.record(
                card.account,
                actor=actor,
                action="card.removed",
                changes={"card": [str(card), None]},
            )


def _card(setup: CardSetup, left: LeftCard) -> tuple[CardToken, bool]:
    return CardToken.objects.get_or_create(
        organization_id=setup.organization_id,
        token=left.token,
        defaults={
            "scope": setup.scope,
            "account": setup.account,
            "brand": left.brand,
            "last_digits": left.last_digits,
            "expires_on": left.expires_on,
        },
    )


def _use(card: CardToken) -> None:
    CardToken.objects.filter(account_id=card.account_id, is_default=True).update(is_default=False)
    CardToken.objects.filter(pk=card.pk, removed_at=None).update(is_default=True)
