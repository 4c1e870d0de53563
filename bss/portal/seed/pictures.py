"""Pictures of the story: two colours that flow into each other, quiet rings, and a letter."""

from __future__ import annotations

import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

PICTURE = (480, 300)
LOGO = 256
_WHITE = (255, 255, 255)
# One pair of colours per shelf, so that a page of products looks like one shop.
_SHELVES: dict[str, tuple[str, str]] = {
    "productivity": ("#2b4f87", "#6d9fd6"),
    "security": ("#1d4a48", "#55a091"),
    "backup": ("#3a3772", "#8884c8"),
    "design": ("#7d3350", "#d68577"),
    "communication": ("#235a6b", "#74b3b4"),
    "infrastructure": ("#34434c", "#8299a8"),
    "finance": ("#54522c", "#aaa265"),
    "services": ("#6f4420", "#d09c5f"),
    "plans": ("#26344d", "#8d7bb5"),
}


def product_picture(code: str, name: str, shelf: str) -> SimpleUploadedFile:
    """A product's picture in the colours of its category: always the same for the same code."""
    dark, light = (_colour(text) for text in _SHELVES[shelf])
    canvas = _rings(_gradient(PICTURE, dark, light), zlib.crc32(code.encode()))
    _letter(canvas, name[0].upper(), size=PICTURE[1] // 2)
    return _upload(f"{code}.png", canvas)


def logo_picture(code: str, name: str, accent: str) -> SimpleUploadedFile:
    """A storefront's logo: its first letter on its accent colour ("#1f6feb")."""
    red, green, blue = _colour(accent)
    darker = (red * 3 // 4, green * 3 // 4, blue * 3 // 4)
    canvas = _gradient((LOGO, LOGO), (red, green, blue), darker)
    _letter(canvas, name[0].upper(), size=LOGO * 2 // 3)
    return _upload(f"{code}.png", canvas)


def _gradient(size: tuple[int, int], first: Colour, second: Colour) -> Image.Image:
    # A turned ramp, so that the colours flow from one corner to the other.
    ramp = Image.linear_gradient("L").rotate(35, Image.Resampling.BICUBIC, fillcolor=128)
    mask = ramp.crop((40, 40, 216, 216)).resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, second), Image.new("RGB", size, first), mask)


def _rings(canvas: Image.Image, seed: int) -> Image.Image:
    width, height = canvas.size
    layer = Image.new("RGBA", canvas.size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    x, y = width * (60 + seed % 30) // 100, height * (20 + seed % 50) // 100
    for step in range(1, 6):
        radius = step * height // 5
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline=(255, 255, 255, 70 - step * 9), width=3)
    return Image.alpha_composite(canvas.convert("RGBA"), layer).convert("RGB")


def _letter(canvas: Image.Image, letter: str, *, size: int) -> None:
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    draw.text((width // 2, height // 2), letter, _WHITE, ImageFont.load_default(size), anchor="mm")


def _colour(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def _upload(name: str, canvas: Image.Image) -> SimpleUploadedFile:
    out = BytesIO()
    canvas.save(out, "PNG", compress_level=1)
    return SimpleUploadedFile(name, out.getvalue(), "image/png")
