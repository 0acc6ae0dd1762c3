"""What the clients do to a server, and the check afterwards that what they were told is what was sold."""

import time
import uuid
from abc import ABC, abstractmethod
from pathlib import Path

from bench.client import SEATS_PER_EVENT_MAX, Client, availability_path
from bench.load import run_wrk
from bench.model import Load, Measurement, Scene
from bench.subjects import NO_EVENT, Server

EVENTS = 1000
SETTLE_SECONDS_MAX = 10.0
WARM_UP_CLIENTS = 64


class Act(ABC):
    """One measurement's worth of requests, all prepared.

    `script` is the Lua file and its arguments; `seats` is how many there are to sell in all.
    """

    script: list[str]
    seats = SEATS_PER_EVENT_MAX

    @abstractmethod
    def sold(self) -> int | None:
        """Return how many seats are sold by now of the events asked for; None if that has no meaning."""


class Echo(Act):
    """Bookings for an event that does not matter."""

    def __init__(self) -> None:
        """Nothing has to be prepared."""
        self.script = ["post.lua", NO_EVENT]

    def sold(self) -> None:
        """Nothing is sold."""
        return


class OneEvent(Act):
    """Bookings for one event that nobody has booked before, with fresh idempotency keys if wanted."""

    def __init__(self, client: Client, *, with_keys: bool, event_id: str | None = None) -> None:
        """Make the event, unless one is given."""
        self._client = client
        self._event_id = event_id or client.create_event("One hot event")
        self.script = ["post.lua", self._event_id] + ([uuid.uuid4().hex] if with_keys else [])

    def sold(self) -> int:
        """Return the seats sold of the event."""
        return self._client.seats_taken(self._event_id)


class Reads(Act):
    """Reads of the availability of one event, of which nothing is sold meanwhile."""

    def __init__(self, client: Client) -> None:
        """Make the event."""
        self._client = client
        self._event_id = client.create_event("Much looked at")
        self.script = ["read.lua", availability_path(self._event_id)]

    def sold(self) -> None:
        """Nothing is sold."""
        return


class ManyEvents(Act):
    """Bookings for a thousand events, chosen by chance."""

    seats = SEATS_PER_EVENT_MAX * EVENTS

    def __init__(self, client: Client, folder: Path) -> None:
        """Make the events, unless this server has them: together they have room for every measurement."""
        self._client = client
        listed = folder / "events.txt"
        if not listed.exists():
            ids = [client.create_event(f"Event {number} of many") for number in range(EVENTS)]
            listed.write_text("\n".join(ids) + "\n")
        self._ids = listed.read_text().split()
        self.script = ["many.lua", str(listed), str(time.time_ns() % 1_000_000)]

    def sold(self) -> int:
        """Return the seats sold of all events together."""
        return sum(self._client.seats_taken(event_id) for event_id in self._ids)


def act_for(server: Server, client: Client, folder: Path) -> Act:
    """Return a fresh act of the scene that a subject plays."""
    match server.subject.scene:
        case Scene.one_event:
            return OneEvent(client, with_keys=False)
        case Scene.keys:
            return OneEvent(client, with_keys=True)
        case Scene.many_events:
            return ManyEvents(client, folder)
        case Scene.reads:
            return Reads(client)
        case Scene.echo:
            return Echo()


def warm_up(server: Server, act: Act, *, seconds: int) -> None:
    """Let the server do the same work for a moment, unmeasured: caches fill and connections are opened."""
    run_wrk(server.port, act.script, clients=WARM_UP_CLIENTS, seconds=seconds)
    _settled(act, 0)


def measure(
    server: Server, act: Act, *, clients: int, seconds: int, round_number: int
) -> tuple[Measurement, list[str]]:
    """Measure once; return it with what must not be: answers that the count of seats does not bear out."""
    before = act.sold()
    load = run_wrk(server.port, act.script, clients=clients, seconds=seconds)
    sold = None
    problems = []
    if before is not None:
        sold = _settled(act, before + load.answered) - before
        problems = _differences(load, sold, clients, act.seats - before)
    measurement = Measurement(server.subject.key, clients, round_number, load, sold)
    where = f"{server.subject.title}, {clients} clients, round {round_number}"
    return measurement, [f"{where}: {problem}" for problem in problems]


def _settled(act: Act, expected: int) -> int:
    """Return the count of seats once it rests: wrk leaves while its last requests are under way."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    last = -1
    now = act.sold() or 0
    while (now != last or now < expected) and time.monotonic() < deadline:
        time.sleep(0.1)
        last, now = now, act.sold() or 0
    return now


def _differences(load: Load, sold: int, clients: int, room: int) -> list[str]:
    found = []
    if sold < load.answered:
        found.append(f"{load.answered:,} bookings were acknowledged but only {sold:,} seats are counted as sold")
    # Each client may leave one request that was decided but not read; so may each broken connection.
    if sold > load.answered + clients + load.socket_errors:
        found.append(f"{sold:,} seats are counted as sold but only {load.answered:,} bookings were acknowledged")
    if sold >= room:
        found.append("the event sold out, so its speed means nothing; measure for fewer seconds")
    return found
