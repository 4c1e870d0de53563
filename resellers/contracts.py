"""What the plans pages show: prepared values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bss.core.fields import FieldSpec
from bss.core.money import Money
from resellers.choices import ALIAS_FIELD

# A reseller's percentage on what it pays, as it is typed and as it is shown again.
MARKUP = FieldSpec(
    code="markup", label="Mark-up", type="decimal", minimum="0", maximum="1000", decimals=4
)


@dataclass(frozen=True, slots=True)
class PlanPrice:
    unit: str
    unit_label: str
    money: Money


@dataclass(frozen=True, slots=True)
class CapabilityView:
    """One line of the comparison. `note` says what is still to come."""

    code: str
    label: Any
    included: bool
    note: Any = ""


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """One column of the comparison."""

    code: str
    name: str
    text: str
    image_url: str
    is_current: bool
    prices: Sequence[PlanPrice]
    capabilities: Sequence[CapabilityView]
    changes: Sequence[str]
    # What the button does: "choose" (first purchase), "switch", "cancel", or "" for none.
    action: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What a switch, a cancellation or a return means, before it is confirmed."""

    from_name: str
    to_name: str
    price_before: Money | None
    price_after: Money | None
    unit_label: str
    gained: Sequence[Any]
    lost: Sequence[Any]
    kept: Sequence[str]
    effects: Sequence[str]


@dataclass(frozen=True, slots=True)
class OwnPriceRow:
    """One product in the reseller's listing and price tables. `markup` is the percentage as one types it, or ""."""

    product_id: int
    name: str
    vendor: str
    unit_label: str
    price: Money
    resale: Money
    markup: str
    is_listed: bool

    @property
    def field(self) -> str:
        return f"markup-{self.product_id}"


def alias_spec(default: str = "") -> FieldSpec:
    """The Storefront Alias, as Service Details and the portal ask for it."""
    return FieldSpec(
        code=ALIAS_FIELD,
        label=_("Storefront alias"),
        required=True,
        max_length=63,
        help=_("Your storefront's address ends with it: 3 to 63 letters, digits or hyphens."),
        default=default,
    )
