"""Waiting for changes: one query now and then for all in a process who wait, and none while nobody does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from fullhouse.rules.refusals import busy
from fullhouse.store.db import TRANSIENT, ReadConn, Reader

log = logging.getLogger(__name__)

Query = Callable[[ReadConn, int], Awaitable[tuple[int, dict[str, int]]]]
"""From a position: the last position there is, and for each organizer with changes behind it that of the last one."""


class WatchLimits(NamedTuple):
    """How many may wait, and how long it is from one look to the next."""

    waiting_max: int
    pause_seconds: float


class _Watcher:
    """Who waits for changes of an organizer behind a position."""

    def __init__(self, organizer_id: str, position: int) -> None:
        self.organizer_id = organizer_id
        self.position = position
        self.woken = asyncio.Event()


class Watch:
    """Wakes who waits as soon as there is something new for him."""

    def __init__(self, reader: Reader, query: Query, limits: WatchLimits) -> None:
        """Nothing is asked before somebody waits."""
        self._reader = reader
        self._query = query
        self._limits = limits
        self._watchers: set[_Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_ending = False

    async def wait(self, organizer_id: str, position: int, seconds: float) -> None:
        """Return when the organizer has changes behind a position, or so many seconds later, or when the program ends.

        Raises Busy when too many wait.
        """
        if self._is_ending:
            return
        if len(self._watchers) >= self._limits.waiting_max:
            raise busy("Too many are waiting for changes. Ask without waiting, or try again.")
        watcher = _Watcher(organizer_id, position)
        self._watchers.add(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                await watcher.woken.wait()
        except TimeoutError:
            pass
        finally:
            # Also when who waited has gone away: from then on nothing is done for him.
            self._watchers.discard(watcher)

    @property
    def is_ending(self) -> bool:
        """Whether nobody is to wait any more."""
        return self._is_ending

    def end(self) -> None:
        """Wake all, because the program ends; from now on nobody waits."""
        self._is_ending = True
        for watcher in self._watchers:
            watcher.woken.set()

    async def close(self) -> None:
        """Wake all, and close the connection."""
        self.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._reader.close()

    async def _look(self) -> None:
        """Look again and again, as long as somebody waits."""
        try:
            while True:
                await asyncio.sleep(self._limits.pause_seconds)
                waiting = {one for one in self._watchers if not one.woken.is_set()}
                if not waiting:
                    return
                try:
                    await self._wake(waiting)
                except TRANSIENT as error:
                    log.warning("changes not looked for", extra={"reason": str(error)})
        finally:
            self._task = None

    async def _wake(self, waiting: set[_Watcher]) -> None:
        after = min(one.position for one in waiting)
        latest, by_organizer = await self._reader.run(partial(self._query_behind, after))
        for one in waiting:
            if by_organizer.get(one.organizer_id, 0) > one.position:
                one.woken.set()
            else:
                # There is nothing for him up to there, so the next look begins behind it.
                one.position = max(one.position, latest)

    def _query_behind(self, after: int, conn: ReadConn) -> Awaitable[tuple[int, dict[str, int]]]:
        return self._query(conn, after)
