"""Which account buys from which price list, from both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bss.accounts.access import access_account
from bss.accounts.models import Account, PriceListAssignment
