"""QR codes of signed ticket codes: as a picture to be shown, printed, or put into a document."""

import io

import segno

QUIET_MODULES = 4
"""The margin that scanners need (ISO/IEC 18004, 6.3.8)."""

_MASK = 3
"""What is signed is as good as random, so no mask is worse than another; trying all eight takes five times as long."""


def svg(code: str, border: int = QUIET_MODULES) -> bytes:
    """A code as SVG that takes the size it is given."""
    written = io.BytesIO()
    _made(code).save(written, kind="svg", border=border, xmldecl=False, omitsize=True, title=None)
    return written.getvalue()


def png(code: str, scale: int = 10) -> bytes:
    """A code as PNG, black on white, with so many pixels a module."""
    written = io.BytesIO()
    _made(code).save(written, kind="png", border=QUIET_MODULES, scale=scale)
    return written.getvalue()


def _made(code: str) -> segno.QRCode:
    """With error correction M, which bears creases and scratches (15 % of the code)."""
    return segno.make_qr(code, error="m", boost_error=False, mode="alphanumeric", mask=_MASK)
