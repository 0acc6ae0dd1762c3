"""The whole program, driven step by step: it stands still between the steps, and its clock is the test's.

Two engines work on one database, as two processes have them, and Stripe is a process of its own.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg

from fullhouse.actions import booking, payment
from fullhouse.actions.deps import Deps
from fullhouse.store import audit, ledger
from tests.cast import running_deps
from tests.engine.stage import lanes
from tests.outside.stripe_desk import open_desk, settings_for

T = TypeVar("T")

BANK: dict[str, Any] = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}
LONG = timedelta(days=100)
"""Longer than anything that is under way may last."""


class Theatre:
    """Opened once for all examples; each of them has events of its own, and a time of its own behind the others."""

    def __init__(self, conninfo: str, stripe_url: str) -> None:
        """Nothing is open yet."""
        self.conninfo = conninfo
        self.now = datetime(2030, 1, 1, tzinfo=UTC)
        self._stripe_url = stripe_url
        self._stack = AsyncExitStack()
        self._deps: list[Deps] = []
        self._turns = 0

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self.rows = psycopg.connect(self.conninfo, autocommit=True)
        self.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self.run(self._stack.aclose())
        self.rows.close()
        self._runner.close()

    async def _open(self) -> None:
        self.stripe = await self._stack.enter_async_context(open_desk(self._stripe_url))
        settings = BANK | settings_for(self.stripe.url)
        for _ in range(2):
            deps = await self._stack.enter_async_context(running_deps(self.conninfo, **settings))
            for lane in lanes(deps):
                lane._clock = self.clock
            self._deps.append(replace(deps, clock=self.clock))

    def clock(self) -> datetime:
        """What time it is."""
        return self.now

    @property
    def deps(self) -> Deps:
        """The one process and the other, by turns."""
        self._turns += 1
        return self._deps[self._turns % 2]

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        """Let the program go on until something is done."""
        return self._runner.run(asked)

    async def sweep(self) -> None:
        """Do what the jobs of a serving process do every so often."""
        async for _ in booking.release_due(self.deps):
            pass
        await payment.sweep(self.deps)

    # --------------------------------------------------------------------------------------- looking at the rows

    def all(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """What a query answers."""
        return self.rows.execute(sql.encode(), params).fetchall()

    def unequal(self, event_id: str) -> list[tuple[Any, ...]]:
        """What the audit finds of an event."""
        return [
            (rule, *row)
            for rule, sql in (audit.RULES | ledger.RULES).items()
            for row in self.rows.execute(sql)
            if str(row[0]) in {event_id, "all"}
        ]
