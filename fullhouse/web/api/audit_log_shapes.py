"""The shapes of the audit log, and its lines as CSV."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from pydantic import Field

from fullhouse.actions.audit_log import LogEnd
from fullhouse.rules.actor import ActorKind
from fullhouse.rules.audit_log import Sealed
from fullhouse.web.api.shapes import Id, Moment, Shape, moment_text

HEX = "^[0-9a-f]{64}$"


class ActorShape(Shape):
    """Who acted: a person, an API key, a buyer, a job and so on, with id and name where there are any."""

    kind: ActorKind
    id: str | None
    name: str


class AuditEntryShape(Shape):
    """Who did what, when and from where, and how it was before and after.

    `position` and `seal` come within seconds. The seal stands for this entry and all before it.
    """

    id: Id
    at: Moment
    actor: ActorShape
    address: str | None
    act: str
    event_id: Id | None
    booking_numbers: list[int]
    before: Any
    after: Any
    position: int | None
    seal: str | None = Field(pattern=HEX)


class AuditSealShape(Shape):
    """The last seal of the log. Kept elsewhere, it shows later whether anything up to it was changed."""

    position: int
    seal: str = Field(pattern=HEX)
    entries_unsealed: int


COLUMNS = (
    *("id", "at", "actor_kind", "actor_id", "actor_name", "address", "act", "event_id", "booking_numbers"),
    *("before", "after", "position", "seal"),
)

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for a formula (OWASP, CSV injection), also in full width."""


def entry_fields(one: Sealed) -> dict[str, Any]:
    """An entry as JSON-ready data."""
    entry = one.entry
    return {
        "id": entry.id,
        "at": moment_text(entry.at),
        "actor": {"kind": entry.who.kind, "id": entry.who.id, "name": entry.who.name},
        "address": entry.who.address,
        "act": entry.act,
        "event_id": entry.event_id,
        "booking_numbers": list(entry.booking_numbers),
        "before": None if entry.before is None else json.loads(entry.before),
        "after": None if entry.after is None else json.loads(entry.after),
        "position": one.position,
        "seal": None if one.seal is None else one.seal.hex(),
    }


def seal_fields(found: LogEnd) -> dict[str, Any]:
    """The end of the log as JSON-ready data."""
    return {
        "position": found.end.position,
        "seal": found.end.seal.hex(),
        "entries_unsealed": found.unsealed,
    }


def head() -> bytes:
    """The beginning of the file: without the mark in front, Excel takes UTF-8 for something else."""
    return ("\ufeff" + _line(COLUMNS)).encode()


def line(one: Sealed) -> bytes:
    """An entry as a line of the file (RFC 4180); `before` and `after` are the very texts that are sealed."""
    entry = one.entry
    cells = [
        *(entry.id, entry.at.astimezone(UTC).isoformat(timespec="microseconds"), *entry.who, entry.act, entry.event_id),
        *(" ".join(map(str, entry.booking_numbers)), entry.before, entry.after),
        *(one.position, None if one.seal is None else one.seal.hex()),
    ]
    return _line([_harmless(cell) for cell in cells]).encode()


def _harmless(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    return written.getvalue()
