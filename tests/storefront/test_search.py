"""How words find products: stems, beginnings, codes, accents of languages, and the word that was nearly typed."""

from __future__ import annotations

import pytest

from bss.accounts.models import Organization
from bss.catalog.models import Product
from bss.catalog.searching import nearest, vocabulary_of
from bss.catalog.services import product_edit, search_language_follow
from bss.core import scope
from bss.core.actor import SYSTEM
from tests.factories.catalog import PriceListFactory, make_product


@pytest.fixture
def everybody(distributor):
    return PriceListFactory(organization=distributor)


@pytest.fixture
def sold(distributor, everybody):
    """Make a product that everybody sees, its words stemmed in the organization's language."""

    def make(name: str, language: str = "english", **values: object) -> Product:
        defaults = {"summary": "", "vendor": "Aurelia"}
        return make_product(
            distributor,
            price_list=everybody,
            name=name,
            search_language=language,
            **(defaults | values),
        )

    return make


@pytest.fixture
def search(reseller):
    def names(text: str) -> list[str]:
        found = reseller.client.get("/search/", {"q": text}).context["listing"]
        assert found.count == len(found.cards)
        return [card.product.name for card in found.cards]

    return names


def test_every_word_has_to_be_there_anywhere(sold, search):
    sold("Backup for servers", summary="Encrypted copies", code="BK-77", vendor="Harborvault")
    sold("Backup for laptops", description="Copies whenever it is online")

    assert search("backup servers") == ["Backup for servers"]
    assert search("harborvault copies") == ["Backup for servers"]
    assert search("online backup") == ["Backup for laptops"]
    assert search("backup servers online") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("licences", True), ("licence", True), ("licen", True), ("LICENCES", True), ("mail", True),
        ("box", False), ("encrypting", True), ("bk-77", True), ("BK 77", True), ("77", True),
        ("bk77", False), ("licence for the mailbox", True), ("x" * 300, False), ("!!!", False),
        ("'; drop table catalog_product; --", False), ("mail:* | zebra", False),
        ("licence & mailbox", True), ("(mailbox", True), ("<-> mailbox", True), ("\\", False),
    ],
)  # fmt: skip
def test_stems_beginnings_codes_and_whatever_people_type(sold, search, text, found):
    sold("Mailbox licence", code="BK-77", description="Encrypted at rest")

    assert search(text) == (["Mailbox licence"] if found else [])


def test_a_word_that_says_nothing_counts_where_there_are_no_others(sold, search):
    sold("IT for all", summary="Support")
    sold("Support")

    assert search("for support") == ["Support", "IT for all"]
    assert search("for") == ["IT for all"]


def test_names_go_before_texts_and_then_by_name(sold, search):
    sold("Archive", description="for your mail")
    sold("Mail B")
    sold("Mail A")

    assert search("mail") == ["Mail A", "Mail B", "Archive"]


@pytest.mark.parametrize(
    ("language", "code", "name", "text"),
    [
        ("german", "de", "Sicherungen für Häuser", "sicherung haus"),
        ("greek", "el", "Αντίγραφα ασφαλείας", "ΑΝΤΙΓΡΑΦΟ"),
        ("french", "fr", "Sauvegardes chiffrées", "sauvegarde chiffré"),
        ("simple", "xx", "Mailboxes", "mailbox"),
    ],
)
def test_stems_are_those_of_the_organizations_language(
    distributor, sold, search, language, code, name, text
):
    Organization.objects.filter(pk=distributor.pk).update(language=code)
    sold(name, language=language)

    assert search(text) == [name]


def test_an_edit_is_found_at_once(distributor, sold, search):
    product = sold("Mailbox")

    with scope.activate(distributor.scope):
        product_edit(product=product, version=None, name="Postbox", actor=SYSTEM)

    assert search("mailboxes") == []
    assert search("postboxes") == ["Postbox"]


def test_words_are_stemmed_anew_when_the_organization_speaks_another_language(
    distributor, sold, search
):
    sold("Sicherungen")
    Organization.objects.filter(pk=distributor.pk).update(language="de-AT")
    distributor.refresh_from_db()
    assert search("sicherung") == ["Sicherungen"]
    assert search("sicherungs") == []

    assert search_language_follow(organization=distributor) == 1
    assert search_language_follow(organization=distributor) == 0

    assert search("sicherungs") == ["Sicherungen"]


# The nearest word ----------------------------------------------------------------------------------------


def test_who_finds_nothing_is_offered_the_nearest_words_of_what_it_sees(
    reseller, sold, distributor, everybody
):
    sold("Mailbox archive")
    make_product(distributor, name="Mailbax archive")

    answer = reseller.client.get("/search/", {"q": "Malibox archiv"})
    html = answer.content.decode()

    assert answer.context["listing"].count == 0
    assert "Did you mean" in html
    assert 'href="/search/?q=mailbox%20archiv"' in html
    again = reseller.client.get("/search/?q=mailbox%20archiv")
    assert again.context["listing"].count == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mailbx archiving", "mailbox archiving"),
        ("mailbx bk-77", "mailbox bk 77"),
        ("encryption mialbox", "encryption mailbox"),
        ("mailbx archivong", None),
        ("archives mailbx", "archives mailbox"),
        ("archiving", None),
    ],
)
def test_a_word_out_of_a_code_or_a_description_is_kept_beside_the_one_that_was_mistyped(
    reseller, sold, text, meant
):
    sold("Mailbox", code="BK-77", summary="With encryption", description="Archiving for years")
    sold("Archers")

    found = reseller.client.get("/search/", {"q": text}).context

    assert found["suggestion"] == meant
    if meant is not None:
        assert reseller.client.get("/search/", {"q": meant}).context["listing"].count == 1


@pytest.mark.parametrize("text", ["zeppelin", "mailbox zeppelin", "x", "!!!"])
def test_nothing_is_offered_where_nothing_is_near(reseller, sold, text):
    sold("Mailbox archive")

    answer = reseller.client.get("/search/", {"q": text})

    assert answer.context["suggestion"] is None
    assert "Try fewer or other words" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mailbx", "mailbox"), ("maillbox", "mailbox"), ("mialbox", "mailbox"), ("nailbox", "mailbox"),
        ("backp", "backup"), ("fier", "fire"), ("mailbox", None), ("mail", None), ("qqqqqq", None),
        ("mailbx backp", "mailbox backup"), ("mail backp", "mail backup"),
    ],
)  # fmt: skip
def test_slips_of_the_finger(typed, meant):
    vocabulary = vocabulary_of(["Mailbox", "Backup for mailboxes", "Fire wall"])

    assert nearest(typed, vocabulary) == meant


def test_of_several_the_more_frequent_is_offered():
    assert nearest("mailbex", {"mailbax": 1, "mailbox": 5}) == "mailbox"
