"""Every kind of e-mail is a triplet of templates that renders with its sample, and nothing else lies beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from notifications import kinds
from notifications.contracts import Brand
from notifications.rendering import masked, plain, render

PARTS = ("subject.txt", "body.txt", "body.html")
FOLDER = Path(settings.BASE_DIR) / "templates" / "notifications"
BRAND = Brand(
    name="Aegean & Sons <Cloud>",
    accent="#0b5d6e",
    on_accent="#ffffff",
    home_url="https://shop.example/aegean/",
    phone="+30 210 1234567",
)
each_kind = pytest.mark.parametrize("kind", kinds.registered(), ids=lambda kind: kind.code)


@each_kind
def test_a_kind_has_three_templates(kind):
    for part in PARTS:
        get_template(kind.template(part))


@each_kind
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_kind_renders_with_its_sample_in_each_language(kind, language):
    mail = render(kind, kind.sample, brand=BRAND, language=language, recipient_name="Eleni Markou")

    assert mail.subject
    assert "\n" not in mail.subject
    assert "Eleni Markou" in mail.text
    assert BRAND.name in mail.text
    assert "Aegean &amp; Sons &lt;Cloud&gt;" in mail.html
    assert BRAND.name not in mail.html
    assert f'<html lang="{language}" dir="ltr">' in mail.html
    assert kind.sample["link"] in mail.text
    assert kind.sample["link"] in mail.html
    for leftover in ("{{", "{%", "None", "None."):
        assert leftover not in mail.text + mail.html


@each_kind
def test_both_bodies_of_a_kind_say_the_same(kind):
    mail = render(kind, kind.sample, brand=BRAND, language="en")

    for name, value in kind.sample.items():
        if isinstance(value, str):
            assert (value in mail.text) == (value in mail.html), name


@each_kind
def test_a_kind_fills_its_heading_and_names_its_link(kind):
    mail = render(kind, kind.sample, brand=BRAND, language="en")

    assert re.search(r"<h1[^>]*>\s*[^<\s]", mail.html)
    assert re.search(rf'<a href="{re.escape(kind.sample["link"])}"[^>]*>\s*[^<\s]', mail.html)
    lines = mail.text.splitlines()
    named = lines[lines.index(kind.sample["link"]) - 1]
    assert re.fullmatch(r"\S.*:", named)


@each_kind
def test_a_sample_is_plain_and_names_what_is_secret(kind):
    assert plain(kind.sample) == kind.sample
    assert kind.secret <= set(kind.sample)
    for name in kind.secret:
        assert kind.sample[name] not in str(masked(kind, kind.sample))


def test_every_folder_of_templates_is_a_kind():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}

    assert folders == {kind.code for kind in kinds.registered() if (FOLDER / kind.code).exists()}
    for folder in folders:
        assert {path.name for path in (FOLDER / folder).iterdir()} == set(PARTS)


def test_two_kinds_cannot_share_a_code():
    with pytest.raises(ValueError, match="order_placed"):
        kinds.register(kinds.Kind("order_placed", "Another", "customer", {}))
