"""Colours: an organizer's colour made readable, on light and on dark pages, and what can be read on it.

Contrast after the Web Content Accessibility Guidelines 2.2: at least 4.5 : 1 for text (success criterion 1.4.3).
"""

import colorsys
from typing import NamedTuple, TypeAlias

Rgb: TypeAlias = tuple[float, float, float]
"""Red, green and blue, each from 0 to 1."""

CONTRAST_MIN = 4.6
"""A little more than is asked for, because colours are rounded to whole numbers."""
LIGHT_PAPER = "f3f1ed"
DARK_PAPER = "25242b"
"""What is behind text on pages, where the contrast is the least: `--sunk` in the style sheet."""
STEPS = 200
LINEAR_MAX = 0.04045
"""Up to here sRGB is linear; this number and those below are from the definition of relative luminance."""


class Accent(NamedTuple):
    """A colour to write and to fill with, and the one to write upon it, as six hexadecimal digits."""

    colour: str
    on_colour: str


def accents(colour: str) -> tuple[Accent, Accent]:
    """The accent on light pages and on dark ones, as near to the colour as can be read there."""
    return _accent(_nearest(colour, LIGHT_PAPER, -1)), _accent(_nearest(colour, DARK_PAPER, 1))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def _accent(colour: str) -> Accent:
    return Accent(colour, max("ffffff", "000000", key=lambda on: contrast(colour, on)))


def _nearest(colour: str, paper: str, direction: int) -> str:
    """The same hue, darker or lighter step by step until it can be read on the paper."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    found = colour
    for step in range(STEPS + 1):
        if contrast(found, paper) >= CONTRAST_MIN:
            break
        end = lightness if direction < 0 else 1 - lightness
        found = _hex(colorsys.hls_to_rgb(hue, lightness + direction * end * step / STEPS, saturation))
    return found


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (part / 12.92 if part <= LINEAR_MAX else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "".join(f"{round(part * 255):02x}" for part in rgb)
