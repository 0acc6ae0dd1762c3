"""Does it slow down as it fills? Full House with many bookings already sold, beside the same with none.

The bookings are put into the tables with SQL, since selling five million one at a time would take a quarter
of an hour; then `fullhouse audit` has to find nothing wrong with them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.client import SEATS_PER_EVENT_MAX, Client
from bench.model import Measurement, growth_subject
from bench.processes import BenchError
from bench.report import progress
from bench.scenes import OneEvent, measure, warm_up
from bench.subjects import Server, Workshop, audit, postmaster_file, serving, weigh

CLIENTS = 256
ROWS_PER_STATEMENT = 250_000
# From this size on the measured event has sold many places itself, and not only those beside it.
FULL_HOUSE_FROM = 1_000_000
SOLD_IN_MEASURED_EVENT = 100_000
SOCKET_FOLDER_LINE = 4

NEXT_NUMBER = "SELECT bookings_made FROM houses WHERE event_id = %(event)s FOR UPDATE"

# Ids are UUIDv7 in order of time, as the program makes them: one booking a millisecond, until just now.
INSERT_BOOKINGS = """
WITH sold AS (
    SELECT number,
           now() - (%(last)s - number + 1) * interval '1 millisecond' AS created_at,
           md5(%(event)s || number) AS chance
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number
), booked AS (
    INSERT INTO bookings (event_id, number, id, places, status, created_at)
    SELECT %(event)s::uuid,
           number,
           (lpad(to_hex((extract(epoch FROM created_at) * 1000)::bigint), 12, '0')
            || '7' || substr(chance, 1, 3) || '8' || substr(chance, 4, 15))::uuid,
           1, 'confirmed', created_at
    FROM sold
    ORDER BY number
    RETURNING event_id, number
)
INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
SELECT booked.event_id, booked.number, 1, ticket_types.id, gen_random_uuid(), 'valid'
FROM booked JOIN ticket_types USING (event_id)
"""

# As a rush tells of them: those of a batch together.
TELL_OF_THEM = """
WITH batches AS (
    SELECT row_number() OVER (ORDER BY min(number)) AS n, array_agg(number ORDER BY number) AS numbers
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS number GROUP BY (number - %(first)s) / 128
), told AS (
    INSERT INTO notices (event_id, number, organizer_id, kind, at, booking_numbers)
    SELECT h.event_id, h.notices_made + b.n, e.organizer_id, 'booking.confirmed', now(), b.numbers
    FROM batches b, houses h JOIN events e ON e.id = h.event_id WHERE h.event_id = %(event)s
)
UPDATE houses SET notices_made = notices_made + (SELECT count(*) FROM batches) WHERE event_id = %(event)s
"""

COUNT_THEM = """
UPDATE houses SET bookings_made = bookings_made + %(amount)s, taken = taken + %(amount)s WHERE event_id = %(event)s
"""


@contextmanager
def connected(data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """Connect to the PostgreSQL that runs on a data folder; every statement is a transaction of its own."""
    lines = postmaster_file(data_dir)
    if len(lines) <= SOCKET_FOLDER_LINE:
        message = "PostgreSQL does not run in the data folder of Full House"
        raise BenchError(message)
    folder = lines[SOCKET_FOLDER_LINE].strip()
    with psycopg.connect(
        host=folder, port=int(lines[3]), user="fullhouse", dbname="fullhouse", autocommit=True
    ) as connection:
        yield connection


def durability(data_dir: Path) -> dict[str, str]:
    """Return the version of the running PostgreSQL and the settings that make its commits durable."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
    with connected(data_dir) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(names)]
        ).fetchall()
    return {str(name): str(value) for name, value in rows}


def undurable(settings: dict[str, str]) -> list[str]:
    """Return what makes commits less than durable; speed that is bought that way does not count."""
    wanted = ("fsync", "synchronous_commit", "full_page_writes")
    return [f"PostgreSQL runs with {name} {settings.get(name)}" for name in wanted if settings.get(name) != "on"]


def sell(connection: psycopg.Connection[Any], event_id: str, amount: int) -> None:
    """Write so many bookings of one seat each, with all that belongs to them, as if they had been sold."""
    for start in range(0, amount, ROWS_PER_STATEMENT):
        part = min(ROWS_PER_STATEMENT, amount - start)
        with connection.transaction():
            # Only this session waits for no disk; the checkpoint that follows writes everything.
            connection.execute("SET LOCAL synchronous_commit = off")
            row = connection.execute(NEXT_NUMBER, {"event": event_id}).fetchone()
            if row is None:
                message = "a new event has no counter of bookings: the tables are not as the benchmark knows them"
                raise BenchError(message)
            values = {"event": event_id, "first": row[0] + 1, "last": row[0] + part, "amount": part}
            for statement in (INSERT_BOOKINGS, TELL_OF_THEM, COUNT_THEM):
                connection.execute(statement, values)


def seed(workshop: Workshop, server: Server, data_dir: Path, sold: int) -> None:
    """Sell out as many events as so many bookings take, tidy up as a night's vacuum would, and audit."""
    with Client(server.port) as client, connected(data_dir) as connection:
        for start in range(0, sold, SEATS_PER_EVENT_MAX):
            amount = min(SEATS_PER_EVENT_MAX, sold - start)
            sell(connection, client.create_event(f"Sold before {start}"), amount)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    audit(workshop, server)


def measure_growth(
    workshop: Workshop, sizes: Sequence[int], *, rounds: int, seconds: int, say: Callable[[str], None]
) -> None:
    """Measure (c) with 256 clients and one process at every size, in turn, round after round."""
    folders = {sold: workshop.folder / f"sold-{sold}" for sold in sizes}
    for sold, folder in folders.items():
        began = time.monotonic()
        with serving(workshop, growth_subject(sold), folder) as server:
            seed(workshop, server, folder, sold)
        say(f"{growth_subject(sold).title}: prepared in {time.monotonic() - began:.0f} s")
    for number in range(1, rounds + 1):
        for sold, folder in folders.items():
            measurement = _measure_size(workshop, sold, folder, seconds=seconds, number=number)
            say(progress(growth_subject(sold), measurement))


def _measure_size(workshop: Workshop, sold: int, folder: Path, *, seconds: int, number: int) -> Measurement:
    findings = workshop.findings
    with serving(workshop, growth_subject(sold), folder) as server, Client(server.port) as client:
        event_id = client.create_event("Measured")
        with connected(folder) as connection:
            if sold >= FULL_HOUSE_FROM:
                sell(connection, event_id, SOLD_IN_MEASURED_EVENT)
            connection.execute("CHECKPOINT")
        warm_up(server, OneEvent(client, with_keys=False), seconds=2)
        act = OneEvent(client, with_keys=False, event_id=event_id)
        measurement, problems = measure(server, act, clients=CLIENTS, seconds=seconds, round_number=number)
        findings.measurements.append(measurement)
        findings.problems += problems
        if memory := weigh(server):
            findings.memories.append(memory)
        audit(workshop, server)
        return measurement
