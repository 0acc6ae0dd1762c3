"""What staff do in one batch, for the audit log: one entry for all bookings of an event that somebody did this to."""

from datetime import datetime
from hashlib import sha256
from typing import Any, TypeAlias

from pydantic_core import to_json

from fullhouse.rules.actor import Who
from fullhouse.rules.audit_log import INSTALLATION, Entry
from fullhouse.rules.booking import Booking
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s

Facts: TypeAlias = dict[str, Any]


class Acts:
    """Grows while a batch is decided."""

    def __init__(self) -> None:
        """Nothing is done yet."""
        self._done: dict[tuple[str, str, Who], list[tuple[int, Facts | None, Facts]]] = {}

    def add(self, act: str, who: Who, booking: Booking, before: Facts | None, after: Facts) -> None:
        """Somebody did this to a booking, which was so before and is so after."""
        self._done.setdefault((booking.event_id, act, who), []).append((booking.number, before, after))

    def entries(self, now: datetime, secret: bytes) -> list[Entry]:
        """The entries, with ids that nobody can guess who does not know the secret of the batch."""
        made = []
        for n, ((event_id, act, who), done) in enumerate(self._done.items()):
            (entry_id,) = uuid7s(now, sha256(secret + b"audit %d" % n).digest()[:RANDOM_BYTES_PER_ID])
            numbers = tuple(number for number, _, _ in done)
            before = _json([{"number": number, **facts} for number, facts, _ in done if facts is not None])
            after = _json([{"number": number, **facts} for number, _, facts in done])
            made.append(Entry(entry_id, INSTALLATION, now, who, act, event_id, numbers, before, after))
        return made


def _json(rows: list[Facts]) -> str | None:
    return to_json(rows).decode() if rows else None
