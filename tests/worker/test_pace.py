"""How jobs catch up: a rest behind each page, in a rush a long one, and a page that fails ends the job as it is."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fullhouse.actions.deps import Deps
from fullhouse.worker.pace import REST, REST_IN_A_RUSH, REST_SECONDS_MAX, work_through
from tests.cast import book, new_event

PAGE_SECONDS = 0.5


class Clock:
    """A time that passes only while somebody works or rests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.rests: list[float] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(asyncio, "sleep", self._rest)

    async def pages(self, count: int, seconds: float) -> AsyncIterator[int]:
        for number in range(count):
            self.now += seconds
            yield number

    async def _rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds


class Selling:
    """An engine that is in a rush, or not."""

    def __init__(self, *, is_rush: bool) -> None:
        self.is_rush = is_rush


@pytest.mark.parametrize(("is_rush", "rest"), [(False, REST), (True, REST_IN_A_RUSH)], ids=["quiet", "rush"])
async def test_a_job_rests_behind_each_page_by_how_long_it_took(
    monkeypatch: pytest.MonkeyPatch, *, is_rush: bool, rest: int
) -> None:
    clock = Clock(monkeypatch)
    selling: Any = Selling(is_rush=is_rush)
    await work_through(clock.pages(3, PAGE_SECONDS), selling)
    assert clock.rests == [rest * PAGE_SECONDS] * 3


@pytest.mark.parametrize("is_rush", [False, True], ids=["quiet", "rush"])
async def test_behind_a_page_that_was_kept_waiting_the_rest_is_bounded(
    monkeypatch: pytest.MonkeyPatch, *, is_rush: bool
) -> None:
    clock = Clock(monkeypatch)
    selling: Any = Selling(is_rush=is_rush)
    await work_through(clock.pages(2, 60.0), selling)
    assert clock.rests == [REST_SECONDS_MAX] * 2


async def test_what_a_page_could_not_do_is_the_jobs_to_tell() -> None:
    async def pages() -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("not today")

    selling: Any = Selling(is_rush=False)
    with pytest.raises(RuntimeError, match="not today"):
        await work_through(pages(), selling)


async def test_an_engine_is_in_a_rush_while_many_book_at_once(deps: Deps) -> None:
    event = await new_event(deps, 500)
    await book(deps, event.id)
    assert not deps.engine.is_rush
    await asyncio.gather(*(book(deps, event.id) for _ in range(200)))
    assert deps.engine.is_rush
