"""Adobe asked about a customer while somebody waits for its record, its orders, its subscriptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext as _

from adobe3yc.gateway import adobe, words_of
from adobe3yc.models import AdobeCustomer
from adobe3yc.services.customers import customer_record
from adobe3yc.vipmp.client import VipClient
from adobe3yc.vipmp.contracts import Order, Page, Subscription
from adobe3yc.vipmp.errors import VipError
from bss.core.actor import Actor
from bss.core.secrets import SecretUnreadable
from servicemanager.errors import Code, VendorUnavailable
from servicemanager.selectors import instance_context
from servicemanager.services.exchanges import recorder_of_instance

SECONDS = 10.0


def customer_refresh(*, customer: AdobeCustomer, actor: Actor) -> AdobeCustomer:
    """Read a customer and write down what Adobe says. Raises VendorUnavailable with the cause in words."""
    with asked(customer) as client:
        found = client.customer(customer.adobe_id)
    return customer_record(customer=customer, found=found, actor=actor)


def customer_orders(*, customer: AdobeCustomer) -> Page[Order]:
    """A customer's latest orders of its present term. Raises VendorUnavailable."""
    with asked(customer) as client:
        return client.orders(customer.adobe_id)


def customer_subscriptions(*, customer: AdobeCustomer) -> Sequence[Subscription]:
    """All of a customer's subscriptions. Raises VendorUnavailable."""
    with asked(customer) as client:
        return client.subscriptions(customer.adobe_id)


@contextmanager
def asked(customer: AdobeCustomer) -> Iterator[VipClient]:
    """A client whose exchanges are kept; how it fails is said in words."""
    if not customer.is_known:
        raise VendorUnavailable(_("Adobe has not made this customer yet."), code="ADOBE_CUSTOMER")
    try:
        context = instance_context(
            customer.instance, record=recorder_of_instance(customer.instance), timeout=SECONDS
        )
        with adobe(context) as client:
            yield client
    except VipError as error:
        raise VendorUnavailable(words_of(error)) from error
    except SecretUnreadable as error:
        words = _("The stored credentials cannot be opened. Enter them again in the settings.")
        raise VendorUnavailable(words, code=Code.SECRET_UNREADABLE) from error
