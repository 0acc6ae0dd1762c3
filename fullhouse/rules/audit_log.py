"""The audit log as a hash chain: what is sealed of an entry, and what a changed chain gives away.

The seal of an entry is the SHA-256 (FIPS 180-4) of the seal before it, 32 zero bytes for the first, followed by the
entry's canonical bytes. So who knows one seal knows whether anything up to it was changed.
"""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from fullhouse.rules.actor import Who

INSTALLATION = "00000000-0000-0000-0000-000000000000"
"""Stands for the organizer where an act belongs to none."""

LATE = timedelta(hours=1)
"""An act is committed and sealed much sooner after its moment than this."""


class Entry(NamedTuple):
    """One act. `before` and `after` are JSON as text; `booking_numbers` are of the event."""

    id: str
    organizer_id: str
    at: datetime
    who: Who
    act: str
    event_id: str | None = None
    booking_numbers: tuple[int, ...] = ()
    before: str | None = None
    after: str | None = None


class Sealed(NamedTuple):
    """An entry in its chain, or not yet: then it has neither position nor seal."""

    entry: Entry
    position: int | None
    seal: bytes | None


class End(NamedTuple):
    """How far a chain has come, and when the last entry was made."""

    position: int
    seal: bytes
    at: datetime | None = None


BEGINNING = End(0, bytes(32))


class Fault(NamedTuple):
    """A place where a chain is not as it was sealed. `entry` is what stands there, if anything does."""

    row: str
    stored: str
    expected: str
    entry: Entry | None = None


def canonical(entry: Entry, position: int) -> bytes:
    """The bytes that are sealed: a JSON array in ASCII, without spaces; the moment in UTC with its microseconds."""
    parts = [
        position,
        entry.id,
        entry.organizer_id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        *entry.who,
        entry.act,
        entry.event_id,
        entry.booking_numbers,
        entry.before,
        entry.after,
    ]
    return json.dumps(parts, separators=(",", ":")).encode("ascii")


def seal_of(previous: bytes, entry: Entry, position: int) -> bytes:
    """The seal of an entry behind the one with the seal `previous`."""
    return sha256(previous + canonical(entry, position)).digest()


def chained(end: End, entries: list[Entry]) -> list[Sealed]:
    """Entries as the next ones of a chain, in this order."""
    made: list[Sealed] = []
    position, seal = end.position, end.seal
    for entry in entries:
        position += 1
        seal = seal_of(seal, entry, position)
        made.append(Sealed(entry, position, seal))
    return made


def fault_of(end: End, one: Sealed) -> Fault | None:
    """What is wrong with the entry that stands behind `end`; None when nothing is.

    Each is held against the seal that stands before it, so a change is told of the entry that was changed.
    """
    entry = one.entry
    if one.position is None or one.seal is None:
        return None
    if one.position != end.position + 1:
        return Fault(f"position {end.position + 1}", f"position {one.position} comes next", "an entry", entry)
    expected = seal_of(end.seal, entry, one.position)
    if one.seal != expected:
        return Fault(f"entry {entry.id}", f"seal {one.seal.hex()}", f"seal {expected.hex()}", entry)
    if end.at is not None and entry.at < end.at - LATE:
        return Fault(f"entry {entry.id}", f"of {entry.at.isoformat()}", f"after {end.at.isoformat()}", entry)
    return None


def end_fault(end: End, noted: End) -> Fault | None:
    """What is wrong when the entries end at `end`, but the chain is noted to have come to `noted`."""
    if (end.position, end.seal) == (noted.position, noted.seal):
        return None
    found = f"the last entry has position {end.position} and seal {end.seal.hex()}"
    return Fault("end of the chain", found, f"position {noted.position} and seal {noted.seal.hex()}")
