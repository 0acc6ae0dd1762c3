"""The jobs of a serving process: each does its one thing, again and again, and a fault ends none."""

import asyncio

import pytest

from fullhouse.actions import event_cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked
from fullhouse.worker import jobs
from tests.cancelling import cancel_event, progress
from tests.cast import assert_clean, basket, book, key, new_event
from tests.engine.stage import rows, taken, until
from tests.offers import add_ticket_type, change, let_run_out


async def test_holds_that_have_run_out_are_released_and_old_keys_forgotten(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RELEASE_EVERY_SECONDS", 0.01)
    event = await new_event(deps)
    await book(deps, event.id, 1, key("old"))
    await change(conninfo, "UPDATE idempotency_keys SET created_at = now() - interval '8 days'")
    dear = await add_ticket_type(conninfo, event.id, 2_500)
    assert isinstance(await deps.engine.submit(basket(event.id, (dear, 5))), Booked)
    handed_over: list[None] = []
    running = jobs.start(deps, idempotency_days_kept=7, notice_days_kept=90)
    running.append(jobs.count(lambda: handed_over.append(None)))
    await asyncio.sleep(0.1)
    assert await taken(conninfo, event.id) == 6
    await let_run_out(conninfo, event.id)

    async def is_released() -> bool:
        return await taken(conninfo, event.id) == 1

    await until(is_released)
    for job in running:
        job.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert handed_over
    assert await rows(conninfo, "SELECT FROM idempotency_keys") == []
    await assert_clean(conninfo)


async def test_the_bookings_of_a_cancelled_event_are_cancelled_while_another_one_sells(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CANCEL_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(event_cancellation, "PAGE", 5)
    event, other = await new_event(deps), await new_event(deps)
    for _ in range(40):
        await book(deps, event.id)
    running = jobs.start(deps, idempotency_days_kept=7, notice_days_kept=90)
    await cancel_event(deps, event.id)
    sold = 0

    async def is_done() -> bool:
        nonlocal sold
        sold += isinstance(await book(deps, other.id), Booked)
        return (await progress(deps, event.id)).cancellation.state == "done"

    await until(is_done)
    for job in running:
        job.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert sold > 1
    assert (await taken(conninfo, event.id), await taken(conninfo, other.id)) == (0, sold)
    await assert_clean(conninfo)


async def test_a_job_that_fails_is_run_again() -> None:
    runs: list[None] = []

    async def job() -> None:
        runs.append(None)
        if len(runs) == 1:
            raise RuntimeError("not today")

    task = asyncio.create_task(jobs.every(0, job))
    await until(lambda: len(runs) > 1)
    task.cancel()
