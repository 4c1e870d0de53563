"""A language without words of ours: it writes numbers and dates its own way, and speaks English all through."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override

from bss.ui import formats
from bss.ui.languages import wordless

OTHERS = ["de", "el", "fr", "hi"]


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_of_djangos_or_a_packages_stands_amid_ours(language):
    with override(language):
        # Django, its admin and allauth know each of these in each of these languages.
        assert [gettext(word) for word in ("Remove", "Order", "Change", "Sign In")] == [
            "Remove", "Order", "Change", "Sign In",
        ]  # fmt: skip
        assert [ngettext("%d day", "%d days", count) for count in (1, 2)] == ["%d day", "%d days"]


def test_numbers_follow_the_language():
    with override("de"):
        assert formats.number(Decimal("1234.5")) == "1.234,5"


def test_a_language_with_a_catalogue_of_ours_speaks_it(tmp_path: Path):
    catalogue = tmp_path / "de" / "LC_MESSAGES"
    catalogue.mkdir(parents=True)
    (catalogue / "django.mo").touch()
    assert list(wordless([])) == OTHERS
    assert list(wordless([tmp_path])) == ["el", "fr", "hi"]


def test_a_page_is_in_one_language(staff):
    page = staff.client.get("/portal/", headers={"accept-language": "de"}).content.decode()
    assert 'lang="de"' in page
    assert "<title>Home" in page
