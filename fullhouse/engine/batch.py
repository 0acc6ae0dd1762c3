"""One batch = one transaction: lock and load, decide, write, commit."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from fullhouse.engine.intake import Batch
from fullhouse.rules.allocation import Decision, Known, decide
from fullhouse.rules.booking import CancelRequest, Outcome
from fullhouse.store import booking, house, idempotency
from fullhouse.store.pipeline import Pipeline


class Step(Enum):
    """Where a transaction is. What fails before `COMMIT` has changed nothing."""

    LOCK = auto()
    DECIDE = auto()
    WRITE = auto()
    COMMIT = auto()


class Inputs(NamedTuple):
    """What comes from outside, once for all tries of a batch, so that it can be replayed: the moment and fresh ids."""

    now: datetime
    ids: Sequence[str]


class Transaction:
    """One try at a batch. After an exception, `step` says how far it came and `decision` what it had sent."""

    def __init__(self, pipeline: Pipeline, batch: Batch, put_back: Callable[[Batch, set[str]], None]) -> None:
        """Nothing is sent before `run`. `put_back` takes the requests of locked events out of the batch."""
        self._pipeline = pipeline
        self._batch = batch
        self._put_back = put_back
        self.step = Step.LOCK
        self.decision: Decision | None = None

    async def run(self, inputs: Inputs, unsure: Decision | None = None) -> list[Outcome]:
        """Decide and write the batch; returns an outcome for each of its waiters after the commit.

        `unsure` is the decision of an earlier try that was lost in its commit. Its events are locked now, so
        that try has ended; if its bookings are there, it was committed and its outcomes stand.
        """
        async with self._pipeline:
            known = await self._lock_and_load()
            await self._leave_out_contended(known)
            if unsure is not None and await self._was_committed(unsure):
                return unsure.outcomes
            self.step = Step.DECIDE
            requests = [waiter.request for waiter in self._batch.waiters]
            self.decision = decide(requests, known, inputs.now, inputs.ids)
            self.step = Step.WRITE
            self._write(self.decision, inputs.now)
            self.step = Step.COMMIT
            await self._pipeline.commit()
        return self.decision.outcomes

    async def _lock_and_load(self) -> Known:
        """Send all questions at once, then read the answers. The lock comes first, so the others see what is newest."""
        requests = [waiter.request for waiter in self._batch.waiters]
        cancels = {r.booking_id for r in requests if type(r) is CancelRequest}
        key_ids = {r.key.id for r in requests if r.key is not None}
        houses = house.lock(self._pipeline, self._batch.event_ids, wait=self._batch.waits_for_locks)
        bookings = booking.load(self._pipeline, cancels) if cancels else None
        keys = idempotency.recall(self._pipeline, key_ids) if key_ids else None
        return Known(
            await houses.read(),
            await bookings.read() if bookings else {},
            await keys.read() if keys else {},
        )

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
        """A batch is written whole or not at all, so its first booking tells for all of it.

        Without a booking there is nothing to ask for: cancelling again and remembering again change nothing.
        """
        if not unsure.booked:
            return False
        return await booking.exists(self._pipeline, unsure.booked[0]).read()

    def _write(self, decision: Decision, now: datetime) -> None:
        """Send one statement for each kind of change that there is, whatever the number of requests."""
        if decision.keys:
            idempotency.remember(self._pipeline, decision.keys, now)
        if decision.cancelled:
            booking.cancel(self._pipeline, decision.cancelled, now)
        if decision.booked:
            booking.insert(self._pipeline, decision.booked, decision.changes)
        elif decision.changes:
            house.change(self._pipeline, decision.changes)
