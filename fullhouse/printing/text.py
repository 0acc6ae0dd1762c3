"""Texts of users on paper: in their own direction, breakable, and without what would turn the line around them."""

import re
import unicodedata
from typing import TypedDict

_TURNS = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and among them those of direction (UAX #9): nobody's name may turn what stands beside it."""

_LONG = re.compile(r"[^\W_]{25,}")
_PIECE = re.compile(r"[^\W_]{12}(?=[^\W_])")
_MAY_BREAK = "\u200b"


class UserText(TypedDict):
    """A text for a document, and whether it runs from right to left."""

    text: str
    rtl: bool


def user_text(text: str) -> UserText:
    """A text of a user, as documents take it. What is longer than any word may be broken anywhere."""
    plain = " ".join(_TURNS.sub(" ", text).split())
    broken = _LONG.sub(lambda word: _PIECE.sub(lambda piece: piece[0] + _MAY_BREAK, word[0]), plain)
    return {"text": broken, "rtl": _is_from_right(plain)}


def _is_from_right(text: str) -> bool:
    """The direction of the first letter that has one (UAX #9, rules P2 and P3)."""
    directions = (unicodedata.bidirectional(one) for one in text)
    return next((one in {"R", "AL"} for one in directions if one in {"L", "R", "AL"}), False)
