"""A rush on a few events by many buyers over several engines, while harm is done to all of them by a seeded chance."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    Outcome,
    Refused,
    Request,
)
from fullhouse.rules.refusals import Busy, IdempotencyKeyReused, OutcomeUnknown
from tests.cast import assert_clean, basket, key, new_event, running_deps
from tests.engine.stage import PATIENCE_SECONDS, bookings, end_backends, locked, rows
from tests.engine.wire import Fault, Wire
from tests.offers import add_pool, add_ticket_type, let_run_out

OFFICES = 3
BUYERS = 16
HOT, QUIET, OFFERED = 500, (90, 30), (60, 15)
"""Places, the last ones sold by lines: enough that something is left until the end, and few enough for many a no."""
SETTINGS = {
    "line_length_max": 12,
    "batch_size_max": 5,
    "hot_line_length": 3,
    "hot_lanes": 2,
    "wait_seconds_max": 1.0,
    "lock_wait_ms": 150,
    "batch_seconds_max": 0.5,
    "batch_retries_max": 3,
    "retry_pause_seconds": 0.01,
    "drain_seconds_max": 0.2,
}


class Gone:
    """The answer of who did not wait for one."""


Answer: TypeAlias = Outcome | Busy | OutcomeUnknown | Gone


@dataclass(slots=True)
class Deed:
    """One request, and how it ended."""

    request: Request
    answer: Answer | None = None


class Office:
    """What one process would be: an engine with a wire of its own to the database, that can be started again."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        self.deps: Deps = await self._stack.enter_async_context(running_deps(self.wire.conninfo, **SETTINGS))

    async def stop(self) -> None:
        await self._stack.aclose()


class World:
    """The offices, the buyers, and who does them harm."""

    def __init__(self, conninfo: str, seed: int) -> None:
        self.conninfo = conninfo
        self.chance = Random(seed)
        self.deeds: list[Deed] = []
        self.seats: dict[str, int] = {}
        self.types: dict[str, tuple[str, str]] = {}
        self.harm_done: Counter[str] = Counter()
        self._is_over = False

    async def run(self) -> None:
        """Sell in a rush under harm, then in peace until nothing is left."""
        async with AsyncExitStack() as stack:
            wires = [await stack.enter_async_context(Wire(self.conninfo)) for _ in range(OFFICES)]
            self.offices = [Office(wire) for wire in wires]
            for office in self.offices:
                await office.start()
                stack.push_async_callback(office.stop)
            for seats in (HOT, *QUIET):
                self.seats[(await new_event(self.offices[0].deps, seats)).id] = seats
            for seats in OFFERED:
                await self._offer(seats)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._do_harm())
                for _ in range(BUYERS):
                    group.create_task(self._buy())
            await self._ask_again()
            await self._sell_the_rest()

    async def _offer(self, seats: int) -> None:
        """An event with a free ticket type, and a dear one of which a pool has less than the house."""
        event_id = (await new_event(self.offices[0].deps, seats)).id
        free, dear = [await add_ticket_type(self.conninfo, event_id, price_minor) for price_minor in (0, 2_500)]
        await add_pool(self.conninfo, event_id, seats * 2 // 3, dear)
        self.seats[event_id], self.types[event_id] = seats, (free, dear)

    # ------------------------------------------------------------------------------------------------- the buyers

    async def _buy(self) -> None:
        while not self._is_over:
            await self.ask(self._wish())
            await asyncio.sleep(self.chance.random() * 0.02)

    def _wish(self) -> Request:
        chance = self.chance
        # Half of all wishes are for the hot event.
        event_id = next(iter(self.seats)) if chance.random() < 0.5 else chance.choice(list(self.seats))
        dice = chance.random()
        earlier = chance.choice(self.deeds) if self.deeds else None
        if dice < 0.4 and earlier and isinstance(earlier.answer, Booked):
            return self._end(earlier.answer.booking)
        if dice < 0.6 and earlier and earlier.request.key:
            return earlier.request
        places = chance.randint(1, 4)
        if event_id in self.types:
            own = key(f"own {len(self.deeds)}") if chance.random() < 0.5 else None
            return basket(event_id, (chance.choice(self.types[event_id]), places), key=own)
        if dice < 0.65:
            # A few keys that everybody uses, for whatever event.
            return BookRequest(event_id, places, key(f"common {chance.randint(1, 9)}", f"{event_id} {places}"))
        return BookRequest(event_id, places, key(f"own {len(self.deeds)}") if chance.random() < 0.5 else None)

    def _end(self, mine: Booking) -> Request:
        """Pay a hold, or cancel a booking."""
        chance = self.chance
        if mine.status == "held" and chance.random() < 0.6:
            name = f"pay {mine.id}"
            return ConfirmRequest(mine.event_id, mine.id, "cash", key(name) if chance.random() < 0.5 else None)
        name = f"cancel {mine.id}"
        return CancelRequest(mine.event_id, mine.id, key(name) if chance.random() < 0.5 else None)

    async def ask(self, request: Request) -> Deed:
        """Ask any office; every answer is kept, and there must be one."""
        deed = Deed(request)
        self.deeds.append(deed)
        office = self.chance.choice(self.offices)
        try:
            answer = office.deps.engine.submit(request)
        except Busy as busy:
            deed.answer = busy
            return deed
        # Without a key it could not be told afterwards what became of it.
        if request.key and self.chance.random() < 0.1:
            asyncio.get_running_loop().call_later(self.chance.random() * 0.02, answer.cancel)
        await asyncio.wait([answer], timeout=PATIENCE_SECONDS)
        assert answer.done(), f"left without an answer: {request}"
        if answer.cancelled():
            deed.answer = Gone()
        elif error := answer.exception():
            assert isinstance(error, Busy | OutcomeUnknown), repr(error)
            deed.answer = error
        else:
            deed.answer = answer.result()
        return deed

    # --------------------------------------------------------------------------------------------------- the harm

    async def _do_harm(self) -> None:
        harms: list[tuple[str, Callable[[Office], Awaitable[None]]]] = [
            *((fault.name, lambda office, fault=fault: self._strike(office, fault)) for fault in Fault),
            ("backends ended", lambda _: end_backends(self.conninfo)),
            ("event locked", self._lock),
            ("holds run out", self._run_out),
            ("office restarted", self._restart),
            ("database away", self._go_down),
        ] * 2
        self.chance.shuffle(harms)
        for name, harm in harms:
            await asyncio.sleep(self.chance.random() * 0.05)
            await harm(self.chance.choice(self.offices))
            self.harm_done[name] += 1
        self._is_over = True

    async def _strike(self, office: Office, fault: Fault) -> None:
        office.wire.strike(fault)
        if fault in {Fault.IN_GREETING, Fault.GREETING_HELD}:
            await end_backends(self.conninfo)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await office.wire.struck.wait()
        if fault in {Fault.SYNC_HELD, Fault.GREETING_HELD}:
            # Sometimes longer than the engine is patient, sometimes longer than PostgreSQL is.
            await asyncio.sleep(self.chance.choice([0.05, 0.7, 1.2]))
            office.wire.released.set()

    async def _lock(self, _: Office) -> None:
        async with locked(self.conninfo, self.chance.choice(list(self.seats))):
            await asyncio.sleep(self.chance.random() * 0.5)

    async def _run_out(self, _: Office) -> None:
        await let_run_out(self.conninfo, self.chance.choice(list(self.types)))

    async def _restart(self, office: Office) -> None:
        # In the middle of a commit, when there is one.
        office.wire.strike(Fault.SYNC_HELD)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await office.wire.struck.wait()
        await office.stop()
        office.wire.fault = None
        office.wire.released.set()
        await office.start()

    async def _go_down(self, office: Office) -> None:
        office.wire.go_down()
        await asyncio.sleep(self.chance.random() * 0.3)
        office.wire.is_down = False

    # --------------------------------------------------------------------------------------------------- the peace

    async def _ask_again(self) -> None:
        """Whoever has a key and does not know how it ended asks again until it is told."""
        unknown = {deed.request for deed in self.deeds if isinstance(deed.answer, OutcomeUnknown | Gone)}
        for request in sorted((r for r in unknown if r.key), key=repr):
            deed = await self.ask(request)
            while isinstance(deed.answer, Busy | OutcomeUnknown | Gone):
                await asyncio.sleep(0.01)
                deed = await self.ask(request)

    async def _sell_the_rest(self) -> None:
        for event_id in self.seats:
            places = 100
            if event_id in self.types:
                await let_run_out(self.conninfo, event_id)
            while places:
                deed = await self.ask(self._party(event_id, places))
                if isinstance(deed.answer, Refused):
                    left = deed.answer.refusal.facts["available_seats"]
                    assert isinstance(left, int)
                    assert left < places
                    places = left
                await asyncio.sleep(0.001)

    def _party(self, event_id: str, places: int) -> Request:
        """Places of whatever costs nothing."""
        if event_id in self.types:
            return basket(event_id, (self.types[event_id][0], places))
        return BookRequest(event_id, places)


def as_it_was(booking: Booking) -> Booking:
    """What of a booking never changes. When it runs out is changed by who does harm."""
    return booking._replace(status="confirmed", cancelled_at=None, expires_at=None, paid_by=None)


def wanted(request: Request) -> tuple[str, int]:
    """The event and the number of places that a buyer asked for."""
    if isinstance(request, BasketRequest):
        return request.event_id, sum(line.quantity for line in request.lines)
    assert isinstance(request, BookRequest)
    return request.event_id, request.places


class Verdict:
    """Whether what was answered and what is in the database are the same story."""

    def __init__(self, world: World, found: dict[str, Booking], keys: set[str]) -> None:
        self.deeds = world.deeds
        self.found = found
        self.keys = keys

    def check(self) -> None:
        assert all(deed.answer is not None for deed in self.deeds)
        self._what_was_promised_is_there()
        self._what_was_refused_is_not()
        self._a_key_has_one_answer()
        self._only_what_somebody_asked_for_is_cancelled()

    def _what_was_promised_is_there(self) -> None:
        for deed in self.deeds:
            if isinstance(deed.answer, Booked):
                booking = deed.answer.booking
                assert as_it_was(self.found[booking.id]) == as_it_was(booking)
                assert (booking.event_id, booking.places) == wanted(deed.request)
            elif isinstance(deed.answer, Cancelled):
                booking = deed.answer.booking
                assert self.found[booking.id]._replace(expires_at=booking.expires_at) == booking
            elif isinstance(deed.answer, Confirmed):
                booking = deed.answer.booking
                assert as_it_was(self.found[booking.id]) == as_it_was(booking)
                assert self.found[booking.id].status in {"confirmed", "cancelled"}, "who paid has it until he cancels"

    def _what_was_refused_is_not(self) -> None:
        """A booking that nobody was told of belongs to somebody without a key who did not learn the outcome."""
        told = {deed.answer.booking.id for deed in self.deeds if isinstance(deed.answer, Booked)}
        untold = Counter((b.event_id, b.places) for b in self.found.values() if b.id not in told)
        unsure = Counter(
            wanted(deed.request)
            for deed in self.deeds
            if isinstance(deed.request, BookRequest | BasketRequest)
            and deed.request.key is None
            and isinstance(deed.answer, OutcomeUnknown | Gone)
        )
        assert untold <= unsure, f"nobody asked for {untold - unsure}"

    def _a_key_has_one_answer(self) -> None:
        outcomes: dict[str, set[str]] = {}
        for deed in self.deeds:
            if deed.request.key is None:
                continue
            answers = outcomes.setdefault(deed.request.key.id, set())
            if isinstance(deed.answer, Refused) and isinstance(deed.answer.refusal, IdempotencyKeyReused):
                continue
            if isinstance(deed.answer, Refused):
                answers.add(repr(deed.answer._replace(replayed=False)))
            elif isinstance(deed.answer, Booked | Cancelled | Confirmed):
                booking = deed.answer.booking._replace(expires_at=None)
                answers.add(repr(deed.answer._replace(booking=booking, replayed=False)))
        assert [answers for answers in outcomes.values() if len(answers) > 1] == []
        assert {key_id for key_id, answers in outcomes.items() if answers} == self.keys

    def _only_what_somebody_asked_for_is_cancelled(self) -> None:
        asked = {
            deed.request.booking_id
            for deed in self.deeds
            if isinstance(deed.request, CancelRequest) and isinstance(deed.answer, Cancelled | OutcomeUnknown | Gone)
        }
        assert {booking.id for booking in self.found.values() if booking.status == "cancelled"} <= asked


async def simulate(conninfo: str, seed: int) -> World:
    """Run a world to its end and judge it."""
    world = World(conninfo, seed)
    await world.run()
    found = await bookings(conninfo)
    keys = {row[0] for row in await rows(conninfo, "SELECT replace(id::text, '-', '') FROM idempotency_keys")}
    Verdict(world, found, keys).check()
    await assert_clean(conninfo)
    sold = Counter[str]()
    for booking in found.values():
        sold[booking.event_id] += booking.places if booking.status == "confirmed" else 0
    assert sold == world.seats, "a place was stranded, or sold twice"
    assert "expired" in {booking.status for booking in found.values()}, "no hold ran out"
    return world
