"""Writes of Adobe: price files, and mirrors of what Adobe knows."""

from adobe3yc.services.customers import customer_link, customer_record, customer_start
from adobe3yc.services.price_files import price_file_discard, price_file_enforce, price_file_take

__all__ = [
    "customer_link",
    "customer_record",
    "customer_start",
    "price_file_discard",
    "price_file_enforce",
    "price_file_take",
]
