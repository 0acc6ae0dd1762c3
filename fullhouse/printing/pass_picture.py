"""The icon of passes, which Apple Wallet asks for: a ticket in the organizer's colours."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

_FINER = 4
"""Drawn so many times larger and made smaller, its edges are smooth."""


@lru_cache(maxsize=256)
def icon(side: int, colour: str, letters: str) -> bytes:
    """A square PNG with a ticket in it, so many pixels wide."""
    whole = side * _FINER
    drawn = Image.new("RGB", (whole, whole), colour)
    pen = ImageDraw.Draw(drawn)
    left, top, right, bottom = (int(whole * part) for part in (0.16, 0.3, 0.84, 0.7))
    pen.rounded_rectangle((left, top, right, bottom), whole * 0.05, letters)
    notch, middle = whole * 0.07, whole / 2
    for x in (left, right):
        pen.ellipse((x - notch, middle - notch, x + notch, middle + notch), colour)
    pen.line((whole * 0.62, top + whole * 0.06, whole * 0.62, bottom - whole * 0.06), colour, int(whole * 0.03))
    written = io.BytesIO()
    drawn.resize((side, side), Image.Resampling.LANCZOS).save(written, "PNG")
    return written.getvalue()
