"""Writes of Adobe: price files, and mirrors of what Adobe knows."""

from adobe3yc.services.commitments import commitment_ask, commitment_send, recommitment_ask
from adobe3yc.services.customer_asking import (
    customer_orders,
    customer_refresh,
    customer_subscriptions,
)
from adobe3yc.services.customers import (
    customer_link,
    customer_record,
    customer_refused,
    customer_start,
)
from adobe3yc.services.orders import order_refused, order_store, order_told
from adobe3yc.services.price_fetch import FETCH, price_fetch_start, price_fetch_take
from adobe3yc.services.price_files import price_file_discard, price_file_enforce, price_file_take
from adobe3yc.services.price_uploads import (
    UPLOAD,
    price_upload_drop,
    price_upload_start,
    price_upload_take,
)
from adobe3yc.services.renewals import renewal_ring, renewal_tell
from adobe3yc.services.resellers import reseller_link, reseller_sync
from adobe3yc.services.sync import commitment_remind, customer_ring, customer_sync

__all__ = [
    "FETCH",
    "UPLOAD",
    "commitment_ask",
    "commitment_remind",
    "commitment_send",
    "customer_link",
    "customer_orders",
    "customer_record",
    "customer_refresh",
    "customer_refused",
    "customer_ring",
    "customer_start",
    "customer_subscriptions",
    "customer_sync",
    "order_refused",
    "order_store",
    "order_told",
    "price_fetch_start",
    "price_fetch_take",
    "price_file_discard",
    "price_file_enforce",
    "price_file_take",
    "price_upload_drop",
    "price_upload_start",
    "price_upload_take",
    "recommitment_ask",
    "renewal_ring",
    "renewal_tell",
    "reseller_link",
    "reseller_sync",
]
