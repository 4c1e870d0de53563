"""What a person on a slow computer waits for: pages of both surfaces in Chromium, its processor slowed four times.

Each time with an empty cache. LCP: milliseconds until the largest thing is painted. TBT: milliseconds by which single
pieces of work kept the page from answering, from the first paint on. CLS: how far things moved that nobody had touched,
in parts of the window.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from browser import browser_find
from console import Failure

from bench.figures import Figure
from bench.pages import grow
from bench.stack import Bench, bench, note

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SLOWED, RUNS, SCALE = 4, 5, 10
LCP_GOAL_MS, TBT_GOAL_MS, CLS_GOAL = 2500.0, 200.0, 0.1
WINDOW = {"width": 1280, "height": 900}
# Everything up to here is counted; a page that nobody touches is quiet by then.
SETTLED_MS = 1500

_WATCH = """
window.vitals = { lcp: 0, cls: 0, painted: 0, long: [] };
const watch = (type, each) =>
  new PerformanceObserver(list => list.getEntries().forEach(each)).observe({ type, buffered: true });
watch("paint", entry => { if (entry.name === "first-contentful-paint") vitals.painted = entry.startTime; });
watch("largest-contentful-paint", entry => { vitals.lcp = entry.startTime; });
watch("layout-shift", entry => { if (!entry.hadRecentInput) vitals.cls += entry.value; });
watch("longtask", entry => { vitals.long.push([entry.startTime, entry.duration]); });
"""
# A piece of work that takes less lets a page answer at once.
_SHORT_MS = 50.0


def measure(options: argparse.Namespace) -> list[Figure]:
    """LCP of each page, with its CLS and TBT; the goals are those of the shop."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- not among what the demo needs
    except ImportError as error:
        raise Failure(
            "This needs Playwright.", "Run bin/test once: it installs what tests need, in .venv."
        ) from error
    if not (program := browser_find()):
        raise Failure("No Chromium was found.", "Install it, or set CHROMIUM to its path.")
    with bench(options.pg, sandboxes=True) as run, sync_playwright() as playwright:
        run.manage("seed_demo")
        grow(run, {"resellers": 0, "accounts": 0, "subscriptions": 0, "products": 0}, SCALE)
        with run.running(beat=False):
            run.wait_idle()
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            return list(_figures(run, browser, options.runs or RUNS))


def _figures(run: Bench, browser: Browser, runs: int) -> Iterator[Figure]:
    worst = {"cls": 0.0, "tbt": 0.0}
    for target in [*_basket(run), *run.probe("targets")]:
        note(f"look at {target['name']}")
        found = [_vitals(browser, run.base_url, target) for _ in range(runs)]
        is_shop = not target["name"].startswith("portal")
        most = {name: max(each[name] for each in found) for name in worst}
        if is_shop:
            worst = {name: max(value, most[name]) for name, value in worst.items()}
        lcp = [each["lcp"] for each in found]
        notes = {"CLS": f"{most['cls']:.3f}", "TBT": f"{most['tbt']:.0f} ms"}
        goal = LCP_GOAL_MS if is_shop else None
        yield Figure("vitals", f"LCP of {target['name']}", "ms", lcp, goal, notes=notes)
    yield Figure("vitals", "worst CLS in the shop", "", [worst["cls"]], CLS_GOAL)
    yield Figure("vitals", "worst TBT in the shop", "ms", [worst["tbt"]], TBT_GOAL_MS)


def _basket(run: Bench) -> list[dict[str, Any]]:
    """A basket and the steps of its checkout."""
    basket = run.probe("basket")
    return [
        {"name": f"checkout: {step}", "path": path, "cookie": basket["cookie"]}
        for step, path in basket["paths"].items()
    ]


def _vitals(browser: Browser, base_url: str, target: dict[str, Any]) -> dict[str, float]:
    """One look by somebody who was never here."""
    context = browser.new_context(viewport=WINDOW)
    try:
        if target["cookie"]:
            name, _, value = target["cookie"].partition("=")
            context.add_cookies([{"name": name, "value": value, "url": base_url}])
        page = context.new_page()
        page.add_init_script(_WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        return _looked(page, base_url + target["path"])
    finally:
        context.close()


def _looked(page: Page, url: str) -> dict[str, float]:
    answer = page.goto(url, wait_until="load")
    if answer is None or answer.status != 200 or page.url != url:
        raise SystemExit(f"{url} answered {answer and answer.status} at {page.url}")
    page.wait_for_timeout(SETTLED_MS)
    found = page.evaluate("vitals")
    tbt = blocked_ms(found["long"], found["painted"])
    return {"lcp": found["lcp"], "cls": found["cls"], "tbt": tbt}


def blocked_ms(tasks: Iterable[tuple[float, float]], painted: float) -> float:
    """Of (start, milliseconds) of each long piece of work, what is over 50 ms and after something was to be seen."""
    return sum(max(0.0, start + took - max(painted, start + _SHORT_MS)) for start, took in tasks)
