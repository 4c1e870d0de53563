"""Look and texts of a reseller's own storefront: what was chosen is not lost before it is saved."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bss.accounts.models import Storefront
from bss.portal.walk import Page
from tests.conftest import Person

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
