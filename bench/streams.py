"""Thousands of open streams on one process: what one weighs, what they cost while nothing happens, and how long it
takes from a booking until the last of them has been told. `python -m bench.streams` measures this alone.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import click

from bench.alone import measured_alone
from bench.client import SEATS_PER_EVENT_MAX, Client
from bench.model import Program, Scene, Streams, Subject
from bench.processes import BenchError, raise_file_limit, status_bytes
from bench.subjects import Server, Workshop, serving
from bench.watchers import Crowd

STREAMS = 5_000
BOOKINGS = 20
IDLE_SECONDS = 10.0
SETTLE_SECONDS = 1.0
SUBJECT = Subject("s", "streams of what is left", Program.fullhouse, 1, Scene.one_event)
USER_TIME, SYSTEM_TIME = 11, 12
"""Where /proc/PID/stat has them, counted from behind the name."""


def measure_streams(workshop: Workshop, say: Callable[[str], None], count: int = STREAMS) -> Streams:
    """Open so many streams of one event, and measure what they cost."""
    folder = workshop.folder / "streams"
    with serving(workshop, SUBJECT, folder) as server, Client(server.port) as client:
        found = asyncio.run(_measure(server, client, count))
    say(str(found))
    return found


async def _measure(server: Server, client: Client, count: int) -> Streams:
    event_id = client.create_event("Much watched")
    pid = server.child.pid
    alone = Crowd(server.port, event_id)
    await alone.gather(1, SEATS_PER_EVENT_MAX)  # What the first stream needs, all have in common.
    before, _ = status_bytes(pid)
    idle_one = await _idle(pid)
    crowd = Crowd(server.port, event_id)
    began = time.perf_counter()
    await crowd.gather(count, SEATS_PER_EVENT_MAX)
    opened = time.perf_counter() - began
    await asyncio.sleep(SETTLE_SECONDS)
    after, _ = status_bytes(pid)
    idle_all = await _idle(pid)
    delays: list[float] = []
    lasts: list[float] = []
    for number in range(1, BOOKINGS + 1):
        began = time.perf_counter()
        await asyncio.to_thread(client.make, "/bookings", event_id=event_id, num_seats=1)
        told = [moment - began for moment in await crowd.until_told(SEATS_PER_EVENT_MAX - number)]
        delays += told
        lasts.append(max(told))
        await asyncio.sleep(number * 0.013)  # So that bookings fall anywhere between two looks.
    if crowd.lost:
        message = f"{crowd.lost} of {count} streams were lost"
        raise BenchError(message)
    crowd.leave()
    alone.leave()
    cuts = quantiles(delays, n=100)
    return Streams(
        count,
        (after - before) / count,
        count / opened,
        idle_one,
        idle_all,
        cuts[49],
        cuts[98],
        median(lasts),
        max(lasts),
    )


async def _idle(pid: int) -> float:
    """The share of a core that a process takes while nothing happens, in percent."""
    before = _cpu_seconds(pid)
    await asyncio.sleep(IDLE_SECONDS)
    return (_cpu_seconds(pid) - before) / IDLE_SECONDS * 100


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])) / os.sysconf("SC_CLK_TCK")


@click.command()
@click.option("--count", default=STREAMS, type=click.IntRange(1), show_default=True)
def main(count: int) -> None:
    """Measure streams alone."""
    raise_file_limit()
    measured_alone(lambda workshop: measure_streams(workshop, click.echo, count))


if __name__ == "__main__":
    main()
