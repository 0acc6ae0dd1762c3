"""What a process remembers of bookings: never wrong, never too much."""

from fullhouse.actions import booking
from fullhouse.actions.deps import Deps
from fullhouse.engine.event_memory import EventMemory
from fullhouse.rules.booking import Confirmed
from tests.engine.stage import rows, two_offices
from tests.till import open_till


async def look_ups(conninfo: str) -> int:
    """Connections that last looked up the event of a booking."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE starts_with(query, %s)"
    ((count,),) = await rows(conninfo, sql, "SELECT id::text, event_id::text FROM bookings ")
    return int(count)


def test_what_was_remembered_last_is_found_and_what_came_long_before_is_forgotten() -> None:
    memory = EventMemory(4)
    for n in range(100):
        memory.remember(f"booking-{n}", f"event-{n}")
        assert memory.find(f"booking-{n}") == f"event-{n}"
    kept = [n for n in range(100) if memory.find(f"booking-{n}")]
    assert kept == [96, 97, 98, 99]
    assert memory.find("another") is None


async def test_who_made_a_hold_confirms_it_without_looking_its_event_up(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    held = await till.hold()
    assert (await till.confirm(held, "cash")).status == "confirmed"
    assert await look_ups(conninfo) == 0


async def test_a_hold_that_another_process_made_is_looked_up_and_then_remembered(conninfo: str) -> None:
    async with two_offices(conninfo) as (first, second):
        till = await open_till(first, conninfo)
        held = await till.hold()
        assert second.event_memory.find(held.id) is None
        assert isinstance(await booking.confirm(second, held.id, "cash", None), Confirmed)
        assert second.event_memory.find(held.id) == till.event_id
        assert await look_ups(conninfo) == 1
