"""Take the pictures of README and docs from a running demo, freshly seeded: .venv/bin/python bin/pictures.py

    bin/demo --data /tmp/pictures --port 8100 &
    .venv/bin/python bin/pictures.py --port 8100

Those of docs/shopping.md come from the walk of the browser tests, which `--shopping DIR` takes over:

    bin/test -- tests/ui/test_shopping_walk.py --screenshot on
    .venv/bin/python bin/pictures.py --shopping artefacts
"""

import argparse
import io
import re
from pathlib import Path

from browser import browser_find
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from product import ROOT, Ports, ports_from

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 1000}
# As bss/portal/seed/people.py has it: printed by the demo, protects nothing.
PASSWORD = "fair-winds-ahead"  # noqa: S105
RESELLER, STAFF = "giorgos@techsolutions.example", "admin@meridian.example"
# Pages that are looked at as they are: who looks, and where.
LOOKED_AT = {
    "storefront-home": (RESELLER, "/"),
    "storefront-catalog": (RESELLER, "/catalog/"),
    "storefront-plans": (RESELLER, "/plans/"),
    "portal-home": (STAFF, "/portal/"),
    "portal-orders": (STAFF, "/portal/orders/"),
}
# docs/shopping.md: the picture, and the walk's name for it.
WALKED = {
    "shopping-basket": "walk-basket-new-customer",
    "shopping-details": "walk-details",
    "shopping-review": "walk-review",
    "shopping-done": "walk-done",
    "shopping-subscription": "walk-subscription",
    "shopping-invoice": "walk-invoice",
    "shopping-customer-product": "walk-customer-product",
    "shopping-customer-waits": "walk-customer-waits",
    "shopping-customer-statement": "walk-customer-statement",
}
COMPANY = {
    "name": "Elbufer Filmstudio",
    "country": "DE",
    "region": "SN",
    "city": "Dresden",
    "address_1": "Terrassenufer 12",
    "postcode": "01067",
    "contact_first_name": "Henrike",
    "contact_last_name": "Albrecht",
    "contact_email": "henrike@elbufer.example",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of the docs.")
    parser.add_argument("--port", type=int, default=8000, help="of the running demo")
    parser.add_argument("--shopping", type=Path, metavar="DIR", help="take over the walk's instead")
    options = parser.parse_args()
    if options.shopping:
        for name, walked in WALKED.items():
            kept(name, (options.shopping / f"{walked}.png").read_bytes())
        return
    ports = ports_from(options.port)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_find(), args=["--no-sandbox"])
        for name, (email, path) in LOOKED_AT.items():
            page = signed_in(browser, ports, email)
            page.goto(ports.base_url + path)
            taken(name, page)
            page.context.close()
        adobe_taken(signed_in(browser, ports, RESELLER), ports)
        browser.close()


def signed_in(browser: Browser, ports: Ports, email: str) -> Page:
    """A page of somebody's own browser."""
    page = browser.new_context(viewport=SIZE, locale="en-GB").new_page()  # type: ignore[arg-type]
    surface = "/portal" if email == STAFF else ""
    page.goto(f"{ports.base_url}{surface}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)
    return page


def adobe_taken(page: Page, ports: Ports) -> None:
    """A new customer is asked for the commitment, accepts it, and its reseller is led back to the new prices."""
    adobe_basket_fill(page, ports)
    page.locator("aside").get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("level 02")
    page.locator("aside").get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/checkout/details/"))
    page.get_by_role("combobox", name="Three-year commitment").select_option("ask")
    page.get_by_label("Committed minimum of licences").fill("12")
    expect(page.locator(".prospect")).to_contain_text("Saved in all")
    page.wait_for_timeout(1500)
    taken("adobe-details", page)
    page.get_by_role("button", name="Continue to review").click()
    expect(page.locator("main")).to_contain_text("This basket waits for an answer")
    adobe_accept(page, ports)
    page.goto(f"{ports.base_url}/checkout/details/")
    page.get_by_role("button", name="Look whether it is answered").click()
    expect(page).to_have_url(re.compile("/basket/"))
    taken("adobe-basket", page)


def adobe_basket_fill(page: Page, ports: Ports) -> None:
    page.goto(f"{ports.base_url}/catalog/?q=Creative+Cloud")
    page.get_by_role("link", name="Creative Cloud All Apps for teams", exact=True).click()
    page.get_by_label("Quantity").first.fill("12")
    page.locator("#sum").get_by_role("button", name="Add to basket").click()
    expect(page).to_have_url(re.compile("/basket/"))
    page.get_by_role("button", name="New customer").click()
    for name, value in COMPANY.items():
        field = page.locator(f"[name={name}]")
        if name == "country":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Use this customer").click()
    expect(page).to_have_url(re.compile("/basket/"))


def adobe_accept(page: Page, ports: Ports) -> None:
    """In the customer's Admin Console; the worker makes the customer meanwhile."""
    link = page.get_by_role("link", name=COMPANY["name"])
    for _ in range(30):
        page.goto(ports.vip_marketplace_url)
        if link.count():
            break
        page.wait_for_timeout(500)
    link.first.click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("ACCEPTED")


def taken(name: str, page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    kept(name, page.screenshot())


def kept(name: str, png: bytes) -> None:
    """Write a picture in 256 colours, which shows a page as well as more do, in a third of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    target = IMAGES / f"{name}.png"
    picture.save(target, optimize=True)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
