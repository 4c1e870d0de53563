"""Uploaded logos."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from bss.core import pictures
from bss.core.errors import Invalid

LOGO_SIDE = 600


def clean_logo(upload: Any) -> Any:
    """An upload as a small WebP file to store; None for none and False for "remove" pass as they are.

    Raises ValidationError for what is no picture.
    """
    if not upload:
        return upload
    try:
        content = pictures.normalised(upload, field="logo", longest_side=LOGO_SIDE)
    except Invalid as error:
        raise ValidationError(str(error.message), code=error.code) from error
    return ContentFile(content, name="logo.webp")
