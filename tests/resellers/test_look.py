"""Look and texts of a reseller's own storefront: what was chosen is not lost before it is saved."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bss.accounts.models import Storefront
from bss.catalog.models import PriceList
from bss.portal.walk import Page
from tests.conftest import Person
from tests.factories.catalog import make_product

OWN = "/my-storefront/"


@pytest.fixture
def own(reseller, put_on) -> Storefront:
    """The reseller sells under its own alias, on Standard."""
    put_on(reseller.account, "standard", "techsolutions")
    return Storefront.everywhere.get(owner=reseller.account)


@pytest.fixture(autouse=True)
def _kept_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def png() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (40, 20), "#0a5").save(drawn, "PNG")
    return SimpleUploadedFile("logo.png", drawn.getvalue(), "image/png")


def form_in(answer: Any) -> dict[str, str]:
    page = Page(OWN, answer.status_code, answer.content.decode())
    values = page.form("contact_email").values
    return {name: value for name, value in values.items() if name not in {"logo", "action"}}


def sent(reseller: Person, action: str, **changes: Any) -> Any:
    form = form_in(reseller.client.get(OWN))
    return reseller.client.post(OWN, {**form, "home_sections": [], **changes, "action": action})


def test_a_logo_is_previewed_and_saved_without_being_chosen_again(reseller, own):
    previewed = sent(reseller, "preview", logo=png())

    assert '<img src="data:image/webp;base64,' in previewed.content.decode()
    own.refresh_from_db()
    assert not own.logo

    saved = reseller.client.post(OWN, {**form_in(previewed), "action": "save"})
    assert saved.status_code == 302
    own.refresh_from_db()
    with Image.open(own.logo) as logo:
        assert logo.size == (40, 20)


def test_a_logo_outlives_a_fault_in_another_field(reseller, own):
    refused = sent(reseller, "save", logo=png(), contact_email="nobody")
    assert refused.status_code == 400

    saved = reseller.client.post(OWN, {**form_in(refused), "contact_email": "", "action": "save"})
    assert saved.status_code == 302
    own.refresh_from_db()
    assert own.logo


@pytest.mark.parametrize("carried", ["no base64", "", "bm8gcGljdHVyZQ=="])
def test_what_is_carried_along_is_trusted_no_more_than_an_upload(reseller, own, carried):
    answer = sent(reseller, "save", logo_chosen=carried)

    assert answer.status_code == (400 if carried.endswith("==") else 302)
    own.refresh_from_db()
    assert not own.logo


@pytest.mark.parametrize("where", ["", "products/", "prices/", "terms/"])
def test_who_has_no_storefront_is_told_so_and_led_to_the_plans(reseller, plans, where):
    answer = reseller.client.get(f"{OWN}{where}")

    html = answer.content.decode()
    assert answer.status_code == 404
    assert "You have no storefront of your own at present" in html
    assert "Compare the plans" in html


def test_a_wrong_mark_up_is_told_over_the_prices_and_on_its_field(reseller, own, distributor):
    everybody = PriceList.everywhere.get(organization=distributor, is_default=True, owner=None)
    mail = make_product(distributor, price_list=everybody, name="Mailbox")
    field = f"markup-{mail.pk}"

    refused = reseller.client.post(f"{OWN}prices/", {field: "much"})

    html = refused.content.decode()
    assert refused.status_code == 400
    summary = html.split('id="problems"')[1].split("</ul>")[0]
    assert f'<a href="#{field}">Mailbox</a>: Enter a number' in summary
    assert (
        f'id="{field}" name="{field}" inputmode="decimal" value="much" aria-invalid="true"' in html
    )
    assert not PriceList.everywhere.filter(owner=reseller.account).exists()


def test_the_preview_shows_about_us_as_plain_text(reseller, own):
    shown = sent(reseller, "preview", about="<h2>Hello</h2> there").content.decode()

    preview = shown.split("storefront-preview")[1].split("<form")[0]
    assert "Hello there" in preview
    assert "&lt;h2&gt;" not in preview


@pytest.mark.parametrize("title", ["", "Cloud for Athens"])
def test_the_home_page_says_its_title_once(client, own, title):
    Storefront.everywhere.filter(pk=own.pk).update(title=title, tagline=own.name)

    html = client.get("/techsolutions/").content.decode()

    assert f"<title>{title or own.name}</title>" in html
    assert f"<h1>{own.name}</h1>" not in html
