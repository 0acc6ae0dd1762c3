"""How long searches, lists and the numbers of a dashboard take with a million bookings: `python -m bench.searching`.

The bookings are put into the tables with SQL, and looked through and counted by what the worker does; then each kind of
question is asked over HTTP, one after the other. It prints a table of medians and of the slowest in a hundred.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import psycopg
from pydantic_core import to_json

from bench.alone import FULLHOUSE, measured_alone
from bench.client import Client
from bench.growth import connected
from bench.model import Program, Scene, Subject
from bench.processes import BenchError
from bench.subjects import Workshop, serving
from fullhouse.actions import booking_index, sales
from fullhouse.rules.price import Amount, Price, PricedLine, record_of
from fullhouse.rules.reference import reference_of
from fullhouse.settings import Settings
from fullhouse.store import booking_index as stored_index
from fullhouse.store import sales as stored_sales
from fullhouse.store.organizer import DEFAULT_ID
from fullhouse.wiring import build_deps

EVENTS = 300
PART_OF_THE_LARGEST = 0.3
SUBJECT = Subject("q", "searches and lists", Program.fullhouse, 1, Scene.one_event)
FIRST_NAMES = (
    "Anna Ben Carla David Emma Felix Greta Hugo Ida Jonas Klara Leon Mia Noah Olga Paul Rosa Simon Tilda Uwe Vera Willi"
)

FILL = """
WITH sold AS (
    SELECT n, md5(%(event)s || n) AS chance, now() - interval '120 days' * (1 - n::float8 / %(last)s) AS at
    FROM generate_series(1, %(last)s::bigint) AS n
), named AS (
    SELECT *, %(names)s::text[] AS names, ('x' || left(chance, 6))::bit(24)::integer AS r FROM sold
), booked AS (
    INSERT INTO bookings (event_id, number, id, places, status, created_at, confirmed_at, buyer_name, buyer_email,
                          buyer_key, paid_by, price)
    SELECT %(event)s::uuid, n, gen_random_uuid(), 2, 'confirmed', at, at,
           names[1 + r %% cardinality(names)] || ' ' || initcap(substr(chance, 9, 1 + r %% 3)) || 'mann' || r %% 4001,
           'b' || substr(chance, 12, 10) || '@example.org', 'b' || substr(chance, 12, 10) || '@example.org', 'cash',
           %(price)s::jsonb
    FROM named ORDER BY n RETURNING number, created_at
), issued AS (
    INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
    SELECT %(event)s::uuid, b.number, t.number, %(type)s::uuid, gen_random_uuid(), 'valid'
    FROM booked b, generate_series(1, 2) AS t (number)
), posted AS (
    INSERT INTO ledger_postings (event_id, booking_number, at, buyer_minor, sales_minor, fees_minor, tax_minor,
                                 refunds_minor, money_minor, number, what, currency)
    SELECT %(event)s::uuid, number, created_at, 5000, -5000, 0, 0, 0, 0, 0, 'sale', 'EUR' FROM booked
)
UPDATE houses SET bookings_made = %(last)s, taken = 2 * %(last)s, capacity = 2 * %(last)s
WHERE event_id = %(event)s::uuid
"""
NUMBERS = (
    "SELECT number, id::text, buyer_name, buyer_email FROM bookings WHERE event_id = %s ORDER BY random() LIMIT %s"
)


def main() -> None:
    """Fill, ask and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=100, help="of each kind")
    parser.add_argument("--fullhouse", default=FULLHOUSE)
    given = parser.parse_args()
    measured_alone(lambda workshop: measure(workshop, given.bookings, given.questions), given.fullhouse)


def measure(workshop: Workshop, bookings: int, questions: int) -> None:
    """Fill a server, wait until its worker has caught up, and ask."""
    data_dir = workshop.folder / "searching"
    with (
        serving(workshop, SUBJECT, data_dir) as server,
        Client(server.port) as client,
        connected(data_dir) as connection,
    ):
        said = time.monotonic()
        event_ids = [client.create_event(f"Event {n}") for n in range(EVENTS)]
        rest = round(bookings * (1 - PART_OF_THE_LARGEST) / (EVENTS - 1))
        for n, event_id in enumerate(event_ids):
            fill(connection, event_id, rest if n else round(bookings * PART_OF_THE_LARGEST))
        connection.execute("VACUUM ANALYZE")
        said = _say("filled", said)
        asyncio.run(_keep_up(connection.info.dsn))
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
        _say("looked through and counted", said)
        sizes = "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relname = ANY (%s)"
        tables = ["bookings", "tickets", "booking_words", "booking_runs", "sales"]
        sys.stdout.write(f"{dict(connection.execute(sizes, [tables]).fetchall())}\n\n")
        sys.stdout.write("| question | median ms | p99 ms |\n| --- | ---: | ---: |\n")
        for name, path_of in _questions(connection, event_ids).items():
            took = sorted(_ask(client, path_of(n)) for n in range(questions))
            worst = took[min(len(took) - 1, round(0.99 * len(took)))]
            sys.stdout.write(f"| {name} | {statistics.median(took):.1f} | {worst:.1f} |\n")
            sys.stdout.flush()


def fill(connection: psycopg.Connection[Any], event_id: str, amount: int) -> None:
    """Sell so many bookings of two tickets of an event, over the last 120 days."""
    row = connection.execute("SELECT id::text FROM ticket_types WHERE event_id = %s", [event_id]).fetchone()
    (type_id,) = row or ("",)
    line = PricedLine(type_id, "Adult", 2, Amount(5_000, 0), (), 2_500)
    price = to_json(record_of(Price("EUR", (line,), ()))).decode()
    named = {"event": event_id, "type": type_id, "last": amount, "names": FIRST_NAMES.split(), "price": price}
    connection.execute(FILL, named)


async def _keep_up(conninfo: str) -> None:
    """What the worker does beside the selling, without its rests."""
    deps = build_deps(Settings(worker=False), conninfo)
    async with deps.running():
        while True:
            async for _ in booking_index.keep_up(deps):
                pass
            async for _ in sales.keep_up(deps):
                pass
            async with deps.reading() as conn:
                waiting = await stored_index.behind(conn, stored_index.BEFORE_ALL, 1)
                if not waiting and not await stored_sales.behind(conn):
                    return
            # The worker of the server is at what is left.
            await asyncio.sleep(0.2)


def _questions(connection: psycopg.Connection[Any], event_ids: list[str]) -> dict[str, Callable[[int], str]]:
    """The path of the n-th question of each kind."""
    one = {
        event_id: connection.execute(NUMBERS, [event_id, 200]).fetchall() for event_id in (event_ids[0], event_ids[7])
    }
    largest, usual = one[event_ids[0]], one[event_ids[7]]
    house = f"/organizers/{DEFAULT_ID}"
    first = f"/events/{event_ids[0]}"

    def search(text: str, path: str = house) -> str:
        return f"{path}/bookings?q={quote(text)}"

    return {
        "whole mail address": lambda n: search(usual[n][3]),
        "first and last name (as typed)": lambda n: search(usual[n][2]),
        "last name": lambda n: search(usual[n][2].split()[1]),
        "first name that 45,000 have": lambda n: search(usual[n][2].split()[0]),
        "two letters": lambda n: search(usual[n][2][:2]),
        "first name and two letters": lambda n: search(usual[n][2][: usual[n][2].index(" ") + 3]),
        "reference, all events": lambda n: search(reference_of(event_ids[7], usual[n][0])),
        "id of a booking": lambda n: search(usual[n][1]),
        "nobody of that name": lambda n: search(f"nobody{n}"),
        "last name, in the largest event": lambda n: search(largest[n][2].split()[1], first),
        "first name, in the largest event": lambda n: search(largest[n][2].split()[0], first),
        "bookings of all events, first page": lambda _: f"{house}/bookings",
        "cancelled bookings of all events (none)": lambda _: f"{house}/bookings?status=cancelled",
        "bookings of the largest event": lambda _: f"{first}/bookings",
        "sales of the largest event by day": lambda _: f"{first}/sales",
        "the same beside another event": lambda n: f"{first}/sales?compare_to={event_ids[n + 1]}",
        "sales of the largest event by hour": lambda _: f"{first}/sales?bucket=hour",
        "sales of all events by day": lambda _: f"{house}/sales",
        "sales of all events by hour": lambda _: f"{house}/sales?bucket=hour",
    }


def _ask(client: Client, path: str) -> float:
    began = time.perf_counter()
    status, answer = client.ask("GET", path)
    took = (time.perf_counter() - began) * 1000
    if status != HTTPStatus.OK:
        message = f"{path}: {status} {answer}"
        raise BenchError(message)
    return took


def _say(what: str, since: float) -> float:
    now = time.monotonic()
    sys.stdout.write(f"{what} in {now - since:.0f} s\n")
    sys.stdout.flush()
    return now


if __name__ == "__main__":
    main()
