"""QR codes of tickets."""

import io
import re

from PIL import Image

from fullhouse.printing import qr
from fullhouse.rules.ticket_code import signed_code
from tests.printing.tickets import KEY, ticket

CODE = signed_code(ticket().ticket, KEY)
SIDE = 45
"""Modules of version 7: the largest that 178 characters need with error correction M."""


def test_a_code_fits_version_7_with_its_margin() -> None:
    drawn = qr.svg(CODE).decode()
    assert f'viewBox="0 0 {SIDE + 8} {SIDE + 8}"' in drawn
    assert f'viewBox="0 0 {SIDE} {SIDE}"' in qr.svg(CODE, border=0).decode()


def test_a_picture_is_black_on_white_with_its_margin() -> None:
    with Image.open(io.BytesIO(qr.png(CODE, scale=4))) as opened:
        grey = opened.convert("L")
    assert grey.size == ((SIDE + 8) * 4,) * 2
    assert {grey.getpixel((n, 15)) for n in range(grey.width)} == {255}
    # The finder in the corner: one, one, three, one, one (ISO/IEC 18004, 6.3.3).
    row = "".join("#" if grey.getpixel(((4 + n) * 4, 7 * 4)) == 0 else "." for n in range(7))
    assert row == "#.###.#"


def test_two_codes_have_two_pictures_and_one_code_the_same() -> None:
    other = signed_code(ticket(2).ticket, KEY)
    assert qr.svg(CODE) == qr.svg(CODE) != qr.svg(other)
    assert not re.search(rb"[Ss]cript|href", qr.svg(CODE))
