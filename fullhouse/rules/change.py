"""Changes: notices as those outside read them, one by one for each booking, and the cursor into their list."""

import re
from datetime import datetime
from typing import Any, NamedTuple, get_args

from fullhouse.rules.notice import NoticeKind
from fullhouse.rules.refusals import CursorTooOld, ValidationFailed

KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
_CURSOR = re.compile("c(0|[1-9][0-9]{0,17})", re.ASCII)


class Change(NamedTuple):
    """Something that happened to an event or to a booking of it. `sequence` is its place among all changes."""

    sequence: int
    kind: NoticeKind
    at: datetime
    event_id: str
    booking_number: int | None
    booking_id: str | None
    details: dict[str, Any] | None


class Changes(NamedTuple):
    """Changes in order, and where the next ones come: behind `looked_to` there may be more."""

    changes: list[Change]
    looked_to: int


class Ends(NamedTuple):
    """The positions between which changes can be read: those up to `forgotten` are deleted."""

    forgotten: int
    numbered: int


def kinds_of(prefixes: str) -> list[NoticeKind]:
    """The kinds that begin with one of several prefixes, which commas separate. Raises ValidationFailed."""
    found: set[NoticeKind] = set()
    for prefix in prefixes.split(","):
        matching = {kind for kind in KINDS if kind.startswith(prefix)}
        if not prefix or not matching:
            raise ValidationFailed("types: no change is of such a type. See the document for all types.", field="types")
        found |= matching
    return [kind for kind in KINDS if kind in found]


def cursor_at(position: int) -> str:
    """The cursor behind a position."""
    return f"c{position}"


def position_at(cursor: str) -> int:
    """The position that a cursor stands behind. Raises ValidationFailed."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise _not_a_cursor()
    return int(found[1])


def require_kept(position: int, ends: Ends) -> None:
    """Raises CursorTooOld when changes behind a position are deleted, ValidationFailed when it was never given."""
    if position < ends.forgotten:
        raise CursorTooOld("Changes behind this cursor are not kept any more. Begin anew without a cursor.")
    if position > ends.numbered:
        raise _not_a_cursor()


def _not_a_cursor() -> ValidationFailed:
    return ValidationFailed("cursor: take it from next_cursor of the answer before.", field="cursor")
