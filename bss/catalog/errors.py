"""Refusals of the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bss.core.errors import Conflict, Invalid


class ProductNotSold(Conflict):
    """The product is off sale, not on the buyer's price list, or not for this audience."""

    code = "PRODUCT_NOT_SOLD"
    message = _("This product cannot be ordered here.")


class CharacteristicsInvalid(Invalid):
    """The definition of a product type's characteristics contradicts itself."""

    code = "CHARACTERISTICS_INVALID"
    message = _("Some characteristics need attention.")


class PictureInvalid(Invalid):
    """The upload is no picture, too large, or of a kind that browsers do not show."""

    code = "PICTURE_INVALID"
    message = _("This file is not a picture the catalogue can show.")
