"""Mails a second: those of bookings that were just made, handed over to a mail server on this machine.

The worker is a serving process as operators start it; the mail server takes everything, in a process of its own.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from bench.client import Client
from bench.growth import connected
from bench.model import Mails, Program, Scene, Subject
from bench.processes import BenchError, Child
from bench.subjects import HERE, Workshop, serving

MAILS = 3_000
SECONDS_MAX = 120
SAMPLE_SECONDS = 0.1
SUBJECT = Subject("m", "mails to a local server", Program.fullhouse, 1, Scene.one_event)

# Bookings of different people; they only have to be looked up and told of.
BOOK = """
WITH house AS (
    UPDATE houses SET bookings_made = bookings_made + %(mails)s, taken = taken + %(mails)s
    WHERE event_id = %(event)s RETURNING event_id, bookings_made - %(mails)s AS before
)
INSERT INTO bookings (event_id, number, id, places, status, created_at, buyer_name, buyer_email, buyer_key)
SELECT event_id, before + n, gen_random_uuid(), 1, 'confirmed', now(), 'Buyer ' || n, 'b' || n || '@example.org',
       'b' || n || '@example.org'
FROM house, generate_series(1, %(mails)s::integer) AS n
"""

WRITE = """
INSERT INTO mails (id, organizer_id, of_event_id, booking_number, kind, language, to_name, to_email, context,
                   message_id, next_try_at, created_at)
SELECT gen_random_uuid(), e.organizer_id, b.event_id, b.number, 'booking_confirmed', 'en', b.buyer_name, b.buyer_email,
       '{}', '<' || b.id || '@example.org>', now(), now()
FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.event_id = %(event)s AND b.buyer_email IS NOT NULL
"""

LOOK = "SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state IN ('failed', 'kept')) FROM mails"


@dataclass(frozen=True, slots=True)
class _Seen:
    moment: float
    sent: int


def measure_mails(workshop: Workshop, say: Callable[[str], None]) -> Mails:
    """Write mails all at once, and look how fast they are gone."""
    folder = workshop.folder / "mails"
    command = [sys.executable, str(HERE / "mail_server.py")]
    office = Child(command, log=workshop.folder / "mail-server.log", cwd=workshop.folder)
    try:
        told = replace(workshop, fullhouse=_with_settings(workshop.fullhouse, _port_of(office)))
        with serving(told, SUBJECT, folder) as server, Client(server.port) as client:
            event_id = client.create_event("Told by mail")
            with connected(folder) as connection:
                named = {"event": event_id, "mails": MAILS}
                connection.execute(BOOK, named)
                connection.execute(WRITE, named)
                found = _watch(connection)
    finally:
        office.stop()
    say(f"{MAILS:,} mails: {found.per_second:,.0f} a second")
    return found


def _with_settings(fullhouse: str, port: int) -> str:
    """The command of Full House, told where to send its mails."""
    settings = {
        "FULLHOUSE_SMTP_HOST": "127.0.0.1",
        "FULLHOUSE_SMTP_PORT": str(port),
        "FULLHOUSE_SMTP_TLS": "none",
        "FULLHOUSE_MAIL_SENDER": "tickets@example.org",
    }
    return " ".join(["env", *(f"{name}={value}" for name, value in settings.items()), fullhouse])


def _port_of(office: Child) -> int:
    deadline = time.monotonic() + 30
    while not office.last_words().strip():
        if time.monotonic() > deadline or not office.runs():
            raise BenchError("the mail server did not start")
        time.sleep(0.05)
    return int(office.last_words().split()[-1])


def _watch(connection: psycopg.Connection[Any]) -> Mails:
    """From the first mail that is gone to the last."""
    seen: list[_Seen] = []
    deadline = time.monotonic() + SECONDS_MAX
    while not seen or seen[-1].sent < MAILS:
        sent, lost = connection.execute(LOOK).fetchone() or (0, 0)
        if lost or time.monotonic() > deadline:
            raise BenchError(f"of {MAILS:,} mails {sent:,} were sent and {lost:,} not")
        if sent:
            seen.append(_Seen(time.monotonic(), int(sent)))
        time.sleep(SAMPLE_SECONDS)
    first, last = seen[0], seen[-1]
    return Mails(MAILS, (last.sent - first.sent) / max(last.moment - first.moment, SAMPLE_SECONDS))
