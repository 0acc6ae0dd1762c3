"""One batch = one transaction: lock and load, decide, write, commit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

from fullhouse.engine.intake import Batch, Waiter
from fullhouse.engine.offers import OfferMemory
from fullhouse.rules import ledger as money
from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import (
    BasketRequest,
    ChangeRequest,
    OfBooking,
    Outcome,
    Request,
)
from fullhouse.rules.decision import Decision, Deferred, Given, Known
from fullhouse.rules.house import House
from fullhouse.rules.offer import Offer
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.selling import Due
from fullhouse.store import (
    audit_log,
    booking,
    booking_change,
    buyer,
    drawing,
    house,
    idempotency,
    ledger,
    offer,
    payment,
    promo,
    ticket,
)
from fullhouse.store.pipeline import Pipeline

Offers: TypeAlias = dict[str, Offer]
PoolsByEvent: TypeAlias = dict[str, dict[str, int | None]]

DUE_HOLDS_MAX = 200
"""Holds of an event that one batch releases; who would need more of them waits for the next batch."""


class Step(Enum):
    """Where a transaction is. What fails before `COMMIT` has changed nothing."""

    LOCK = auto()
    DECIDE = auto()
    WRITE = auto()
    COMMIT = auto()


class Inputs(NamedTuple):
    """What comes from outside, once for all tries of a batch, so that it can be replayed.

    `loop_now` is the given moment on the event loop's clock, which says when each waiter arrived.
    """

    given: Given
    loop_now: float

    def asked_at(self, waiters: Sequence[Waiter]) -> list[datetime]:
        """When each of them asked."""
        return [self.given.now - timedelta(seconds=self.loop_now - waiter.arrived) for waiter in waiters]


class Transaction:
    """One try at a batch. After an exception, `step` says how far it came and `decision` what it had sent."""

    def __init__(
        self, pipeline: Pipeline, batch: Batch, offers: OfferMemory, put_back: Callable[[Batch, set[str]], None]
    ) -> None:
        """Nothing is sent before `run`. `put_back` takes the requests of locked events out of the batch."""
        self._pipeline = pipeline
        self._batch = batch
        self._offers = offers
        self._put_back = put_back
        self.step = Step.LOCK
        self.decision: Decision | None = None

    async def run(self, inputs: Inputs, unsure: Decision | None = None) -> list[Outcome | Deferred]:
        """Decide and write the batch; returns an outcome for each of its waiters after the commit.

        `unsure` is the decision of an earlier try that was lost in its commit. Its events are locked now, so
        that try has ended; if its bookings are there, it was committed and its outcomes stand.
        """
        async with self._pipeline:
            known = await self._lock_and_load(inputs.given.now)
            await self._leave_out_contended(known)
            if unsure is not None and await self._was_committed(unsure):
                return unsure.outcomes
            self.step = Step.DECIDE
            requests = [waiter.request for waiter in self._batch.waiters]
            asked_at = inputs.asked_at(self._batch.waiters) if known.due else None
            self.decision = decide(requests, known, inputs.given, asked_at)
            self.step = Step.WRITE
            self._write(self.decision, inputs.given.now)
            self.step = Step.COMMIT
            await self._pipeline.commit()
        return self.decision.outcomes

    async def _lock_and_load(self, now: datetime) -> Known:
        """Send all questions at once, then read the answers. The lock comes first, so the others see what is newest."""
        pipeline, event_ids = self._pipeline, self._batch.event_ids
        requests = [waiter.request for waiter in self._batch.waiters]
        named = {r.booking_id for r in requests if isinstance(r, OfBooking)}
        key_ids = {r.key.id for r in requests if r.key is not None}
        asked_houses = house.lock(pipeline, event_ids, wait=self._batch.waits_for_locks)
        asked_bookings = booking.load(pipeline, named) if named else None
        asked_keys = idempotency.recall(pipeline, key_ids) if key_ids else None
        pooled = self._offers.with_pools(event_ids)
        asked_pools = drawing.available(pipeline, pooled) if pooled else None
        houses = await asked_houses.read()
        bookings = await asked_bookings.read() if asked_bookings else {}
        keys = await asked_keys.read() if asked_keys else {}
        pools = await asked_pools.read() if asked_pools else {}
        offers, pools = await self._current_offers(houses, pools)
        left_behind = {one.event_id for one in bookings.values() if one.drawn} - pools.keys()
        if left_behind:
            # These drew on pools that their events offer nothing of any more.
            pools |= await drawing.available(pipeline, list(left_behind)).read()
        known = Known(houses, offers, pools, await self._due(houses, now), bookings, keys)
        return await self._with_sides(known, requests)

    async def _current_offers(self, houses: Mapping[str, House], pools: PoolsByEvent) -> tuple[Offers, PoolsByEvent]:
        """What is remembered of the offers; what has changed since is loaded anew, with its pools."""
        offers, stale = self._offers.current(houses.values())
        if not stale:
            return offers, pools
        asked_offers = offer.load(self._pipeline, stale)
        asked_pools = drawing.available(self._pipeline, stale)
        loaded = await asked_offers.read()
        self._offers.remember(loaded.values())
        return offers | loaded, pools | await asked_pools.read()

    async def _due(self, houses: Mapping[str, House], now: datetime) -> dict[str, Due]:
        """The holds that have run out, of the events where there may be some."""
        event_ids = [h.event_id for h in houses.values() if h.next_expiry_at is not None and h.next_expiry_at <= now]
        if not event_ids:
            return {}
        return await booking.due(self._pipeline, event_ids, now, DUE_HOLDS_MAX).read()

    async def _with_sides(self, known: Known, requests: Sequence[Request]) -> Known:
        """Add the promo codes and buyers that this batch has to look at, if there are any."""
        baskets = [request for request in requests if type(request) is BasketRequest]
        gone = [one for one in known.bookings.values() if one.status in {"held", "expired"}]
        coded = baskets + [r for r in requests if type(r) is ChangeRequest]
        named = {(r.event_id, r.promo_code) for r in coded if r.promo_code is not None}
        used = {(b.event_id, b.promo.code_id) for b in gone if b.promo is not None}
        limiting = {event_id for event_id, one in known.offers.items() if one.limits_buyers}
        who = [(r.event_id, r.buyer) for r in baskets] + [(b.event_id, b.buyer) for b in gone] if limiting else []
        buyers = {(at, buyer_key_of(one.email)) for at, one in who if one is not None and at in limiting}
        asked_codes = promo.load(self._pipeline, named, used) if named or used else None
        asked_buyers = buyer.tickets_had(self._pipeline, buyers) if buyers else None
        codes = await asked_codes.read() if asked_codes else {}
        had = await asked_buyers.read() if asked_buyers else {}
        return known._replace(codes=codes, buyers={one: had.get(one, {}) for one in buyers})

    async def _leave_out_contended(self, known: Known) -> None:
        """Put requests back whose event exists but is locked elsewhere: quiet events don't wait for a hot one."""
        if self._batch.waits_for_locks:
            return
        missing = [event_id for event_id in self._batch.event_ids if event_id not in known.houses]
        if missing:
            contended = await house.existing(self._pipeline, missing).read()
            if contended:
                self._put_back(self._batch, contended)

    async def _was_committed(self, unsure: Decision) -> bool:
        """A batch is written whole or not at all, so the first thing that it made tells for all of it.

        One that made nothing new changes nothing when it is done again.
        """
        made = unsure.booked or unsure.reserved
        if made:
            return await booking.exists(self._pipeline, made[0]).read()
        if unsure.history:
            return await booking_change.exists(self._pipeline, unsure.history[0]).read()
        return bool(unsure.tickets) and await ticket.exists(self._pipeline, unsure.tickets[0]).read()

    def _write(self, decision: Decision, now: datetime) -> None:
        """Send one statement for each kind of change that there is, whatever the number of requests."""
        pipeline = self._pipeline
        if decision.keys:
            idempotency.remember(pipeline, decision.keys, now)
        if decision.booked:
            booking.insert(pipeline, decision.booked, decision.tickets, decision.changes, decision.notices)
        else:
            self._write_counts(decision)
        if decision.reserved:
            booking.insert_reserved(pipeline, decision.reserved)
        if decision.drawn:
            drawing.change(pipeline, decision.drawn)
        if decision.promo_uses:
            promo.count(pipeline, decision.promo_uses)
        if decision.expiries:
            house.expect(pipeline, decision.expiries)
        self._write_ends(decision, now)

    def _write_counts(self, decision: Decision) -> None:
        """Do what the insert of plain bookings does beside them, in a batch that has none."""
        if decision.changes or decision.notices:
            house.change(self._pipeline, decision.changes, decision.notices)
        if decision.tickets:
            ticket.insert(self._pipeline, decision.tickets)

    def _write_ends(self, decision: Decision, now: datetime) -> None:
        """Write how bookings end. A hold may be confirmed and cancelled in one batch, so cancelling is last."""
        if decision.changed:
            booking.change(self._pipeline, decision.changed)
        if decision.extended:
            booking.extend(self._pipeline, decision.extended)
        if decision.expired:
            booking.expire(self._pipeline, decision.expired)
        if decision.confirmed:
            booking.confirm(self._pipeline, decision.confirmed, now)
        if decision.cancelled:
            booking.cancel(self._pipeline, decision.cancelled)
        if decision.history:
            booking_change.insert(self._pipeline, decision.history)
        if decision.acts:
            audit_log.insert(self._pipeline, decision.acts)
        postings = money.of_batch(decision.reserved, decision.confirmed, decision.cancelled)
        if postings:
            ledger.post(self._pipeline, postings, now)
            payment.insert_at_desk(self._pipeline, postings, now)
