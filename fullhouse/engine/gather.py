"""Gathered reads: all who wait share one query, begun after the last of them asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from fullhouse.rules.refusals import busy
from fullhouse.store.db import TRANSIENT, ReadConn, Reader

V = TypeVar("V")


class GatherLimits(NamedTuple):
    """How many may wait for a gathered read, and how long."""

    waiting_max: int
    seconds_max: float


class Gather(Generic[V]):
    """Looks things up by key for many at once. No answer is older than its question, and nothing is cached."""

    def __init__(
        self,
        reader: Reader,
        query: Callable[[ReadConn, Sequence[Any]], Awaitable[dict[Any, V]]],
        limits: GatherLimits,
    ) -> None:
        """`query` gets the distinct keys of all who wait, and leaves out what does not exist."""
        self._reader = reader
        self._query = query
        self._limits = limits
        self._waiting: list[tuple[Any, asyncio.Future[V | None]]] = []
        self._task: asyncio.Task[None] | None = None

    def find(self, key: Any) -> asyncio.Future[V | None]:  # noqa: ANN401 - each gather has its own kind of key
        """The future gets what is found, or None. Raises `Busy` when too many wait; the future may, too."""
        if len(self._waiting) >= self._limits.waiting_max:
            raise busy("Too many requests are waiting. Try again.")
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return answer

    async def close(self) -> None:
        """Let who waits have an answer, and close the connection."""
        if self._task is not None:
            await self._task
        await self._reader.close()

    async def _run(self) -> None:
        """Query for all who wait until nobody does."""
        while self._waiting:
            asked, self._waiting = self._waiting, []
            keys = list({key for key, _ in asked})
            try:
                async with asyncio.timeout(self._limits.seconds_max):
                    found = await self._reader.run(partial(self._query_keys, keys))
            except (*TRANSIENT, TimeoutError):
                _fail(asked, busy("The database can't be reached at the moment. Try again."))
            except Exception as error:  # noqa: BLE001 - a defect must reach all who wait, and the next must be served
                _fail(asked, error)
            else:
                for key, answer in asked:
                    if not answer.done():
                        answer.set_result(found.get(key))
        self._task = None

    def _query_keys(self, keys: Sequence[Any], conn: ReadConn) -> Awaitable[dict[Any, V]]:
        return self._query(conn, keys)


def _fail(asked: Sequence[tuple[Any, asyncio.Future[Any]]], error: Exception) -> None:
    for _, answer in asked:
        if not answer.done():
            answer.set_exception(error)
