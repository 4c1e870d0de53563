"""The gallery in a browser: nothing refused by the policy, clean for axe, whole on a phone and right to left."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bss.ui import slots
from bss.ui.gallery.views import SCREENS
from tests.ui.walking import violations_of, width_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["", *(f"{name}/" for name in SCREENS)]


@pytest.fixture
def gallery(live_server, settings, monkeypatch):
    """The address of the gallery, without what other apps put into the portal."""
    settings.PORTAL_URLCONF = "tests.bss.ui.urls"
    monkeypatch.setattr(slots, "_registry", defaultdict(list))
    return f"{live_server.url}/portal/design/"


def names(path: str) -> str:
    return f"design-{path.rstrip('/') or 'components'}"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_is_clean_for_axe_and_for_the_policy(
    page, gallery, complaints, screenshot, path, scheme
):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(gallery + path)
    found = violations_of(page)
    screenshot(f"{names(path)}-{scheme}")
    assert found == []
    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["", "?dir=rtl&brand=sun"])
def test_each_page_fits_a_phone(page, gallery, screenshot, path, query):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(gallery + path + query)
    screenshot(f"{names(path)}-phone{'-rtl' if query else ''}")
    assert width_of(page) == 390


def test_what_is_wrong_with_a_page_is_found_where_it_stands(page):
    page.set_content('<html lang="en"><title>Faults</title><main><h1>Faults</h1><img src="#">')
    assert violations_of(page) == [("image-alt", ["img"])]
    assert violations_of(page, ["color-contrast"]) == []


def test_a_menu_and_its_dialog_work_without_javascript(browser, gallery):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{gallery}list/")
        page.locator("[popovertarget='menu-sub-000411']").click()
        page.locator("#menu-sub-000411 .menu-item.danger").click()
        dialog = page.locator("dialog[open]")
        assert "Cancel SUB-000411?" in dialog.inner_text()
        dialog.get_by_role("button", name="Keep as it is").click()
        assert page.locator("dialog[open]").count() == 0


def test_the_navigation_is_a_drawer_on_a_phone(browser, gallery):
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}
    ) as context:
        page = context.new_page()
        page.goto(f"{gallery}list/")
        assert not page.locator("#side").is_visible()
        page.get_by_role("button", name="Open the navigation").click()
        assert page.locator("#side").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#side").is_visible()


def test_the_keyboard_reaches_search_help_rows_and_selection(page, gallery):
    page.goto(f"{gallery}list/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "global-search"
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-bulk-count]").inner_text() == "2 selected"
    page.keyboard.press("?")
    assert page.locator("#keys").evaluate("dialog => dialog.open")


def test_the_appearance_changes_at_once_and_stays(page, gallery):
    page.goto(gallery)
    page.get_by_role("button", name="Dark").first.click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_unsaved_changes_are_not_lost_silently(page, gallery):
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{gallery}form/")
    page.fill("#refused_company", "Another name")
    page.goto(f"{gallery}list/")
    assert asked == ["beforeunload"]


def test_a_toast_is_shown_and_dismissed(page, gallery):
    page.goto(f"{gallery}list/")
    page.evaluate(
        """document.body.dispatchEvent(new CustomEvent("toast",
        {bubbles: true, detail: {kind: "danger", text: "It failed"}}))"""
    )
    toast = page.locator("#toasts .toast")
    assert "It failed" in toast.inner_text()
    toast.get_by_role("button", name="Dismiss").click()
    assert toast.count() == 0
