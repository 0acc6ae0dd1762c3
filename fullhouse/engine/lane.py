"""A lane: one connection that takes batch after batch, tries each until it is settled, and answers everybody in it."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

import psycopg
from psycopg import errors

from fullhouse.engine import measure
from fullhouse.engine.batch import Inputs, Step, Transaction
from fullhouse.engine.intake import Batch, Intake, Waiter
from fullhouse.engine.offers import OfferMemory
from fullhouse.rules.booking import Outcome
from fullhouse.rules.decision import Decision, Deferred, Given
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.refusals import OutcomeUnknown, busy
from fullhouse.store.db import TRANSIENT, WriteConn
from fullhouse.store.pipeline import Pipeline

log = logging.getLogger(__name__)

SECRET_BYTES = 32
TOLD_AT_ONCE = 16
IDEMPOTENCY_CONSTRAINT = "idempotency_keys_pkey"


class Patience(NamedTuple):
    """How long and how often a lane tries."""

    retries_max: int
    retry_pause_seconds: float
    batch_seconds_max: float
    settle_seconds_max: float


class Terms(NamedTuple):
    """What all lanes of a process sell by: how long a hold lasts, and the offers that are remembered."""

    hold_time: timedelta
    offers: OfferMemory


def utc_now() -> datetime:
    """The moment of a batch."""
    return datetime.now(UTC)


class Lane:
    """Runs batches one after the other on a connection that it opens, and opens again when it was lost."""

    def __init__(
        self,
        intake: Intake,
        take: Callable[[], Awaitable[Batch]],
        connect: Callable[[], Awaitable[WriteConn]],
        patience: Patience,
        terms: Terms,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Nothing runs before `run`."""
        self._intake = intake
        self._take = take
        self._connect = connect
        self._patience = patience
        self._terms = terms
        self._clock = clock
        self._conn: WriteConn | None = None
        self._prepared: dict[str, bytes] = {}

    async def run(self) -> None:
        """Take and settle batches until cancelled."""
        try:
            while True:
                batch = await self._take()
                try:
                    await self._settle(batch)
                except Exception:
                    # Of a defect in counting, for instance: those in a batch are told within.
                    log.exception("defect in a lane")
                finally:
                    # Also when cancelled: nobody may be left without an answer.
                    _answer_all(batch, busy())
                    self._intake.finish(batch)
        finally:
            if self._conn is not None:
                await self._conn.close()

    async def _settle(self, batch: Batch) -> None:
        """Try the batch, with the same inputs each time, until everybody in it has an answer."""
        batch.waiters = [waiter for waiter in batch.waiters if not waiter.answer.done()]
        inputs = self._inputs(batch)
        unsure: Decision | None = None
        latest = asyncio.get_running_loop().time() + self._patience.settle_seconds_max
        for attempt in range(self._patience.retries_max + 1):
            if asyncio.get_running_loop().time() > latest:
                break
            pause = self._patience.retry_pause_seconds * 2 ** (attempt - 1) if attempt else None
            try:
                outcomes = await self._attempt(batch, inputs, unsure, pause)
            except _InterruptedError as interrupted:
                log.warning("batch interrupted", extra={"attempt": attempt, "reason": str(interrupted.__cause__)})
                unsure = interrupted.unsure or unsure
                # The lost try may still hold its locks: only behind them is it known how it ended.
                batch.waits_for_locks = batch.waits_for_locks or unsure is not None
            except Exception as error:  # noqa: BLE001 - a defect must reach every waiter and must not end the lane
                return self._fail(batch, error)
            else:
                return self._tell(batch, outcomes)
        return _answer_all(batch, outcome_unknown() if unsure else busy())

    def _inputs(self, batch: Batch) -> Inputs:
        now = self._clock()
        ids = uuid7s(now, os.urandom(RANDOM_BYTES_PER_ID * len(batch.waiters)))
        given = Given(now, ids, os.urandom(SECRET_BYTES), self._terms.hold_time)
        return Inputs(given, asyncio.get_running_loop().time())

    async def _attempt(
        self, batch: Batch, inputs: Inputs, unsure: Decision | None, pause: float | None
    ) -> list[Outcome | Deferred]:
        """Try once, after a pause if it is not the first time. Raises _InterruptedError for what may be tried again."""
        transaction: Transaction | None = None
        try:
            if pause is not None:
                measure.RETRIES.inc()
                await asyncio.sleep(pause)
            async with asyncio.timeout(self._patience.batch_seconds_max):
                if self._conn is None or self._conn.closed:
                    self._conn, self._prepared = await self._connect(), {}
                transaction = Transaction(
                    Pipeline(self._conn, self._prepared), batch, self._terms.offers, self._intake.put_back
                )
                return await transaction.run(inputs, unsure)
        except errors.UniqueViolation as error:
            if error.diag.constraint_name != IDEMPOTENCY_CONSTRAINT:
                raise
            # Another transaction was first with an idempotency key; the next try finds what it answered.
            raise _InterruptedError(None) from error
        except asyncio.CancelledError as error:
            if unsure or _maybe_committed(transaction, error):
                _answer_all(batch, outcome_unknown())
            raise
        except Exception as error:
            maybe = _maybe_committed(transaction, error)
            # As long as a try may have been committed, not even a defect may say that nothing was done.
            if maybe or unsure or isinstance(error, (*TRANSIENT, TimeoutError)):
                raise _InterruptedError(maybe) from error
            raise

    def _tell(self, batch: Batch, outcomes: list[Outcome | Deferred]) -> None:
        told: list[tuple[Waiter, Outcome]] = []
        deferred: list[Waiter] = []
        for waiter, outcome in zip(batch.waiters, outcomes, strict=True):
            if isinstance(outcome, Deferred):
                deferred.append(waiter)
            else:
                told.append((waiter, outcome))
        if deferred:
            self._intake.defer(batch, deferred)
        batch.waiters = []
        _tell_in_turns(iter(told))
        measure.settled([outcome for _, outcome in told], batch.lane)

    def _fail(self, batch: Batch, error: Exception) -> None:
        """One error fails the batch and is told to everyone in it."""
        log.error("batch failed", exc_info=error, extra={"requests": len(batch.waiters)})
        measure.FAILURES.inc()
        _answer_all(batch, BatchFailedError(str(error)))


class BatchFailedError(Exception):
    """A defect made the batch fail; nothing of it was written."""


class _InterruptedError(Exception):
    """A try ended without an answer. `unsure` is the decision that it may have committed."""

    def __init__(self, unsure: Decision | None) -> None:
        super().__init__()
        self.unsure = unsure


def _maybe_committed(transaction: Transaction | None, error: BaseException) -> Decision | None:
    """The decision that may have been committed in spite of the fault, or None when surely nothing was.

    An ERROR that PostgreSQL reports has rolled the transaction back. A FATAL one may have come after the commit,
    and so may the loss of the connection.
    """
    if transaction is None or transaction.step is not Step.COMMIT:
        return None
    if isinstance(error, psycopg.Error) and error.diag.severity_nonlocalized == "ERROR":
        return None
    return transaction.decision


def _tell_in_turns(told: Iterator[tuple[Waiter, Outcome]]) -> None:
    """Tell some their outcomes now, and the others in the next turns of the event loop.

    Each of them writes a response then. If all of a large batch did so in one turn, the lane would have to wait for
    them with its next batch, and PostgreSQL for the lane. Measured in docs/decisions/0009-money.md.
    """
    some = list(islice(told, TOLD_AT_ONCE))
    for waiter, outcome in some:
        waiter.tell(outcome)
    if len(some) == TOLD_AT_ONCE:
        asyncio.get_running_loop().call_soon(_tell_in_turns, told)


def outcome_unknown() -> OutcomeUnknown:
    """The refusal for a commit whose answer was lost and could not be looked up."""
    return OutcomeUnknown(
        "The connection to the database was lost while your request was being committed. "
        "Send it again with the same Idempotency-Key to learn the outcome."
    )


def _answer_all(batch: Batch, error: Exception) -> None:
    for waiter in batch.waiters:
        waiter.fail(error)
