"""How the checks went, in lines: one for each as it ends, a table, and a last line like pytest's."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console import log_tail

WIDTH = 80
# In pytest's order; a check that is not a test and failed counts as an error.
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error")
SUMMARY = re.compile(r"\b(\d+) (failed|passed|skipped|deselected|xfailed|xpassed|error)s?\b")


@dataclass(frozen=True)
class Outcome:
    """How one check ended: `state` is ok, failed or skipped; `counts` is set for test runs."""

    name: str
    state: str
    seconds: float
    text: str = ""
    counts: Counter[str] | None = None

    @classmethod
    def skipped(cls, name: str) -> "Outcome":
        return cls(name, "skipped", 0.0)

    @property
    def failed(self) -> bool:
        return self.state == "failed"


def counts_of(log: Path) -> Counter[str]:
    """The numbers in pytest's last line: passed, failed and so on; empty when it wrote none."""
    for line in reversed(log_tail(log, 40).splitlines()):
        found = SUMMARY.findall(line)
        if found and re.search(r" in [\d.]+s", line):
            return Counter({word: int(number) for number, word in found})
    return Counter()


def progress_line(outcome: Outcome, number: int, total: int) -> str:
    """`[ 3/11] types ... ok 8.1 s`, after what the check said when it failed."""
    line = f"[{number}/{total}] {outcome.name} ... {outcome.state} {outcome.seconds:.1f} s"
    if not outcome.text:
        return line
    return f"{f' {outcome.name} ':-^{WIDTH}}\n{outcome.text.rstrip()}\n{'-' * WIDTH}\n{line}"


def closing_lines(outcomes: Sequence[Outcome], seconds: float) -> list[str]:
    """The table of all checks and one last line that sums the tests up."""
    width = max(len(outcome.name) for outcome in outcomes)
    table = [
        f"  {outcome.name:<{width}}  {outcome.state:<7}  {outcome.seconds:7.1f} s{_counted(outcome)}"
        for outcome in outcomes
    ]
    skipped = [
        f"NOT RUN: {outcome.name}. This is not a full test."
        for outcome in outcomes
        if outcome.state == "skipped"
    ]
    sums: Counter[str] = Counter()
    for outcome in outcomes:
        sums += _worth(outcome)
    last = _words(sums) or f"{len(outcomes)} checks passed"
    return ["", *table, *skipped, f"{f' {last} in {seconds:.2f}s ':=^{WIDTH}}"]


def _worth(outcome: Outcome) -> Counter[str]:
    if outcome.counts is None:
        return Counter(error=1) if outcome.failed else Counter()
    # A run that failed without a failed test (a crash, nothing collected) must not look green.
    silent = outcome.failed and not outcome.counts["failed"] and not outcome.counts["error"]
    return outcome.counts + Counter(error=int(silent))


def _counted(outcome: Outcome) -> str:
    return f"  {_words(outcome.counts)}" if outcome.counts else ""


def _words(counts: Counter[str]) -> str:
    plural = {"error": "errors"}
    return ", ".join(
        f"{counts[word]} {word if counts[word] == 1 else plural.get(word, word)}"
        for word in WORDS
        if counts[word]
    )
