"""From an id in a URL to what of Adobe its actor may use: outside the scope NotFound, without the right 403."""

from __future__ import annotations

from adobe3yc import selectors
from adobe3yc.models import AdobeCustomer, PriceFile, PriceUpload
from bss.accounts.permissions import Permission
from bss.core.access import found
from bss.core.actor import Actor
from bss.core.errors import NotFound
from bss.subscriptions.access import access_subscription
from bss.subscriptions.models import Subscription
from servicemanager.access import access_instance
from servicemanager.models import Instance


def access_adobe_instance(
    actor: Actor, public_id: str, permission: str = Permission.SERVICE_VIEW
) -> Instance:
    """An instance of Adobe Services. Raises NotFound for another vendor's too, PermissionDenied."""
    instance = access_instance(actor, public_id, permission)
    if not selectors.is_adobe(instance):
        raise NotFound
    return instance


def access_price_file(
    actor: Actor, public_id: str, permission: str = Permission.SERVICE_VIEW
) -> PriceFile:
    """A price file of the actor's organization. Raises NotFound, PermissionDenied."""
    return found(selectors.price_files(), actor, permission, public_id=public_id)


def access_price_upload(
    actor: Actor, public_id: str, permission: str = Permission.SERVICE_VIEW
) -> PriceUpload:
    """An upload of the actor's organization. Raises NotFound, PermissionDenied."""
    return found(selectors.price_uploads(), actor, permission, public_id=public_id)


def access_adobe_customer(
    actor: Actor, public_id: str, permission: str = Permission.SERVICE_VIEW
) -> AdobeCustomer:
    """A customer at Adobe below the actor's scope. Raises NotFound, PermissionDenied."""
    return found(selectors.adobe_customers(), actor, permission, public_id=public_id)


def access_commitments(
    actor: Actor, public_id: str, permission: str = Permission.SUBSCRIPTION_MANAGE
) -> tuple[Subscription, AdobeCustomer]:
    """A subscription of Adobe's with its customer there. Raises NotFound for any other, PermissionDenied."""
    subscription = access_subscription(actor, public_id, permission)
    customer = selectors.customer_of_subscription(subscription)
    if customer is None:
        raise NotFound
    return subscription, customer
