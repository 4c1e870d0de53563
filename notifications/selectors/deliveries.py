"""What was sent, for the mail log and for the records it is about."""

from __future__ import annotations

from functools import cache

from django.db.models import Model, QuerySet

from bss.accounts.models import Account
from bss.core.history import subject_type
from bss.core.prepared import Prepared
from notifications.choices import DeliveryState
from notifications.contracts import Rendered
from notifications.kinds import kind_of
from notifications.models import Delivery
from notifications.rendering import render
from notifications.selectors.brands import brand_for


def deliveries_visible() -> QuerySet[Delivery]:
    """The e-mails below the active scope, newest first."""
    return Delivery.objects.order_by("-id")


def count_failed(most: int) -> int:
    """How many e-mails failed, counted up to `most`. Every page of the portal shows it."""
    return len(_some_failed(most).all())


@cache
def _some_failed(most: int) -> Prepared[tuple[int]]:
    failed = DeliveryState.FAILED
    return Prepared(lambda: Delivery.objects.filter(state=failed).values_list("pk")[:most])


def deliveries_about(*subjects: Model) -> QuerySet[Delivery]:
    """The e-mails about these records below the active scope, newest first."""
    found = Delivery.objects.none()
    for subject in subjects:
        found = found | Delivery.objects.filter(
            subject_type=subject_type(subject), subject_id=subject.pk
        )
    return found.order_by("-id")


def delivery_by_id(delivery_id: int) -> Delivery | None:
    """The e-mail a job is to send."""
    return Delivery.objects.select_related("organization").filter(pk=delivery_id).first()


def deliveries_shown(subject: Model, most: int) -> list[Delivery]:
    """The newest e-mails about one record."""
    return _newest_about(most).all(subject_type=subject_type(subject), subject_id=subject.pk)


@cache
def _newest_about(most: int) -> Prepared[Delivery]:
    return Prepared(
        lambda subject_type, subject_id: Delivery.objects.filter(
            subject_type=subject_type, subject_id=subject_id
        ).order_by("-id")[:most],
        subject_type=str,
        subject_id=int,
    )


def deliveries_to(account: Account) -> QuerySet[Delivery]:
    """The e-mails to people of an account, newest first."""
    return Delivery.objects.filter(scope=account.scope).order_by("-id")


def words_shown(delivery: Delivery) -> Rendered:
    """What staff may read of an e-mail: all of it, or with personal links masked, written anew, when it is sealed."""
    if not delivery.sealed:
        return Rendered(delivery.subject, delivery.text, delivery.html)
    return render(
        kind_of(delivery.kind),
        delivery.context,
        brand=brand_for(delivery.organization, delivery.storefront_id),
        language=delivery.language,
        recipient_name=delivery.recipient_name,
    )
