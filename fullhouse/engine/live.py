"""Showing what is left of events to all who watch: one query now and then for a whole process, and none for nobody.

What is to be shown is encoded once for each event and change. Each stream keeps only the newest of it, so that who
reads slowly misses what is out of date, and costs no memory.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVar

from fullhouse.engine import measure
from fullhouse.rules.live import Left, PlacesLeft, left_of, next_turn
from fullhouse.rules.offer import Offer
from fullhouse.rules.refusals import Busy, EventNotFound, busy
from fullhouse.store import live, offer
from fullhouse.store.db import TRANSIENT, ReadConn, Reader

log = logging.getLogger(__name__)

SLICE = 64
"""So many streams are told, or events looked through, before others have a turn: selling must not wait for viewers."""
REST = 4
REST_SECONDS_MAX = 2.0
"""A look is followed by a pause of so many times as long as it took, and as long as it took to tell of it, but of no
more seconds than these: selling goes first."""
RETRY_AFTER_SECONDS = 10

T = TypeVar("T")
Found: TypeAlias = tuple[dict[str, PlacesLeft], dict[str, Offer]]


class Frame(NamedTuple):
    """What is shown of an event, encoded, with the id of just that: the same in each process, and after each start."""

    id: str
    encoded: bytes


class LiveLimits(NamedTuple):
    """How many may watch; how long it is from look to look, and from sign of life to sign of life.

    Who takes in nothing for `stalled_seconds` is cut off; a look is given up after `look_seconds_max`.
    """

    streams_max: int
    pause_seconds: float
    beat_seconds: float
    stalled_seconds: float
    look_seconds_max: float


def _nothing() -> None:
    """Where a connection can't be cut off."""


class Stream:
    """What one who watches is still to be sent: the newest alone."""

    __slots__ = ("_beats", "_frame", "_is_over", "_sending_since", "_woken", "cut_off", "event_id", "sees_drafts")

    def __init__(self, event_id: str, *, sees_drafts: bool = False) -> None:
        """Of drafts it is shown to those alone who work on them."""
        self.event_id = event_id
        self.sees_drafts = sees_drafts
        self.cut_off: Callable[[], None] = _nothing
        """Ends the connection at once, with what is still in its buffer; set by whoever has one."""
        self._frame: Frame | None = None
        self._beats = False
        self._is_over = False
        self._sending_since: float | None = None
        self._woken: asyncio.Future[None] | None = None

    async def next(self) -> Frame | None:
        """What is to be sent next, as soon as there is something; None at the end. An empty frame is a sign of life."""
        self._sending_since = None
        while not (self._is_over or self._frame or self._beats):
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
        if self._is_over:
            return None
        frame, self._frame, self._beats = self._frame or BEAT, None, False
        self._sending_since = asyncio.get_running_loop().time()
        return frame

    def tell(self, frame: Frame) -> None:
        """Send this, and not what was to be sent before."""
        self._frame = frame
        self._wake()

    def beat(self, stalled_since: float) -> None:
        """Send a sign of life, or cut off who has taken in nothing since then."""
        if self._sending_since is not None and self._sending_since <= stalled_since:
            self.cut_off()
        self._beats = True
        self._wake()

    def end(self) -> None:
        """Send nothing more. Who has not taken in the last of it by now is cut off."""
        if self._sending_since is not None and not self._is_over:
            # While somebody reads, sending takes no time at all: this one does not.
            self.cut_off()
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


BEAT = Frame("", b"")


class _Watched:
    """An event that somebody watches, and what was seen of it last."""

    __slots__ = ("failure", "frame", "left", "looked", "offer", "places", "streams", "turns_at")

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.looked = asyncio.Event()
        self.failure: Exception | None = None
        self.places: PlacesLeft | None = None
        self.offer: Offer | None = None
        self.left: Left | None = None
        self.frame: Frame | None = None
        self.turns_at: datetime | None = None


class Live:
    """All streams of a process, and the one who looks for them."""

    def __init__(
        self, reader: Reader, encode: Callable[[Left], Frame], clock: Callable[[], datetime], limits: LiveLimits
    ) -> None:
        """Nothing is asked before somebody watches."""
        self._reader = reader
        self._encode = encode
        self._clock = clock
        self._limits = limits
        self._watched: dict[str, _Watched] = {}
        self._count = 0
        self._looking: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._is_new = asyncio.Event()
        self._is_away = False
        self._is_ending = False

    async def join(self, stream: Stream) -> None:
        """Let a stream know what is left at first, and then whatever changes, until it leaves.

        Raises EventNotFound, also for a draft unless the stream sees drafts, and Busy when too many watch, when the
        database can't be reached, and at the end of the program.
        """
        if self._is_ending:
            raise _not_now("The server is being stopped.")
        if self._count >= self._limits.streams_max:
            raise _not_now("Too many are watching at the moment. Ask for the availability, or try again later.")
        watched = self._watched.setdefault(stream.event_id, _Watched())
        watched.streams.add(stream)
        self._count += 1
        measure.STREAMS.set(self._count)
        try:
            await self._first_look(watched)
            stream.tell(_first_frame(stream, watched))
        except BaseException:
            self.leave(stream)
            raise

    def leave(self, stream: Stream) -> None:
        """Forget a stream, and what only it has watched."""
        watched = self._watched.get(stream.event_id)
        if watched is None or stream not in watched.streams:
            return
        watched.streams.discard(stream)
        self._count -= 1
        measure.STREAMS.set(self._count)
        if not watched.streams:
            del self._watched[stream.event_id]

    def end(self) -> None:
        """End all streams, because the program ends."""
        self._is_ending = True
        for stream in self._streams():
            stream.end()

    async def close(self) -> None:
        """End all streams, and close the connection."""
        self.end()
        tasks = [task for task in (self._looking, self._beating) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._reader.close()

    def _streams(self) -> list[Stream]:
        return [stream for watched in self._watched.values() for stream in watched.streams]

    async def _first_look(self, watched: _Watched) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat_on())
        if not watched.looked.is_set():
            self._is_new.set()
            await watched.looked.wait()

    async def _look_on(self) -> None:
        """Look again and again while somebody watches, and in between at once at what nobody has watched so far."""
        loop = asyncio.get_running_loop()
        due_at = 0.0
        try:
            while self._watched:
                began = loop.time()
                is_due = began >= due_at
                self._is_new.clear()
                event_ids = [key for key, one in self._watched.items() if is_due or not one.looked.is_set()]
                found = await self._look(event_ids)
                looked_at = loop.time()
                if found is not None:
                    await self._show_all(event_ids, *found)
                if is_due:
                    rest = min(max(REST * (looked_at - began), loop.time() - looked_at), REST_SECONDS_MAX)
                    due_at = loop.time() + max(self._limits.pause_seconds, rest)
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(due_at):
                        await self._is_new.wait()
        finally:
            self._looking = None

    async def _look(self, event_ids: Sequence[str]) -> Found | None:
        try:
            async with asyncio.timeout(self._limits.look_seconds_max):
                found = await self._reader.run(partial(self._read, event_ids))
        except (*TRANSIENT, TimeoutError) as error:
            if not self._is_away:
                log.warning("what is left can't be looked for", extra={"reason": str(error)})
            self._is_away = True
            self._fail(event_ids, busy("The database can't be reached at the moment. Try again."))
            return None
        except Exception as error:  # noqa: BLE001 - a defect must reach all who wait, and the next must be served
            self._defect(event_ids, error)
            return None
        self._is_away = False
        return found

    async def _show_all(
        self, event_ids: Sequence[str], places: Mapping[str, PlacesLeft], offers: Mapping[str, Offer]
    ) -> None:
        now = self._clock()
        async for event_id in _in_turns(event_ids):
            try:
                await self._show(event_id, places.get(event_id), offers.get(event_id), now)
            except Exception as error:  # noqa: BLE001 - of one event, which the others must not suffer from
                self._defect([event_id], error)

    async def _read(self, event_ids: Sequence[str], conn: ReadConn) -> Found:
        """What is left of events, and those of their offers that have changed."""
        places = await live.look(conn, event_ids)
        stale = [event_id for event_id, one in places.items() if self._version(event_id) != one.version]
        return places, await offer.find(conn, stale) if stale else {}

    def _version(self, event_id: str) -> int | None:
        watched = self._watched.get(event_id)
        return None if watched is None or watched.offer is None else watched.offer.version

    def _defect(self, event_ids: Sequence[str], error: Exception) -> None:
        log.error("defect in showing what is left", exc_info=error)
        self._fail(event_ids, error)

    def _fail(self, event_ids: Iterable[str], failure: Exception) -> None:
        """Tell who came to see an event for the first time; who watches one already goes on."""
        for event_id in event_ids:
            watched = self._watched.get(event_id)
            if watched is not None and not watched.looked.is_set():
                watched.failure = failure
                watched.looked.set()

    async def _show(self, event_id: str, places: PlacesLeft | None, changed: Offer | None, now: datetime) -> None:
        """Show it to all who watch the event, if there is something new to see."""
        watched = self._watched.get(event_id)
        if watched is None:
            return
        is_same = changed is None and places == watched.places
        if is_same and watched.looked.is_set() and (watched.turns_at is None or now < watched.turns_at):
            return
        watched.places, watched.offer = places, changed or watched.offer
        left = None
        if places is not None and watched.offer is not None:
            left = left_of(watched.offer, places, now)
            watched.turns_at = next_turn(watched.offer, now)
        if left != watched.left:
            watched.left = left
            watched.frame = None if left is None else self._encode(left)
            async for stream in _in_turns(tuple(watched.streams)):
                _tell(stream, watched)
        watched.looked.set()

    async def _beat_on(self) -> None:
        """Give signs of life while somebody watches, so that nobody takes a silent connection for a dead one."""
        loop = asyncio.get_running_loop()
        try:
            while self._watched:
                await asyncio.sleep(self._limits.beat_seconds)
                stalled_since = loop.time() - self._limits.stalled_seconds
                async for stream in _in_turns(self._streams()):
                    stream.beat(stalled_since)
        finally:
            self._beating = None


def _may_see(stream: Stream, watched: _Watched) -> bool:
    return watched.left is not None and (stream.sees_drafts or watched.left.state != "draft")


def _first_frame(stream: Stream, watched: _Watched) -> Frame:
    if watched.failure is not None:
        raise watched.failure
    if watched.frame is None or not _may_see(stream, watched):
        raise EventNotFound("There is no such event.")
    return watched.frame


def _tell(stream: Stream, watched: _Watched) -> None:
    if watched.frame is not None and _may_see(stream, watched):
        stream.tell(watched.frame)
    else:
        # What was withdrawn or deleted is not there any more: who asks again is told so.
        stream.end()


async def _in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """All of them, with a turn for others in between."""
    for number, item in enumerate(items, 1):
        yield item
        if number % SLICE == 0:
            await asyncio.sleep(0)


def _not_now(detail: str) -> Busy:
    return Busy(detail, retry_after_seconds=RETRY_AFTER_SECONDS)
