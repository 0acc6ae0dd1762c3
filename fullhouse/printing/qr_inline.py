"""A QR code as a drawing that stands within a page (ISO/IEC 18004), in nothing but squares: no styles, no scripts."""

import segno

QUIET_ZONE = 4
"""Modules of white around it, as the standard asks for."""


def qr_inline(text: str) -> str:
    """The code of a text as SVG, dark on light whatever the page's colours are; it grows with its place."""
    code = segno.make(text, error="m", micro=False)
    return str(
        code.svg_inline(border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    )
