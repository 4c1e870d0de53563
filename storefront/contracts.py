"""What the shop window shows, as values: templates print them and ask nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bss.accounts.models import Account, Organization, Storefront
from bss.catalog.models import Category, Product
from bss.core.money import Money
from bss.installments.contracts import PlanTerms, Split
from bss.pricing.contracts import PlannedLine, UnitPrice
from bss.pricing.selectors import Market
from storefront.choices import Group, Sorting


def vendor_at(storefront: Storefront, name: str) -> str:
    """A vendor's name; "" on a reseller's own storefront for the organization's, which nobody may see there."""
    own = storefront.organization.name.casefold()
    hidden = storefront.owner_id is not None and bool(name)
    return "" if hidden and f" {name.casefold()} " in f" {own} " else name


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at which shop: `payer` is invoiced, `customer` uses; both None for a visitor.

    `market` says which products are seen at which prices (None: no price list counts here), `shows_prices` whether
    prices are shown at all. On a reseller's own storefront, and to an end customer anywhere, prices are resale prices
    and nothing of the organization shows.
    """

    storefront: Storefront
    organization: Organization
    account: Account | None
    payer: Account | None
    customer: Account | None
    market: Market | None
    shows_prices: bool

    @property
    def is_visitor(self) -> bool:
        return self.account is None

    @property
    def is_reseller(self) -> bool:
        """Whether it may also order for customers of its own."""
        return self.account is not None and self.account.is_reseller

    def vendor_of(self, name: str) -> str:
        """A vendor's name as `vendor_at` tells it in this viewer's shop."""
        return vendor_at(self.storefront, name)

    def money_of(self, price: UnitPrice) -> Money:
        """What this viewer pays its seller for one unit; never the level above."""
        return price.customer_money if self._pays_resale else price.money

    def split_of(self, line: PlannedLine) -> Split:
        """The installments this viewer pays its seller; never those of the level above."""
        return line.customer if self._pays_resale else line.price

    @property
    def _pays_resale(self) -> bool:
        return self.market is not None and self.market.resale


@dataclass(frozen=True, slots=True)
class PlanOption:
    """A line paid by a plan: its installments and the price of one unit, with what the plan adds to the whole."""

    plan: PlanTerms
    line: PlannedLine
    split: Split
    unit_price: Money
    extra: Money

    @property
    def adverb(self) -> str:
        """ "monthly"."""
        return self.plan.adverb


@dataclass(frozen=True, slots=True)
class CardPlan:
    """The installments under a card. `term` names it where it is another than that of the card's price."""

    option: PlanOption
    term: Any = ""


@dataclass(frozen=True, slots=True)
class ProductCard:
    """One product in a grid."""

    product: Product
    vendor: str
    price: Money | None
    per: Any
    is_from: bool
    owned: int
    note: Any = ""
    installments: CardPlan | None = None

    @property
    def is_free(self) -> bool:
        return self.price is not None and not self.price


@dataclass(frozen=True, slots=True)
class Facet:
    """One value to narrow or order by, with the address that does; `count` where it is known."""

    label: Any
    url: str
    count: int | None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of the catalogue, and what it can be narrowed by further, with how much is left then.

    `previous` and `next` are cursors, "" where there is no further page.
    """

    cards: Sequence[ProductCard]
    count: int
    vendors: Sequence[tuple[str, int]]
    groups: Sequence[tuple[Group, int]]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Asked:
    """How a catalogue page is narrowed and ordered. `text` is a search; empty values narrow nothing."""

    text: str = ""
    shelf: Category | None = None
    vendor: str = ""
    industry: str = ""
    group: Group | None = None
    sorting: Sorting = Sorting.NAME


@dataclass(frozen=True, slots=True)
class GroupCards:
    """The first products of a group, for the home page."""

    group: Group
    cards: Sequence[ProductCard]


@dataclass(frozen=True, slots=True)
class Way:
    """Something to narrow the catalogue by, as a link: a category or an industry."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The links into the catalogue that every page of a shop may show."""

    shelves: Sequence[Way]
    industries: Sequence[Way]


@dataclass(frozen=True, slots=True)
class ShelfView:
    """A category with how many products it holds, itself and below."""

    category: Category
    count: int


@dataclass(frozen=True, slots=True)
class TermOption:
    """One term of a product: "per year", what a unit costs in it."""

    unit: str
    label: Any
    per: Any
    money: Money
    price: UnitPrice
    plans: Sequence[PlanTerms] = ()


@dataclass(frozen=True, slots=True)
class AddOnOption:
    """An add-on of a product: its price per term, the plans per term, and how many may be had."""

    product: Product
    prices: Mapping[str, UnitPrice]
    max_quantity: int | None
    plans: Mapping[str, Sequence[PlanTerms]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term of the page's form with every way to pay it at the chosen quantity.

    `chosen` is the code of the plan that is ticked, "" for at once.
    """

    term: TermOption
    at_once: Money
    options: Sequence[PlanOption]
    is_chosen: bool
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class ProductView:
    """Everything the product page shows, before anything was chosen."""

    product: Product
    vendor: str
    terms: Sequence[TermOption]
    add_ons: Sequence[AddOnOption]
    owned: int
    note: Any = ""

    @property
    def max_quantity(self) -> int | None:
        """How many may be bought at once; None for as many as wanted."""
        return 1 if self.product.type.one_per_account else self.product.type.max_quantity

    def term(self, unit: str) -> TermOption | None:
        """The chosen term, or the first."""
        chosen = next((term for term in self.terms if term.unit == unit), None)
        return chosen or (self.terms[0] if self.terms else None)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose on a product's page: `add_ons` maps a public id to a quantity above 0.

    `plans` maps a unit to the code of the payment plan ticked for it, "" for paying at once.
    """

    unit: str
    quantity: int = 1
    add_ons: Mapping[str, int] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> str:
        """The chosen term's."""
        return self.plans.get(self.unit, "")


@dataclass(frozen=True, slots=True)
class AddOnRow:
    """One add-on of the page's form: what it costs in the chosen term (None: not sold for it), and its input."""

    product: Product
    money: Money | None
    per: Any
    input: Any


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line of the sum beside a product: "12 x Mailbox" and its rounded amount; `plan` where it is paid by one."""

    label: str
    quantity: int
    unit_price: Money
    total: Money
    plan: PlanOption | None = None

    @property
    def first(self) -> Money:
        """What is paid first of it."""
        return self.plan.split.first_money if self.plan else self.total


@dataclass(frozen=True, slots=True)
class SumView:
    """What a choice of term, quantity, plan and add-ons costs, net, for one term."""

    lines: Sequence[SumLine]
    total: Money
    per: Any

    @property
    def is_planned(self) -> bool:
        """Whether not everything is paid at once."""
        return any(line.plan for line in self.lines)

    @property
    def first(self) -> Money:
        """What is paid first."""
        return Money.total((line.first for line in self.lines), self.total.currency)
