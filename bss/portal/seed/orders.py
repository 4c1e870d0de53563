"""Ten weeks of trade: who bought what when, and what became of it.

Days count back from the day of seeding. What Manual fulfilment looks after is delivered by staff, so that each
purchase and each change of it needs a step that says so; what has none still waits for staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "execute", "deliver", "decline", "cancel_order", "retry", "quantity", "product", "suspend", "resume",
    "cancel_now", "cancel_at_end",
]  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A line: `quantity` of a product per `unit`, with add-ons (code, quantity)."""

    product: str
    quantity: int = 1
    unit: str = "P1Y"
    add_ons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Step:
    """What was done to a purchase some days ago. `line` counts from 0; None means all of them."""

    verb: Verb
    days_ago: int
    text: str = ""
    line: int | None = None
    quantity: int | None = None
    product: str = ""


@dataclass(frozen=True)
class Purchase:
    """An order of a customer. `by` names who placed it (an e-mail); it stays a draft when `is_draft`."""

    customer: str
    days_ago: int
    items: tuple[Item, ...]
    by: str
    steps: tuple[Step, ...] = ()
    reference: str = ""
    is_draft: bool = False
    hour: str = "09:30"


SALES = "sales@meridian.example"
ADMIN = "admin@meridian.example"
HELP = "help@meridian.example"


def bought(
    customer: str, days_ago: int, *items: Item, by: str = SALES, then: tuple[Step, ...] = ()
) -> Purchase:
    """Ordered, and delivered by staff the day after."""
    return Purchase(customer, days_ago, items, by, (Step("deliver", days_ago - 1), *then))


def done(verb: Verb, days_ago: int, **details: object) -> tuple[Step, ...]:
    """A change that staff delivered the same day."""
    return (Step(verb, days_ago, **details), Step("deliver", days_ago))  # type: ignore[arg-type]


GIORGOS, MARIA = "giorgos@techsolutions.example", "maria@techsolutions.example"
INES, LUKAS, THERESA = (
    "ines@costaverde.example",
    "lukas@alpenwerk.example",
    "theresa@alpenwerk.example",
)
MAREK, CAMILLE, HELEN = (
    "marek@baltica.example",
    "camille@ateliernord.example",
    "helen@northbridge.example",
)
JONAS, KATERINA = "jonas@lumenhaus.example", "katerina@hydria.example"

# What went as it should.
ROUTINE = (
    bought("hydria", 68, Item("workplace-complete", 85, "P1Y", (("mail-archive-100", 85),)), by=KATERINA,
           then=done("quantity", 33, quantity=96)),
    bought("aegean", 67, Item("business-mail-plus", 14, "P1Y"), by=GIORGOS, then=done("quantity", 20, quantity=18)),
    bought("bergkristall", 66, Item("workplace-essentials", 60, "P1Y"), Item("endpoint-shield", 60, "P1Y"), by=LUKAS,
           then=done("product", 24, product="workplace-complete", line=0)),
    bought("thermaikos", 64, Item("endpoint-shield-pro", 22, "P1Y", (("threat-response", 22),)), by=GIORGOS),
    bought("irwell", 63, Item("design-suite-pro", 6, "P1Y"), by=HELEN),
    bought("quintanova", 62, Item("business-mail-plus", 7, "P1M"), Item("ledger-online", 1, "P1M"), by=INES),
    bought("deule", 60, Item("design-suite-pro", 4, "P1M", (("stock-pictures", 2),)), by=CAMILLE),
    bought("lefkos", 59, Item("workplace-essentials", 35, "P1Y"), by=MARIA),
    bought("innufer", 58, Item("cloud-backup-1tb", 1, "P1M"), Item("identity-guard", 11, "P1M"), by=LUKAS),
    bought("olympus", 57, Item("cloud-backup-1tb", 2, "P1Y", (("second-region-copy", 2),))),
    bought("pennine", 53, Item("workplace-complete", 26, "P1Y"), by=HELEN),
    bought("karwendel", 51, Item("workplace-frontline", 30, "P1M"), Item("cloud-phone", 8, "P1M"), by=THERESA),
    bought("fjallvind", 44, Item("cloud-phone", 24, "P1M", (("international-minutes", 4),))),
    bought("techsolutions", 36, Item("workplace-complete", 12, "P1Y"), by=GIORGOS),
    bought("elsterwerk", 11, Item("endpoint-shield-pro", 18, "P1Y"), by=JONAS),
    bought("alpenwerk", 9, Item("workplace-complete", 38, "P1Y"), by=LUKAS),
    bought("sillspedition", 7, Item("business-mail-plus", 19, "P1Y"), by=THERESA),
    bought("kerkini", 4, Item("business-mail-basic", 4, "P1M"), by=MARIA),
)  # fmt: skip

# What ended, paused, or is about to.
ENDINGS = (
    bought("hel", 52, Item("business-mail-basic", 2, "P1M"), by=MAREK, then=done("cancel_now", 23)),
    bought("peak", 47, Item("awareness-training", 40, "P1Y"), by=HELEN,
           then=(Step("cancel_at_end", 12, "The school changes to another provider."),)),
    bought("achensee", 43, Item("cloud-phone", 3, "P1M"), by=LUKAS,
           then=(Step("cancel_at_end", 6, "The season ends."),)),
    bought("briques", 40, Item("business-mail-basic", 4, "P1M"), by=CAMILLE,
           then=done("suspend", 10, text="Two invoices are late.")),
    bought("olympus", 37, Item("endpoint-shield", 28, "P1Y"),
           then=(*done("suspend", 21, text="Moving to another clinic."), *done("resume", 14))),
    bought("marmara", 35, Item("virtual-server-s", 1, "P1M"), then=done("cancel_now", 8)),
    bought("thermaikos", 30, Item("workstation-backup", 15, "P1M"), by=MARIA,
           then=done("suspend", 5, text="The customer asked for a pause.")),
)  # fmt: skip

# What went wrong, and what became of it.
TROUBLE = (
    Purchase(
        "lefkos", 32, (Item("cloud-phone", 20, "P1M"), Item("meeting-room", 3, "P1M")), GIORGOS,
        (Step("deliver", 31, line=0), Step("decline", 30, "The meeting rooms have no network yet.", line=1)),
    ),
    Purchase(
        "mersey", 28, (Item("contact-centre", 10, "P1M"),), HELEN,
        (Step("decline", 27, "The numbers cannot be moved before the old contract ends."),),
    ),
    Purchase(
        "minhotex", 25, (Item("cloud-backup-5tb", 1, "P1Y"),), INES,
        (
            Step("decline", 24, "The file server does not answer."),
            Step("retry", 22, "The customer opened the firewall."),
            Step("deliver", 21),
        ),
    ),
    Purchase(
        "auwald", 18, (Item("identity-guard", 48, "P1M"),), JONAS,
        (Step("decline", 17, "The customer's directory has duplicate addresses."),),
    ),
    Purchase(
        "hydria", 15, (Item("onboarding-workshop", 1, "P1Y"),), KATERINA,
        (Step("cancel_order", 13, "Moved to next year."),),
    ),
    bought("pennine", 14, Item("cloud-backup-1tb", 2, "P1M"), by=HELEN,
           then=(Step("quantity", 6, quantity=4), Step("decline", 5, "The line is too slow for more."))),
)  # fmt: skip

# What is under way now.
UNDER_WAY = (
    Purchase(
        "bergkristall", 8, (Item("onboarding-workshop", 2, "P1Y"),), LUKAS,
        (Step("execute", 7), Step("deliver", 3)),
    ),
    Purchase("aegean", 2, (Item("onboarding-workshop", 1, "P1Y"),), GIORGOS, reference="AF-2291"),
    Purchase(
        "hydria", 1, (Item("managed-helpdesk", 96, "P1M"), Item("onboarding-workshop", 1, "P1Y")), KATERINA,
        reference="4500017733",
    ),
    Purchase("leixoes", 2, (Item("endpoint-shield-pro", 34, "P1Y"),), INES, reference="LC-118"),
    Purchase("axios", 1, (Item("document-studio", 5, "P1M"),), MARIA, hour="14:10"),
    Purchase("karwendel", 0, (Item("cloud-backup-250", 1, "P1M"),), THERESA, hour="07:40"),
    bought("vardar", 17, Item("endpoint-shield", 8, "P1M"), by=GIORGOS, then=(Step("quantity", 1, quantity=12),)),
    Purchase(
        "olympus", 1, (Item("container-platform", 1, "P1Y"), Item("edge-delivery", 2, "P1Y")), SALES, is_draft=True,
        hour="15:20",
    ),
    Purchase("saalebogen", 3, (Item("workplace-essentials", 4, "P1M"),), SALES, is_draft=True, hour="11:05"),
)  # fmt: skip

PURCHASES = (*ROUTINE, *ENDINGS, *TROUBLE, *UNDER_WAY)

KARIN, OSKAR, ELSA = (
    "admin@nordhaven.example",
    "sales@nordhaven.example",
    "elsa@sundskeppet.example",
)
NORDHAVEN_PURCHASES = (
    bought("sundskeppet", 40, Item("workplace-complete", 45, "P1Y"), by=ELSA),
    bought("vargon", 33, Item("cloud-backup-1tb", 2, "P1M"), by=OSKAR),
    bought("bohus", 26, Item("business-mail-plus", 12, "P1M"), by=OSKAR,
           then=done("suspend", 9, text="Two invoices are late.")),
    bought("sundskeppet", 12, Item("cloud-phone", 18, "P1M"), by=ELSA),
    Purchase("vargon", 1, (Item("virtual-server-s", 2, "P1M"),), OSKAR),
)  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A subscription at Echo, the vendor with an API. `misbehaviour` is what Echo does meanwhile."""

    customer: str
    days_ago: int
    product: str
    quantity: int
    unit: str
    by: str
    misbehaviour: str = ""
    add_ons: tuple[tuple[str, int], ...] = ()

    @property
    def purchase(self) -> Purchase:
        item = Item(self.product, self.quantity, self.unit, self.add_ons)
        return Purchase(self.customer, self.days_ago, (item,), self.by)


DESKS = (
    Desk(
        "hydria",
        38,
        "echo-desk-business",
        25,
        "P1Y",
        KATERINA,
        add_ons=(("echo-desk-archive", 25),),
    ),
    Desk("lefkos", 21, "echo-desk-team", 12, "P1M", GIORGOS),
    Desk("mersey", 10, "echo-desk-team", 8, "P1M", HELEN),
    Desk("quintanova", 5, "echo-desk-team", 4, "P1M", INES, misbehaviour="refuse"),
)


@dataclass(frozen=True)
class PlanMove:
    """What a reseller did with its plan: "choose" (a plan and an alias), "switch", "suspend" or "cancel"."""

    account: str
    days_ago: int
    verb: Literal["choose", "switch", "suspend", "cancel"]
    by: str
    plan: str = ""
    alias: str = ""
    unit: str = "P1M"
    hour: str = "08:15"


PLAN_MOVES = (
    PlanMove("costaverde", 63, "choose", INES, "free", "costaverde"),
    PlanMove("alpenwerk", 62, "choose", LUKAS, "free", "alpenwerk"),
    PlanMove("ateliernord", 56, "choose", CAMILLE, "standard", "ateliernord"),
    PlanMove("baltica", 49, "choose", MAREK, "standard", "baltica"),
    PlanMove("alpenwerk", 35, "switch", LUKAS, "standard"),
    PlanMove("ateliernord", 6, "suspend", ADMIN),
    PlanMove("baltica", 2, "cancel", MAREK, hour="16:40"),
)
# Two resellers who wanted the same alias in the same minute: the first has it, the second is asked for another.
ALIAS_CONTEST = (
    PlanMove("lumenhaus", 1, "choose", JONAS, "free", "cloudshop", hour="10:20"),
    PlanMove("northbridge", 1, "choose", HELEN, "free", "cloudshop", hour="10:20"),
)
