"""A lane: one connection that takes batch after batch, tries each until it is settled, and answers everybody in it."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from psycopg import errors

from fullhouse.engine import measure
from fullhouse.engine.batch import Inputs, Step, Transaction
from fullhouse.engine.intake import Batch, Intake
from fullhouse.rules.allocation import Decision
from fullhouse.rules.booking import Outcome
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.refusals import OutcomeUnknown, busy
from fullhouse.store.db import TRANSIENT, WriteConn

log = logging.getLogger(__name__)

IDEMPOTENCY_CONSTRAINT = "idempotency_keys_pkey"


class Patience(NamedTuple):
    """How long and how often a lane tries."""

    retries_max: int
    retry_pause_seconds: float
    batch_seconds_max: float


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
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Nothing runs before `run`."""
        self._intake = intake
        self._take = take
        self._connect = connect
        self._patience = patience
        self._clock = clock
        self._conn: WriteConn | None = None

    async def run(self) -> None:
        """Take and settle batches until cancelled."""
        try:
            while True:
                batch = await self._take()
                try:
                    await self._settle(batch)
                finally:
                    # Also when cancelled: nobody may be left without an answer.
                    _answer_all(batch, busy())
                    self._intake.finish(batch)
        finally:
            await self._drop_connection()

    async def _settle(self, batch: Batch) -> None:
        """Try the batch, with the same inputs each time, until everybody in it has an answer."""
        batch.waiters = [waiter for waiter in batch.waiters if not waiter.answer.done()]
        now = self._clock()
        inputs = Inputs(now, uuid7s(now, os.urandom(RANDOM_BYTES_PER_ID * len(batch.waiters))))
        unsure: Decision | None = None
        for attempt in range(self._patience.retries_max + 1):
            if attempt:
                measure.RETRIES.inc()
                await asyncio.sleep(self._patience.retry_pause_seconds * 2**attempt)
            if not batch.waiters:
                return None
            transaction: Transaction | None = None
            try:
                async with asyncio.timeout(self._patience.batch_seconds_max):
                    if self._conn is None or self._conn.closed:
                        self._conn = await self._connect()
                    transaction = Transaction(self._conn, batch, self._intake.put_back)
                    outcomes = await transaction.run(inputs, unsure)
            except errors.UniqueViolation as error:
                # Another process was first with an idempotency key; the next try finds what it answered.
                if error.diag.constraint_name != IDEMPOTENCY_CONSTRAINT:
                    return self._fail(batch, error)
            except (*TRANSIENT, TimeoutError) as error:
                log.warning("batch interrupted: %s", error, extra={"attempt": attempt, "requests": len(batch.waiters)})
                unsure = await self._lost(transaction, error) or unsure
            except asyncio.CancelledError as error:
                if await self._lost(transaction, error) or unsure:
                    _answer_all(batch, outcome_unknown())
                raise
            except Exception as error:  # noqa: BLE001 - a defect must reach every waiter and must not end the lane
                return self._fail(batch, error)
            else:
                return self._tell(batch, outcomes)
        return _answer_all(batch, outcome_unknown() if unsure else busy())

    async def _lost(self, transaction: Transaction | None, error: BaseException) -> Decision | None:
        """After a fault: the decision that may have been committed, or None when surely nothing was.

        What the server reports on a connection that lives on, it has rolled back.
        """
        is_reported = isinstance(error, psycopg.Error) and error.sqlstate is not None
        if is_reported and self._conn is not None and not self._conn.closed:
            return None
        await self._drop_connection()
        return transaction.decision if transaction is not None and transaction.step is Step.COMMIT else None

    async def _drop_connection(self) -> None:
        if self._conn is not None:
            await self._conn.close()
            self._conn = None

    def _tell(self, batch: Batch, outcomes: list[Outcome]) -> None:
        for waiter, outcome in zip(batch.waiters, outcomes, strict=True):
            waiter.tell(outcome)
        measure.settled(outcomes, shared=not batch.waits_for_locks)

    def _fail(self, batch: Batch, error: Exception) -> None:
        """One error fails the batch and is told to everyone in it."""
        log.error("batch failed", exc_info=error, extra={"requests": len(batch.waiters)})
        measure.FAILURES.inc()
        _answer_all(batch, BatchFailedError(str(error)))


class BatchFailedError(Exception):
    """A defect made the batch fail; nothing of it was written."""


def outcome_unknown() -> OutcomeUnknown:
    """The refusal for a commit whose answer was lost and could not be looked up."""
    return OutcomeUnknown(
        "The connection to the database was lost while your request was being committed. "
        "Send it again with the same Idempotency-Key to learn the outcome."
    )


def _answer_all(batch: Batch, error: Exception) -> None:
    for waiter in batch.waiters:
        waiter.fail(error)
