"""Passwords: which ones are allowed. Long ones that nobody would guess; no rules on which signs are in them.

After NIST SP 800-63B (section 5.1.1.2; in revision 4, section 3.1.1.2): a length, a list of what is guessed first, and
neither composition rules nor changes by the calendar.
"""

import string
import unicodedata
from collections.abc import Container, Iterable

from fullhouse.rules.people_refusals import PasswordNotAllowed

LENGTH_MIN = 12
LENGTH_MAX = 128
"""A limit against those who send megabytes to be hashed; long enough for any phrase."""

OWN_WORD_LENGTH_MIN = 4
"""A shorter word, a name like Ann, is in many good passwords."""

_EDGES = string.digits + string.punctuation + string.whitespace
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)


def prepared(password: str) -> str:
    """A password as it is hashed and compared: the same letters from another keyboard are the same (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", "".join(" " if _is_space(sign) else sign for sign in password))


def _is_space(sign: str) -> bool:
    return unicodedata.category(sign) == "Zs"


def require_allowed(password: str, common: Container[str], own: Iterable[str]) -> None:
    """Raises PasswordNotAllowed for what is guessed first: common ones, their like, and what belongs to the person.

    `common` has the most used passwords in lower case; `own` are words such as the person's name and mail address.
    """
    folded = prepared(password).casefold()
    if len(folded) < LENGTH_MIN:
        raise PasswordNotAllowed(f"Choose a password of at least {LENGTH_MIN} characters.")
    unit = _unit(folded)
    core = unit.strip(_EDGES)
    if folded in common or unit in common or core in common or any(unit in row or unit in row[::-1] for row in _ROWS):
        raise PasswordNotAllowed("This password is among the first that are tried, or close to one. Choose another.")
    words = {part for word in own for part in (word.casefold(), word.casefold().partition("@")[0])}
    if any(len(word) >= OWN_WORD_LENGTH_MIN and (core or unit) == word.strip(_EDGES) for word in words):
        raise PasswordNotAllowed("This password is your own name or address, or close to it. Choose another.")


def _unit(text: str) -> str:
    """What a text repeats all along; the text itself when it repeats nothing."""
    # A text that is shifted by its period meets itself in its double (found first at the shortest period).
    return text[: (text + text).index(text, 1)]
