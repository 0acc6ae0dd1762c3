"""How an organizer looks on paper: his colour with letters that can be read on it, and his logo."""

import base64
import io
import re

from PIL import Image

from fullhouse.rules.colour import contrast

COLOUR = "#1d3557"
"""For who has chosen none."""

_HEX = re.compile("#[0-9a-fA-F]{6}")
_LIGHT, _DARK = "#ffffff", "#16181d"


def colours(chosen: str | None) -> tuple[str, str]:
    """The organizer's colour, and that of letters on it: light or dark, whichever can be read better."""
    colour = chosen if chosen is not None and _HEX.fullmatch(chosen) else COLOUR
    return colour, max(_LIGHT, _DARK, key=lambda letters: contrast(colour[1:], letters[1:]))


def logo_svg(picture: bytes | None) -> str | None:
    """A picture within an SVG, since a document takes texts alone."""
    if picture is None:
        return None
    with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as opened:
        (width, height), media_type = opened.size, opened.get_format_mimetype()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" '
        f'href="data:{media_type};base64,{base64.b64encode(picture).decode("ascii")}"/></svg>'
    )
