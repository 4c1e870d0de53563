"""Echo's bad days: how it behaves, for how many requests, and for which."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sandbox.serving import Problem

MODES: Final = {
    "ok": "Work as it should",
    "slow": "Slow: wait, then work",
    "async": "Answer 202, finish after the wait",
    "async_fail": "Answer 202, fail after the wait",
    "fail": "Answer 500, change nothing",
    "refuse": "Answer 422, change nothing",
    "timeout_after_accept": "Make the change, answer after the wait",
    "unavailable": "Answer 503 with Retry-After",
    "throttle": "Answer 429 with Retry-After",
    "garbage": "Answer 200 with HTML, change nothing",
}
# These are about a change; the others befall every request under /v1/.
CHANGES_ONLY: Final = frozenset({"async", "async_fail", "refuse", "timeout_after_accept"})
MAX_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Behaviour:
    """One mode; `times` counts the requests still to meet it (None: all), `match` picks them."""

    mode: str = "ok"
    seconds: float = 3.0
    times: int | None = None
    match: str = ""

    def befalls(self, method: str, subject: str) -> bool:
        """Return whether a request meets it; `subject` is "METHOD path sku"."""
        if self.mode == "ok" or (self.mode in CHANGES_ONLY and method != "PUT"):
            return False
        return self.match in subject

    def after_one_more(self) -> "Behaviour":
        """Return what is left when one more request has met it."""
        if self.times is None:
            return self
        return replace(self, times=self.times - 1) if self.times > 1 else Behaviour()

    def body(self) -> dict[str, Any]:
        """Return the behaviour as JSON has it."""
        return asdict(self)


def parse_behaviour(body: Mapping[str, Any]) -> Behaviour:
    """Read a behaviour from JSON; raises Problem 400 naming the field that is wrong."""
    for name in sorted(set(body) - {"mode", "seconds", "times", "match"}):
        raise Problem(400, "unknown_field", f"There is no field {name}.", field=name)
    mode, seconds = body.get("mode"), body.get("seconds", 3.0)
    times, match = body.get("times"), body.get("match") or ""
    if not isinstance(mode, str) or mode not in MODES:
        raise Problem(400, "invalid", f"mode is one of {', '.join(MODES)}.", field="mode")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        cause = f"seconds is a number from 0 to {MAX_SECONDS}."
        raise Problem(400, "invalid", cause, field="seconds")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise Problem(400, "invalid", "times is a number from 1, or null.", field="times")
    if not isinstance(match, str):
        raise Problem(400, "invalid", "match is text.", field="match")
    return Behaviour(mode, float(seconds), times, match)
