"""What the clients do to a server, and the check afterwards that what they were told is what was sold."""

import json
import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path

from bench.client import SEATS_PER_EVENT_MAX, Client, availability_path
from bench.load import run_wrk
from bench.model import Load, Measurement, Scene
from bench.subjects import NO_EVENT, Server

EVENTS = 1000
SETTLE_SECONDS_MAX = 10.0
WARM_UP_CLIENTS = 64
TAX = {"basis_points": 1900, "is_included": True}


class Act(ABC):
    """One measurement's worth of requests, all prepared.

    `script` is the Lua file and its arguments; `seats` is how many there are to sell in all.
    """

    script: list[str]
    seats = SEATS_PER_EVENT_MAX
    requests_per_booking = 1
    seats_per_booking = 1

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


class Priced(Act):
    """Tickets of two priced types with a fee and tax, one of them in a pool."""

    def __init__(self, client: Client) -> None:
        """Make the event, its pool and its ticket types."""
        self._client = client
        self._event_id = client.create_event("Sold by ticket type")
        pool_id = client.make(f"/events/{self._event_id}/pools", name="Balcony", capacity=SEATS_PER_EVENT_MAX)
        fee = {"name": "Service", "kind": "percent", "amount": 1000, "per": "ticket"}
        client.make(f"/events/{self._event_id}/fees", **fee, tax=TAX)
        self._types = [
            client.make(f"/events/{self._event_id}/ticket-types", name=name, price_minor=2500, tax=TAX, pool_ids=pools)
            for name, pools in (("Adult", []), ("Child", [pool_id]))
        ]

    def basket(self, quantity: int, types: int, **more: object) -> str:
        """Return the body of a booking of so many tickets of each of so many types."""
        lines = [{"ticket_type_id": type_id, "quantity": quantity} for type_id in self._types[:types]]
        buyer = {"name": "Ann Example", "email": "ann@example.com"}
        return json.dumps({"event_id": self._event_id, "lines": lines, "buyer": buyer, **more})

    def sold(self) -> int:
        """Return the seats that are held or sold of the event."""
        return self._client.seats_taken(self._event_id)


class HoldAndConfirm(Priced):
    """Holds of one ticket, each confirmed by a second request."""

    requests_per_booking = 2

    def __init__(self, client: Client) -> None:
        """Make the event."""
        super().__init__(client)
        self.script = ["hold.lua", self.basket(1, types=1)]


class Baskets(Priced):
    """Bookings of four tickets of two types with a promo code that has limits."""

    seats_per_booking = 4

    def __init__(self, client: Client) -> None:
        """Make the event and the code."""
        super().__init__(client)
        code = {"code": "TEN", "kind": "percent", "amount": 1000, "tickets_max": SEATS_PER_EVENT_MAX}
        client.make(f"/events/{self._event_id}/promo-codes", **code)
        self.script = ["basket.lua", self.basket(2, types=2, promo_code="TEN")]


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
        case Scene.hold:
            return HoldAndConfirm(client)
        case Scene.basket:
            return Baskets(client)
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
        least = load.answered // act.requests_per_booking * act.seats_per_booking
        sold = _settled(act, before + least) - before
        problems = _differences(act, load, sold, clients, act.seats - before)
    load = replace(load, answered=load.answered // act.requests_per_booking)
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


def _differences(act: Act, load: Load, sold: int, clients: int, room: int) -> list[str]:
    found = []
    each = act.seats_per_booking
    least = load.answered // act.requests_per_booking * each
    if sold < least:
        found.append(f"{load.answered:,} requests were acknowledged but only {sold:,} seats are counted as sold")
    # Each client may leave one request that was decided but not read, so may each broken connection; and with two
    # requests to a booking, each may leave a booking between the two.
    if sold > least + (clients + load.socket_errors) * act.requests_per_booking * each:
        found.append(f"{sold:,} seats are counted as sold but only {load.answered:,} requests were acknowledged")
    if sold >= room:
        found.append("the event sold out, so its speed means nothing; measure for fewer seconds")
    return found
