"""A hundred thousand holds that run out at once, while selling goes on: how far and how long selling falls."""

import threading
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import psycopg

from bench.client import Client
from bench.growth import connected
from bench.load import run_wrk
from bench.model import Expiry, Program, Scene, Subject
from bench.scenes import OneEvent, warm_up
from bench.subjects import Workshop, audit, serving

HOLDS = 100_000
CLIENTS = 256
SECONDS_TO_PREPARE = 20
SECONDS_BEFORE = 5
SECONDS_AFTER = 12
SAMPLE_SECONDS = 0.1
WINDOW_SECONDS = 0.5
SUBJECT = Subject("x", "expiry of 100,000 holds", Program.fullhouse, 1, Scene.one_event)

# They are numbered after what was booked before, and all run out in one moment.
HOLD_PLACES = """
WITH house AS (
    UPDATE houses SET bookings_made = bookings_made + %(holds)s, taken = taken + %(holds)s,
                      next_expiry_at = now() + make_interval(secs => %(seconds)s)
    WHERE event_id = %(event)s
    RETURNING event_id, bookings_made - %(holds)s AS before, next_expiry_at
)
INSERT INTO bookings (event_id, number, id, places, status, created_at, expires_at)
SELECT event_id, before + n, gen_random_uuid(), 1, 'held', now(), next_expiry_at
FROM house, generate_series(1, %(holds)s::integer) AS n
"""

LOOK = """
SELECT h.bookings_made, (SELECT count(*) FROM bookings b WHERE b.event_id = h.event_id AND b.status = 'held')
FROM houses h WHERE h.event_id = %(event)s
"""


def measure_expiry(workshop: Workshop, say: Callable[[str], None]) -> Expiry:
    """Hold, sell, wait until the holds run out, and go on selling."""
    folder = workshop.folder / "expiry"
    with serving(workshop, SUBJECT, folder) as server, Client(server.port) as client:
        event_id = client.create_event("Held by many")
        warm_up(server, OneEvent(client, with_keys=False), seconds=2)
        with connected(folder) as connection:
            connection.execute(HOLD_PLACES, {"event": event_id, "holds": HOLDS, "seconds": SECONDS_TO_PREPARE})
            run_out_at = time.monotonic() + _seconds_left(connection, event_id)
            time.sleep(max(0, run_out_at - time.monotonic() - SECONDS_BEFORE))
            seconds = SECONDS_BEFORE + SECONDS_AFTER
            script = OneEvent(client, with_keys=False, event_id=event_id).script
            load = threading.Thread(
                target=run_wrk, args=(server.port, script), kwargs={"clients": CLIENTS, "seconds": seconds}
            )
            load.start()
            samples = _samples(connection, event_id, seconds)
            load.join()
        found = _read(samples, run_out_at)
        audit(workshop, server)
    say(f"{HOLDS:,} holds run out: {found}, {found.seconds_below_half:.1f} s below half")
    return found


def _seconds_left(connection: psycopg.Connection[Any], event_id: str) -> float:
    """How long the holds still last."""
    row = connection.execute(
        "SELECT extract(epoch FROM next_expiry_at - clock_timestamp())::float8 FROM houses WHERE event_id = %(event)s",
        {"event": event_id},
    ).fetchone()
    return 0.0 if row is None else float(row[0])


def _samples(connection: psycopg.Connection[Any], event_id: str, seconds: float) -> list[tuple[float, int, int]]:
    """Look again and again: when, how many bookings were ever made, how many are held."""
    samples = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = connection.execute(LOOK, {"event": event_id}).fetchone()
        if row is not None:
            samples.append((time.monotonic(), int(row[0]), int(row[1])))
        time.sleep(SAMPLE_SECONDS)
    return samples


def _read(samples: list[tuple[float, int, int]], run_out_at: float) -> Expiry:
    """Rates over windows, without the first and the last second of the load."""
    begin, end = samples[0][0] + 1, samples[-1][0] - 1
    rates = []
    for moment, made, _ in samples:
        ahead = [one for one in samples if one[0] >= moment + WINDOW_SECONDS]
        if begin <= moment and ahead and ahead[0][0] <= end:
            rates.append((moment, (ahead[0][1] - made) / (ahead[0][0] - moment)))
    released_at = next((moment for moment, _, held in samples if moment > run_out_at and not held), end)
    before = median(rate for moment, rate in rates if moment + WINDOW_SECONDS < run_out_at)
    after = [(moment, rate) for moment, rate in rates if moment >= run_out_at]
    return Expiry(before, min(rate for _, rate in after), _longest_below(after, before / 2), released_at - run_out_at)


def _longest_below(rates: list[tuple[float, float]], half: float) -> float:
    """The longest time for which the rate stayed below."""
    longest, since = 0.0, None
    for moment, rate in rates:
        if rate >= half:
            since = None
        else:
            since = moment if since is None else since
            longest = max(longest, moment - since + WINDOW_SECONDS)
    return longest
