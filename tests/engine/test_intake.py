"""The waiting line: order of arrival, who may take what, and everything limited."""

import asyncio

import pytest

from fullhouse.engine.intake import RUSH_SECONDS, SKIPS_MAX, Batch, Intake, Limits
from fullhouse.rules.booking import BookRequest, Outcome, Refused
from fullhouse.rules.refusals import Busy, EventOver

LIMITS = Limits(line_length_max=20, batch_size_max=4, hot_line_length=3, wait_seconds_max=60)
DONE = Refused(EventOver("It has begun."))


def asked(batch: Batch) -> list[tuple[str, int]]:
    """What a batch is to decide, in order."""
    return [(waiter.request.event_id, waiter.request.places) for waiter in batch.waiters]  # type: ignore[union-attr] # nobody cancels here


def join(intake: Intake, *requests: tuple[str, int]) -> list[asyncio.Future[Outcome]]:
    """Put some bookings in line."""
    return [intake.join(BookRequest(event_id, places)) for event_id, places in requests]


async def soon(batch: asyncio.Task[Batch]) -> bool:
    """Tell whether a lane gets something without anybody else doing anything."""
    for _ in range(5):
        await asyncio.sleep(0)
    return batch.done()


async def test_quiet_events_share_a_batch_in_order_of_arrival() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1), ("b", 2), ("a", 3))
    batch = await intake.take_shared()
    assert asked(batch) == [("a", 1), ("a", 3), ("b", 2)]
    assert batch.event_ids == ["a", "b"]
    assert not batch.waits_for_locks
    assert intake.waiting == 0


async def test_a_batch_takes_no_more_than_it_holds_and_the_rest_comes_next() -> None:
    intake = Intake(LIMITS._replace(hot_line_length=100))
    join(intake, ("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("c", 1))
    first = await intake.take_shared()
    assert asked(first) == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    second = await intake.take_shared()
    assert asked(second) == [("c", 1)], "the rest of b belongs behind the batch that has b"
    intake.finish(first)
    assert asked(await intake.take_shared()) == [("b", 2)]


async def test_an_event_is_in_one_batch_at_a_time() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1))
    first = await intake.take_shared()
    join(intake, ("a", 2), ("a", 3), ("a", 4))
    lanes = [asyncio.create_task(take()) for take in (intake.take_shared, intake.take_hot)]
    assert not any([await soon(lane) for lane in lanes])
    intake.finish(first)
    assert asked(await lanes[1]) == [("a", 2), ("a", 3), ("a", 4)]
    assert not await soon(lanes[0])
    lanes[0].cancel()


async def test_an_event_with_many_waiting_gets_a_batch_of_its_own() -> None:
    intake = Intake(LIMITS)
    join(intake, ("quiet", 1), *(("hot", n) for n in range(1, 7)))
    own = await intake.take_hot()
    assert asked(own) == [("hot", 1), ("hot", 2), ("hot", 3), ("hot", 4)]
    assert not own.waits_for_locks
    assert asked(await intake.take_shared()) == [("quiet", 1)]
    intake.finish(own)
    assert asked(await intake.take_shared()) == [("hot", 5), ("hot", 6)], "it is no longer hot"


async def test_a_lane_that_waits_is_woken_by_the_first_request() -> None:
    intake = Intake(LIMITS)
    lane = asyncio.create_task(intake.take_shared())
    assert not await soon(lane)
    join(intake, ("a", 1))
    assert asked(await lane) == [("a", 1)]


async def test_an_event_that_is_passed_over_keeps_its_order_and_its_place_in_front() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1), ("b", 1), ("a", 2))
    batch = await intake.take_shared()
    join(intake, ("a", 3))
    intake.put_back(batch, {"a"})
    assert (asked(batch), batch.event_ids) == ([("b", 1)], ["b"])
    assert intake.waiting == 3
    assert asked(await intake.take_hot()) == [("a", 1), ("a", 2), ("a", 3)]


async def test_who_is_deferred_comes_before_who_came_later_and_in_order() -> None:
    intake = Intake(LIMITS._replace(hot_line_length=100))
    join(intake, ("a", 1), ("a", 2), ("a", 3), ("b", 1))
    batch = await intake.take_shared()
    join(intake, ("a", 4))
    intake.defer(batch, batch.waiters[:3])
    assert (asked(batch), batch.event_ids) == ([("b", 1)], ["a", "b"])
    assert intake.waiting == 4
    lane = asyncio.create_task(intake.take_shared())
    assert not await soon(lane), "the batch still has the event"
    intake.finish(batch)
    assert asked(await lane) == [("a", 1), ("a", 2), ("a", 3), ("a", 4)]


async def test_an_event_that_was_passed_over_often_is_waited_for_in_a_lane_of_its_own() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1))
    for _ in range(SKIPS_MAX):
        intake.put_back(await intake.take_shared(), {"a"})
    batch = await intake.take_contended()
    assert batch.waits_for_locks
    join(intake, ("a", 2))
    intake.finish(batch)
    batch = await intake.take_contended()
    assert asked(batch) == [("a", 2)], "as long as somebody waits for it, the other process is expected to be there"
    intake.finish(batch)
    join(intake, ("a", 3))
    assert asked(await intake.take_shared()) == [("a", 3)], "once nobody was waiting, it is as quiet as any"


async def test_a_full_line_refuses_at_once() -> None:
    intake = Intake(LIMITS._replace(line_length_max=2))
    join(intake, ("a", 1), ("b", 1))
    with pytest.raises(Busy, match="Too many"):
        join(intake, ("c", 1))
    await intake.take_shared()
    join(intake, ("c", 1))


async def test_a_closed_line_lets_nobody_join_but_serves_who_is_in_it() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1))
    intake.close()
    with pytest.raises(Busy, match="shutting down"):
        join(intake, ("a", 2))
    assert asked(await intake.take_shared()) == [("a", 1)]


async def test_who_waited_too_long_is_refused_and_the_others_stay() -> None:
    intake = Intake(LIMITS._replace(wait_seconds_max=0.05))
    old = join(intake, ("a", 1), ("b", 1), *(("hot", n) for n in range(3)))
    await asyncio.sleep(0.06)
    young = join(intake, ("a", 2))
    assert intake.refuse_overdue() == 5
    assert all(type(answer.exception()) is Busy for answer in old)
    assert not young[0].done()
    assert intake.waiting == 1
    assert asked(await intake.take_shared()) == [("a", 2)]
    lane = asyncio.create_task(intake.take_hot())
    assert not await soon(lane), "nobody is left of the hot event"
    lane.cancel()


async def test_at_the_end_everybody_who_is_left_is_refused_once() -> None:
    intake = Intake(LIMITS)
    answers = join(intake, ("a", 1), ("b", 1))
    answers[0].cancel()
    assert intake.refuse_all() == 2
    assert type(answers[1].exception()) is Busy
    assert intake.refuse_all() == intake.waiting == 0


async def test_the_line_is_idle_when_nobody_waits_and_no_batch_is_under_way() -> None:
    intake = Intake(LIMITS)
    join(intake, ("a", 1), ("b", 1))
    idle = asyncio.create_task(intake.until_idle())
    batch = await intake.take_shared()
    join(intake, ("a", 2))
    intake.finish(batch)
    await asyncio.sleep(0)
    assert not idle.done()
    intake.finish(await intake.take_shared())
    async with asyncio.timeout(5):
        await idle


async def test_a_waiter_gets_one_answer_whatever_comes_after_it() -> None:
    intake = Intake(LIMITS)
    told, failed, gone = join(intake, ("a", 1), ("a", 2), ("b", 3))
    gone.cancel()
    waiters = (await intake.take_shared()).waiters
    waiters[0].tell(DONE)
    waiters[0].fail(Busy("later"))
    waiters[2].tell(DONE)
    waiters[1].fail(Busy("first"))
    waiters[1].tell(DONE)
    assert told.result() is DONE
    assert type(failed.exception()) is Busy
    assert gone.cancelled()


async def test_a_rush_lasts_until_no_large_batch_was_taken_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    intake = Intake(LIMITS)
    join(intake, ("a", 1), ("a", 2))
    intake.finish(await intake.take_shared())
    assert not intake.is_rush, "two are not many"
    join(intake, ("a", 1), ("a", 2), ("a", 3))
    intake.finish(await intake.take_hot())
    found = [intake.is_rush]
    now += RUSH_SECONDS / 2
    join(intake, ("a", 1))
    intake.finish(await intake.take_shared())
    found.append(intake.is_rush)
    now += RUSH_SECONDS / 2
    assert [*found, intake.is_rush] == [True, True, False], "one more made it no longer"
