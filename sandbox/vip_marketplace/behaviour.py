"""Bad days: how the service misbehaves, for how many requests, and for which."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sandbox.serving import Problem

MODES: Final = {
    "ok": "Work as it should",
    "slow": "Slow: wait, then work",
    "timeout_after_accept": "Do it, answer after the wait",
    "unavailable": "Down: 503 from the gateway with Retry-After",
    "gateway": "504 from the gateway",
    "fail": "500 with code 1124, change nothing",
    "throttle": "429 with code 4118 and Retry-After",
    "garbage": "200 with HTML",
    "error": "Refuse with the code given",
}
MAX_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Behaviour:
    """One mode; `times` counts the requests still to meet it (None: all), `match` picks them by "METHOD path"."""

    mode: str = "ok"
    seconds: float = 3.0
    times: int | None = None
    match: str = ""
    code: str = ""

    def befalls(self, subject: str) -> bool:
        """Return whether a request ("POST /v3/customers PREVIEW") meets it."""
        return self.mode != "ok" and self.match in subject

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
    for name in sorted(set(body) - {"mode", "seconds", "times", "match", "code"}):
        raise Problem(400, "unknown_field", f"There is no field {name}.", field=name)
    mode, seconds = body.get("mode"), body.get("seconds", 3.0)
    times, match, code = body.get("times"), body.get("match") or "", body.get("code") or ""
    if not isinstance(mode, str) or mode not in MODES:
        raise Problem(400, "invalid", f"mode is one of {', '.join(MODES)}.", field="mode")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        cause = f"seconds is a number from 0 to {MAX_SECONDS}."
        raise Problem(400, "invalid", cause, field="seconds")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise Problem(400, "invalid", "times is a number from 1, or null.", field="times")
    if not isinstance(match, str) or not isinstance(code, str):
        raise Problem(400, "invalid", "match and code are text.", field="match")
    if (mode == "error") != bool(code):
        raise Problem(400, "invalid", "code goes with the mode error, and it alone.", field="code")
    return Behaviour(mode, float(seconds), times, match, code)
