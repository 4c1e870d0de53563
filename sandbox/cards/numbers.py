"""The test cards: what each number does, on whichever day."""

from dataclasses import dataclass
from typing import Final

from sandbox.serving import Problem


@dataclass(frozen=True)
class TestCard:
    """What a number does: how it answers when money is asked for, and when it is captured."""

    number: str
    text: str
    declines: str = ""
    asks_owner: bool = False
    is_slow: bool = False
    capture_declines: str = ""
    declines_alone: str = ""


CARDS: Final = (
    TestCard("4242000000001008", "Pays"),
    TestCard("4242000000002006", "Is declined", declines="card_declined"),
    TestCard("4242000000003004", "Asks its owner first (3-D Secure)", asks_owner=True),
    TestCard("4242000000004002", "Accepts, and answers long after", is_slow=True),
    TestCard("4242000000005009", "Lets money be held, and has too little when it is taken",
             capture_declines="insufficient_funds"),
    TestCard("4242000000006007", "Pays while its owner is there, and is declined when it is charged alone",
             declines_alone="authentication_required"),
)  # fmt: skip
BY_NUMBER: Final = {card.number: card for card in CARDS}


def read_number(text: str) -> TestCard:
    """Find a test card by the number somebody typed; raises Problem 422 for any other."""
    number = "".join(text.split()).replace("-", "")
    if not number.isdigit() or not passes_check(number):
        raise Problem(422, "number_invalid", "This is no card number.", field="number")
    if number not in BY_NUMBER:
        cause = "Only test cards work here. Never type the number of a real card."
        raise Problem(422, "number_unknown", cause, field="number")
    return BY_NUMBER[number]


def passes_check(number: str) -> bool:
    """Return whether the last digit fits the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(map(int, reversed(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
