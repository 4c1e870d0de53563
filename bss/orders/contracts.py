"""What a review of a basket or an order is told, and what it answers (DESIGN: the service-manager contract)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from bss.catalog.models import Product
from bss.core.fields import FieldSpec
from bss.installments.contracts import PlanTerms
from bss.pricing.contracts import WHOLE, LineAmounts, QuotedPrice, UnitPrice
from bss.pricing.coterm import CoTerm, installments_of, payment_words
from bss.pricing.schedule import Amounts

ReviewStep = Literal["items", "service_details", "place", "execute"]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A line as a service manager sees it: `key` is stable within the review ("line-12").

    `name` and `open_specs` (what its product type asks and the product leaves open) spare whoever asks reading the
    product again; None says that they are not known here.
    """

    key: str
    product_id: int
    product_type_id: int
    managed_by: str
    sku: str
    unit: str
    quantity: int
    kind: str = "new"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    open_specs: Sequence[FieldSpec] | None = None
    # Of an action: what the subscription holds before it.
    previous_quantity: int | None = None
    # What the vendor calls the price that the line has now; "" at its list price.
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """An end customer that does not exist yet, as its reseller described it. `reference` stays until it exists."""

    reference: str
    name: str
    country: str
    corporate_email: str = ""
    phone: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    vat_id: str = ""
    contact_first_name: str = ""
    contact_last_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSubject:
    """The basket or order under review. `account_id` pays, `customer_id` uses (the same for own use).

    For a customer that is only drafted yet, `customer_id` is 0 and `customer_draft` says what is known of it.
    """

    reference: str
    organization_id: int
    account_id: int
    customer_id: int
    lines: Sequence[ReviewLine]
    customer_draft: CustomerDetails | None = None


@dataclass(frozen=True, slots=True)
class LineFields:
    """What must be asked for one line in Service Details.

    `problem` says, to people, why that is not known whole: then the line can be shown, and not be ordered.
    """

    key: str
    title: str
    specs: Sequence[FieldSpec]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Prices that could be had if what Service Details asks were answered so, told before anybody asks for them.

    `line` is the key of the line that asks; a line that no quote names keeps its price. Nothing of it is stored.
    """

    line: str
    title: str
    message: str
    quotes: Sequence[QuotedPrice]


@dataclass(frozen=True, slots=True)
class Proceed:
    """Nothing stands in the way. `message` is worth telling on the way."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Reprice:
    """The prices change: back to Basket Items with this message and these quotes, each naming its line.

    The quotes are all that hold: a line that none of them names has its list price. `notes` are worth telling on the
    way, also when the prices are news no more.
    """

    message: str
    cause: str
    quotes: Sequence[QuotedPrice]
    notes: str = ""

    @property
    def told(self) -> str:
        """Everything there is to tell of prices that are news."""
        return "\n".join(text for text in (self.message, self.notes) if text)


@dataclass(frozen=True, slots=True)
class CardHold:
    """What is held on a payer's card for one basket or order; nothing for who pays otherwise."""

    authorisation: str = ""
    amount: Decimal = Decimal(0)

    def __bool__(self) -> bool:
        return bool(self.authorisation)


NO_HOLD = CardHold()


@dataclass(frozen=True, slots=True)
class Wait:
    """An answer is needed first; `requests` are written down and handed to the service manager as jobs."""

    message: str
    requests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not like this. `errors` maps (line key, field code) to messages; "" for the whole line or basket."""

    errors: Mapping[tuple[str, str], Sequence[str]]


Verdict = Proceed | Reprice | Wait | Refuse
STRENGTH: tuple[type, ...] = (Refuse, Wait, Reprice, Proceed)


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """A line whose price is no longer the one that was seen: unit prices in the buyer's track."""

    line: str
    product: str
    currency: str
    old: str
    new: str


Track = Literal["price", "resale"]


def seen_by(track: Track, price: UnitPrice) -> Decimal:
    """The unit price a buyer looks at: what it pays, or what its reseller charges it."""
    return price.price if track == "price" or price.resale is None else price.resale


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing somebody asks for; `key` names it in errors (a line's public id), `plan_id` how it is to be paid."""

    key: str
    product: Product
    unit: str
    quantity: int
    plan_id: int | None = None
    # The plan by its code instead ("monthly-12"), as a form says it; "" for none.
    plan_code: str = ""
    # What a service manager quoted for it; None at its list price.
    quote: QuotedPrice | None = None
    # Its first term, where that ends with everything else of its customer; an add-on's is its product's.
    coterm: CoTerm | None = None
    # Whether its buyer's reseller took it out of its shop: then it is not on sale to it.
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What a buyer says about one line of its basket; None stays as it is. `key` is the line's public id, `plan` the
    code of a payment plan ("" at once).
    """

    key: str
    quantity: int | None = None
    unit: str | None = None
    friendly_name: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """A unit price something is bought at, the terms of its payment plan (None: paid at once), and its first term where
    that is co-termed (None: a whole unit from its delivery).
    """

    price: UnitPrice
    plan: PlanTerms | None = None
    coterm: CoTerm | None = None

    def line(self, quantity: int) -> LineAmounts:
        """What `quantity` of it cost in the first term, all installments of it."""
        return self.price.line(quantity, self.coterm.share if self.coterm else WHOLE)

    @property
    def installments(self) -> int:
        """In how many parts its first term is paid."""
        return installments_of(self.plan, self.coterm)

    @property
    def payment(self) -> str:
        """How its first term is paid, in words; "" at once."""
        return payment_words(self.plan, self.coterm)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a wanted thing costs its buyer now; `price` is None when it is not on sale to it.

    `price` is that of `plan`, extra charge included. `plans` are all it may be paid by at this quantity, each with its
    price. When the plan that was chosen is none of them, `is_plan_lost`, and `price` is the one for paying at once.
    """

    price: UnitPrice | None
    plan: PlanTerms | None = None
    plans: tuple[Bought, ...] = ()
    is_plan_lost: bool = False
    # The price without any plan.
    at_once: UnitPrice | None = None
    coterm: CoTerm | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done to a subscription: its order line's columns. `due_at` in the future waits for its time.

    `price` is per unit and whole term with the plan's extra charge in it, `amounts` what the action adds to what is
    paid, prorated. `at` is the moment somebody confirmed: everything counts from it, however late it is carried out.
    """

    kind: str
    name: str
    product: Product
    unit: str
    quantity: int
    previous_quantity: int | None
    price: UnitPrice
    amounts: Amounts
    at: datetime
    # Whether `amounts` are those of the next term, and nothing is paid for it before.
    is_next_term: bool = False
    plan: PlanTerms | None = None
    due_at: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    # What it will put on which invoice, in each track: see pricing.previews.to_stored.
    preview: Mapping[str, Any] = field(default_factory=dict)
