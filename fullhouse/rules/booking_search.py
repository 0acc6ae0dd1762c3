"""What bookings are searched by: the beginnings of words of names, mail addresses, references, ids."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

WORDS_MAX = 24
"""Words that a booking is found by; a name has a few, a basket of many holders more."""
WORD_LENGTH_MAX = 254
SOUGHT_MAX = 6
"""Words of a question that are looked at; with more of them nobody finds less."""

_BETWEEN = re.compile(r"[\W_]+")
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_LAST = "\U0010ffff"
_SPELT_OUT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart."""


class Position(NamedTuple):
    """A place in the list of bookings, the newest first: a booking behind it was made before, or has a lower key."""

    made_at: datetime
    event_id: str
    number: int


class Sought(NamedTuple):
    """What a question is about. A booking has all the words, each as the beginning of one of its own."""

    words: tuple[str, ...]
    booking_id: str | None = None

    @property
    def bounds(self) -> tuple[list[str], list[str]]:
        """For each word, from where on and below which its continuations stand, in the order of code points."""
        return list(self.words), [word + _LAST for word in self.words]

    def is_met_by(self, words: Iterable[str]) -> bool:
        """Tell whether a booking with these words is meant."""
        own = tuple(words)
        return all(any(one.startswith(word) for one in own) for word in self.words)


def folded(text: str) -> str:
    """A text without what people leave out when they search: accents, capitals, width."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", plain).translate(_SPELT_OUT)


def words_of(names: Iterable[str | None], emails: Iterable[str | None] = ()) -> list[str]:
    """The words that a booking is found by; those of a mail address are its parts before the @, and all of it."""
    found: dict[str, None] = {}
    for email in filter(None, emails):
        whole = folded(email.strip())
        found.setdefault(whole)
        found.update(dict.fromkeys(_BETWEEN.split(whole.rpartition("@")[0])))
    for name in filter(None, names):
        found.update(dict.fromkeys(_BETWEEN.split(folded(name))))
    return [word[:WORD_LENGTH_MAX] for word in found if word][:WORDS_MAX]


def sought(text: str | None, email: str | None = None) -> Sought:
    """What a question means; `email` is a whole address as buyers are compared by it."""
    words: dict[str, None] = {} if email is None else {folded(email): None}
    asked = folded(text or "").split()
    for part in asked:
        words.update({part: None} if "@" in part.strip("@") else dict.fromkeys(filter(None, _BETWEEN.split(part))))
    is_id = len(asked) == 1 and _ID.fullmatch(asked[0]) is not None
    return Sought(tuple(word[:WORD_LENGTH_MAX] for word in words)[:SOUGHT_MAX], asked[0] if is_id else None)
