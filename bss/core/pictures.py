"""Uploaded pictures: never stored as they came, always decoded, made small and written anew."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from bss.core.errors import Invalid

MAX_BYTES = 5 * 1024 * 1024
# A picture of 40 megapixels needs 160 MB while it is decoded; more is an attack or a mistake.
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 1200
ACCEPTED = ("PNG", "JPEG", "WEBP", "GIF")


def normalised(upload: UploadedFile[Any], *, field: str, longest_side: int = LONGEST_SIDE) -> bytes:
    """The upload as a WebP file of at most `longest_side` pixels, without metadata.

    Raises Invalid on `field` when it is too large, no picture, damaged, or of a kind other than PNG, JPEG, WebP
    and GIF (of which the first frame is kept).
    """
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(
            _("A picture may have at most %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024},
            field=field,
            code="PICTURE_TOO_LARGE",
        )
    picture = _opened(upload, field)
    if picture.width * picture.height > MAX_PIXELS:
        raise Invalid(_("This picture has too many pixels."), field=field, code="PICTURE_TOO_LARGE")
    return _written(picture, field, longest_side)


def _opened(upload: UploadedFile[Any], field: str) -> Image.Image:
    try:
        upload.seek(0)
        return Image.open(upload, formats=ACCEPTED)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Invalid(
            _("Choose a PNG, JPEG, WebP or GIF file."), field=field, code="PICTURE_UNKNOWN"
        ) from error


def _written(picture: Image.Image, field: str, longest_side: int) -> bytes:
    try:
        upright = ImageOps.exif_transpose(picture)
        transparent = upright.mode in {"RGBA", "LA", "P", "PA"} or "transparency" in upright.info
        small = upright.convert("RGBA" if transparent else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid(
            _("This file is damaged: it could not be read to its end."),
            field=field,
            code="PICTURE_DAMAGED",
        ) from error
    small.thumbnail((longest_side, longest_side))
    out = BytesIO()
    small.save(out, "WEBP", quality=86, method=4)
    return out.getvalue()
