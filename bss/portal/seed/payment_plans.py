"""In how many parts the story's products can be paid, who may pay so, and for which trades what is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanRow:
    """A payment plan and the terms for which every product that is sold for them is offered it."""

    frequency: str
    count: int
    units: tuple[str, ...]


PLANS = (
    PlanRow("monthly", 12, ("P1Y",)),
    PlanRow("quarterly", 4, ("P1Y",)),
    PlanRow("monthly", 36, ("P3Y",)),
    PlanRow("annual", 3, ("P3Y",)),
)
# Tenants and customers see another choice.
NORDHAVEN_PLANS = (PlanRow("monthly", 12, ("P1Y", "P3Y")), PlanRow("monthly", 36, ("P3Y",)))

# Account to its extra charge in per cent; whoever is not named pays at once.
ACCESS = {
    "techsolutions": "0",
    "northbridge": "2",
    "lumenhaus": "3.5",
    "costaverde": "0",
    "alpenwerk": "1.25",
    "nordhaven": "0",
    "hydria": "4",
    "fjallvind": "0",
}
NORDHAVEN_ACCESS = {"sundskeppet": "0", "vargon": "2.5"}

# Industry to the codes of products made for it.
INDUSTRIES = {
    "Health": ("workplace-frontline", "identity-guard", "cloud-backup-1tb", "mail-gateway-defence"),
    "Hotels and restaurants": ("workplace-frontline", "business-mail-basic", "workstation-backup"),
    "Workshops and trades": ("business-mail-plus", "workstation-backup", "endpoint-shield"),
    "Studios": ("design-suite-pro", "design-suite-single", "cloud-backup-5tb"),
}
PROMOTED = ("awareness-training", "design-suite-single", "cloud-backup-5tb")
