"""What the pricing engine takes and gives: frozen values, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from bss.catalog.choices import HUNDRED, PriceRule
from bss.core.money import Money, round_half_up, round_unit_price
from bss.installments.contracts import PlanTerms, Split
from bss.installments.splitting import split

QuoteMark = Literal["cost", "sell", "list"]
# Intermediate results keep more digits than are stored, so that only the last step rounds.
PRECISION = 50
WHOLE = Fraction(1)
_EXACT = Context(prec=PRECISION)


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """One thing somebody may buy: product and unit, `quantity` whole units."""

    product_id: int
    unit: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Base:
    """What all three tracks begin with: what one unit costs and sells for by list or quote, None where unknown.

    `quoted` is set when a service manager's quote takes the place of the catalogue's list price.
    """

    cost: Decimal
    sell: Decimal | None
    quoted: QuoteMark | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a price list makes a price; `percent` 10 is ten per cent."""

    rule: str = PriceRule.LIST
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks of one unit's price, ten decimals. `resale` is None when the customer is the payer."""

    cost: Decimal
    list_price: Decimal
    price: Decimal
    resale: Decimal | None


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """The three tracks of one unit's price, ten decimals, one currency.

    `cost` vendor to organization, `price` organization to payer, `resale` reseller to customer (None when the
    customer is the payer). `list_price` is the catalogue's or a quoted one; where there is neither, `price`.
    `source` names the price list, for people; `rule`, `percent` and `quoted` say how it was made, for staff alone.
    """

    product_id: int
    unit: str
    currency: str
    list_price: Decimal
    cost: Decimal
    price: Decimal
    resale: Decimal | None
    source: str
    price_list_id: int | None
    rule: str = PriceRule.LIST
    percent: Decimal = Decimal(0)
    quoted: QuoteMark | None = None

    @property
    def customer_price(self) -> Decimal:
        """What whoever uses it pays its own seller: the resale price, or the price of a direct customer."""
        return self.price if self.resale is None else self.resale

    @property
    def money(self) -> Money:
        """`price` as money."""
        return Money(self.price, self.currency)

    @property
    def customer_money(self) -> Money:
        """`customer_price` as money."""
        return Money(self.customer_price, self.currency)

    def paid_by(self, plan: PlanTerms | None) -> UnitPrice:
        """The same price paid by a plan: price and resale price take its extra charge, the cost does not."""
        if plan is None or not plan.extra_charge:
            return self
        resale = None if self.resale is None else with_charge(self.resale, plan.extra_charge)
        return replace(self, price=with_charge(self.price, plan.extra_charge), resale=resale)

    def line(self, quantity: int, share: Fraction = WHOLE) -> LineAmounts:
        """The amounts of a line for a `share` of the unit: rounded half-up once, after multiplying."""
        return LineAmounts(
            currency=self.currency,
            quantity=quantity,
            total=share_of(self.price, quantity, share, self.currency),
            cost=share_of(self.cost, quantity, share, self.currency),
            resale=None
            if self.resale is None
            else share_of(self.resale, quantity, share, self.currency),
        )


def share_of(unit: Decimal, quantity: int, share: Fraction, currency: str) -> Decimal:
    """What units cost for a share of what their price is for, rounded half-up once."""
    exact = _EXACT.multiply(_EXACT.multiply(unit, quantity), share.numerator)
    return round_half_up(_EXACT.divide(exact, share.denominator), currency)


def with_charge(amount: Decimal, percent: Decimal) -> Decimal:
    """A unit price with a plan's extra charge, 5 is five per cent: ten decimals."""
    if not percent:
        return amount
    return round_unit_price(amount * _times(percent))


@lru_cache(maxsize=1024)
def _times(percent: Decimal) -> Decimal:
    """What an extra charge multiplies a price by: 1.05 for five per cent."""
    return (HUNDRED + percent) / HUNDRED


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """Rounded amounts of one line, net of tax."""

    currency: str
    quantity: int
    total: Decimal
    cost: Decimal
    resale: Decimal | None

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def profit(self) -> Decimal:
        return self.total - self.cost


class PlannedLine(NamedTuple):
    """`quantity` units of `base` paid by a plan: each track's rounded total, split when it is asked for.

    `resale_total` is None when the customer is the payer. A tuple, because lists make thousands.
    """

    base: UnitPrice
    plan: PlanTerms
    quantity: int
    total: Decimal
    resale_total: Decimal | None

    @property
    def unit_price(self) -> UnitPrice:
        """What one unit costs by this plan, the extra charge included."""
        return self.base.paid_by(self.plan)

    @property
    def price(self) -> Split:
        """What the payer pays."""
        return split(self.total, self.plan.count, self.base.currency)

    @property
    def customer(self) -> Split:
        """What whoever uses it pays its own seller."""
        total = self.total if self.resale_total is None else self.resale_total
        return split(total, self.plan.count, self.base.currency)


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """A price fetched from a service manager: marked as what it costs us, as what it sells for, or as another list
    price, which price lists treat as any list price and which brings its `cost`. Without an `amount` the price stays
    what it is.

    In a review `line` is the key of the line it holds for, `reference` what the vendor calls the price, and `note`
    says to people what it is ("3YC, level 12"). `ends_at` is when its first term ends, where that is sooner than a
    whole unit (co-terming); unless it `is_prorated`, less time costs no less.
    """

    product_id: int
    unit: str
    currency: str
    amount: Decimal | None
    mark: QuoteMark
    cost: Decimal | None = None
    line: str = ""
    reference: str = ""
    note: str = ""
    ends_at: datetime | None = None
    is_prorated: bool = True


# Tax ---------------------------------------------------------------------------------------------------------

TaxTreatment = Literal["standard", "exempt", "reverse_charge", "outside"]


@dataclass(frozen=True, slots=True)
class TaxRegime:
    """How one payer is taxed by one organization on one day: the rates of the country whose tax applies, by class.

    "standard" takes `rates`; under every other treatment the tax is 0 and `text` says why, as the law asks for it.
    `country` is the one whose tax it is, `registration` the organization's number there.
    """

    treatment: TaxTreatment
    country: str
    registration: str
    rates: Mapping[str, Decimal]
    text: str = ""


@dataclass(frozen=True, slots=True)
class InvoicedTax:
    """How an invoice taxed one of its lines, as it is frozen there: what is given back of that line takes the same.

    `regime` holds the rate of this line's class alone.
    """

    regime: TaxRegime
    tax_class: str
    is_taxable: bool


@dataclass(frozen=True, slots=True)
class TaxableAmount:
    """A net amount and what its tax depends on. Negative for what is given back."""

    net: Decimal
    tax_class: str
    is_taxable: bool = True


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The amounts of one rate of one document, the tax rounded half-up once. `text` where no tax is taken."""

    treatment: TaxTreatment
    tax_class: str
    percent: Decimal
    net: Decimal
    tax: Decimal
    text: str = ""


# Previews -----------------------------------------------------------------------------------------------------


Track = Literal["price", "resale"]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One amount that an action will put on an invoice, or (negative) on a credit note: net, in one track.

    `number` of `count` installments, for the stretch from `due_at` to `ends_at` (excluded). Where seats are charged or
    given back for less than a whole term, `starts_at` (None otherwise) is the first moment of that time.
    """

    text: str
    quantity: int
    net: Money
    due_at: datetime
    ends_at: datetime
    number: int = 1
    count: int = 1
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PreviewDocument:
    """What an action puts on one document: billed on `bills_on` (local), at once with an order or on a billing day.

    `tax` is by how much this document's tax grows, given what is due on it already; None in the resale track, where the
    reseller bills by itself, and while no rate is known. It `is_shared` where something is due on it already, with
    which the tax is rounded. What is given back stands on a credit note, net below zero.
    """

    bills_on: date
    is_at_once: bool
    lines: tuple[PreviewLine, ...]
    net: Money
    tax: Money | None
    total: Money
    is_credit_note: bool = False
    is_shared: bool = False

    @property
    def gives_back(self) -> bool:
        return self.is_credit_note or self.is_less

    @property
    def is_less(self) -> bool:
        """Whether nobody was invoiced yet for what is given back: that document only becomes less."""
        return self.net.amount < 0 and not self.is_credit_note


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything an action will cost or give back, document by document, in order of their days.

    In the resale track the documents are statements: who reads it is invoiced by its reseller, outside of here.
    """

    currency: str
    documents: tuple[PreviewDocument, ...]
    track: Track = "price"

    @property
    def is_statement(self) -> bool:
        return self.track == "resale"

    @property
    def net(self) -> Money:
        return Money.total((each.net for each in self.documents), self.currency)

    @property
    def first(self) -> PreviewDocument | None:
        """The invoice for what is billed at once, where anything is."""
        at_once = (each for each in self.documents if each.is_at_once and not each.gives_back)
        return next(at_once, None)

    @property
    def is_taxed(self) -> bool:
        """Whether any document tells its tax: not where a reseller bills by itself."""
        return any(each.tax is not None for each in self.documents)

    @property
    def credit_note(self) -> PreviewDocument | None:
        """What is given back, where anything is."""
        return next((each for each in self.documents if each.is_credit_note), None)

    @property
    def later(self) -> tuple[PreviewDocument, ...]:
        """What goes on the invoices of later billing days."""
        return tuple(each for each in self.documents if not each.is_at_once)
