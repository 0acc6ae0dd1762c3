"""The waiting line: requests by event in order of arrival, bounded, until a lane takes them as a batch."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fullhouse.rules.booking import Outcome, Request
from fullhouse.rules.refusals import busy

RUSH_SECONDS = 1.0
"""So long after its last large batch a process is in a rush."""
SKIPS_MAX = 3
"""So often an event may be passed over because it is locked elsewhere, before a lane waits for its lock."""


class Limits(NamedTuple):
    """How much may wait, and how much a batch takes."""

    line_length_max: int
    batch_size_max: int
    hot_line_length: int
    wait_seconds_max: float


class Waiter:
    """A request, and who waits for its answer since when (seconds of the event loop's clock)."""

    __slots__ = ("answer", "arrived", "request")

    def __init__(self, request: Request, answer: asyncio.Future[Outcome], arrived: float) -> None:
        """Keep all three."""
        self.request = request
        self.answer = answer
        self.arrived = arrived

    def tell(self, outcome: Outcome) -> None:
        """Answer, unless nobody waits any more."""
        if not self.answer.done():
            self.answer.set_result(outcome)

    def fail(self, error: Exception) -> None:
        """Say that there is no answer, unless nobody waits any more."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(slots=True)
class Batch:
    """Requests that are decided together. It owns its waiters: each gets exactly one answer.

    With `waits_for_locks` it waits for events that are locked elsewhere, otherwise their requests are put back.
    """

    lane: Literal["shared", "hot", "contended"]
    waits_for_locks: bool = False
    waiters: list[Waiter] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)


class Ready:
    """Events that a kind of lane may take, in the order in which they became so."""

    def __init__(self) -> None:
        """Begin with none."""
        self._event_ids: dict[str, None] = {}
        self._is_some = asyncio.Event()

    def __bool__(self) -> bool:
        """There is one to take."""
        return bool(self._event_ids)

    def add(self, event_id: str) -> None:
        """Offer an event; again changes nothing."""
        self._event_ids[event_id] = None
        self._is_some.set()

    def discard(self, event_id: str) -> None:
        """Take an offer back."""
        self._event_ids.pop(event_id, None)

    async def first(self) -> str:
        """Wait for an event and take it."""
        while not self._event_ids:
            self._is_some.clear()
            await self._is_some.wait()
        event_id = next(iter(self._event_ids))
        del self._event_ids[event_id]
        return event_id


class Intake:
    """The lines of one process. An event is in at most one batch at a time, so its order of arrival is kept."""

    def __init__(self, limits: Limits) -> None:
        """Begin with empty lines."""
        self._limits = limits
        self._lines: dict[str, deque[Waiter]] = {}
        self._taken: set[str] = set()
        self._skips: dict[str, int] = {}
        # Events with somebody waiting, that no batch has: in the order in which they became so.
        self._shared = Ready()
        self._hot = Ready()
        self._contended = Ready()
        self._finished = asyncio.Event()
        self._is_closed = False
        self._rushed_at = -RUSH_SECONDS
        self.waiting = 0

    @property
    def is_rush(self) -> bool:
        """Whether so many are booking that others should hold back."""
        return asyncio.get_running_loop().time() - self._rushed_at < RUSH_SECONDS

    def join(self, request: Request) -> asyncio.Future[Outcome]:
        """Wait in line; the future gets the outcome. Raises `Busy` at once when the line is full or closed."""
        if self._is_closed:
            raise busy("The server is shutting down. Nothing was done; try again.")
        if self.waiting >= self._limits.line_length_max:
            raise busy("Too many requests are waiting. Nothing was done; try again.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        event_id = request.event_id
        line = self._lines.get(event_id)
        if line is None:
            line = self._lines[event_id] = deque()
        line.append(Waiter(request, answer, loop.time()))
        self.waiting += 1
        if len(line) == 1 or len(line) == self._limits.hot_line_length:
            self._make_ready(event_id)
        return answer

    def _make_ready(self, event_id: str) -> None:
        """Offer an event that has somebody waiting to the lanes, if no batch has it."""
        if event_id in self._taken:
            return
        if self._skips.get(event_id, 0) >= SKIPS_MAX:
            self._contended.add(event_id)
        elif len(self._lines[event_id]) >= self._limits.hot_line_length:
            self._shared.discard(event_id)
            self._hot.add(event_id)
        else:
            self._shared.add(event_id)

    async def take_shared(self) -> Batch:
        """Wait for requests of quiet events, and take as many as a batch holds."""
        batch = Batch("shared")
        self._take(await self._shared.first(), batch)
        while self._shared and len(batch.waiters) < self._limits.batch_size_max:
            self._take(await self._shared.first(), batch)
        return batch

    async def take_hot(self) -> Batch:
        """Wait for an event with many waiting, and take a batch of it alone."""
        batch = Batch("hot")
        self._take(await self._hot.first(), batch)
        return batch

    async def take_contended(self) -> Batch:
        """Wait for an event that was found locked elsewhere, and take a batch of it alone that waits for the lock."""
        batch = Batch("contended", waits_for_locks=True)
        self._take(await self._contended.first(), batch)
        return batch

    def _take(self, event_id: str, batch: Batch) -> None:
        """Move the head of an event's line into a batch, as far as there is space."""
        line = self._lines[event_id]
        count = min(len(line), self._limits.batch_size_max - len(batch.waiters))
        batch.waiters += [line.popleft() for _ in range(count)]
        batch.event_ids.append(event_id)
        self._taken.add(event_id)
        self.waiting -= count
        if not line:
            del self._lines[event_id]
        if len(batch.waiters) >= self._limits.hot_line_length:
            self._rushed_at = asyncio.get_running_loop().time()

    def put_back(self, batch: Batch, skipped: set[str]) -> None:
        """Return the requests of events that were locked elsewhere to the front of their lines, in order."""
        for waiter in reversed(batch.waiters):
            event_id = waiter.request.event_id
            if event_id in skipped:
                self._lines.setdefault(event_id, deque()).appendleft(waiter)
                self.waiting += 1
        batch.waiters = [waiter for waiter in batch.waiters if waiter.request.event_id not in skipped]
        batch.event_ids = [event_id for event_id in batch.event_ids if event_id not in skipped]
        for event_id in skipped:
            self._skips[event_id] = self._skips.get(event_id, 0) + 1
        self._release(skipped)

    def defer(self, batch: Batch, waiters: list[Waiter]) -> None:
        """Return those without an outcome to the front of their lines, in order, while the batch has their events."""
        for waiter in reversed(waiters):
            self._lines.setdefault(waiter.request.event_id, deque()).appendleft(waiter)
            self.waiting += 1
        batch.waiters = [waiter for waiter in batch.waiters if waiter not in waiters]

    def finish(self, batch: Batch) -> None:
        """Let other batches have the events of this one."""
        for event_id in batch.event_ids:
            # While an event is busy, the process that it is shared with is, too, and it is not worth finding out anew.
            if event_id not in self._lines:
                self._skips.pop(event_id, None)
        self._release(batch.event_ids)
        self._finished.set()

    def _release(self, event_ids: Iterable[str]) -> None:
        for event_id in event_ids:
            self._taken.discard(event_id)
            if event_id in self._lines:
                self._make_ready(event_id)

    def refuse_overdue(self) -> int:
        """Refuse who has waited too long in line, as when the database is away; returns how many."""
        latest = asyncio.get_running_loop().time() - self._limits.wait_seconds_max
        return self._refuse(lambda waiter: waiter.arrived <= latest)

    async def until_idle(self) -> None:
        """Wait until nobody waits and no batch is under way."""
        while self._lines or self._taken:
            self._finished.clear()
            await self._finished.wait()

    def close(self) -> None:
        """Let nobody join any more. Who is in line is still served."""
        self._is_closed = True

    def refuse_all(self) -> int:
        """Refuse everybody who is still in line, at the end of a shutdown; returns how many."""
        return self._refuse(lambda _: True)

    def _refuse(self, is_refused: Callable[[Waiter], bool]) -> int:
        count = 0
        for event_id, line in list(self._lines.items()):
            while line and is_refused(line[0]):
                line.popleft().fail(busy("The request waited too long. Nothing was done; try again."))
                self.waiting -= 1
                count += 1
            if not line:
                del self._lines[event_id]
                for ready in (self._shared, self._hot, self._contended):
                    ready.discard(event_id)
                self._skips.pop(event_id, None)
        return count
