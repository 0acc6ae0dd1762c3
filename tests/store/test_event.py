"""Events on the list: in order, each once, and filters that take a text as it is."""

from datetime import timedelta

import pytest

from fullhouse.rules.event import Availability, Event, EventFilter, EventPosition
from fullhouse.store import event
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, Rows, new_id, put_on_sale, sell

EVERYTHING = EventFilter()


async def listed(
    database: Database, chosen: EventFilter, after: EventPosition | None = None, limit: int = 200
) -> list[Event]:
    async with database.read() as conn:
        return await event.page(conn, chosen, after, limit)


async def named(database: Database, text: str) -> list[str]:
    return [one.name for one in await listed(database, EventFilter(text=text))]


async def test_an_event_is_found_with_what_is_left_of_it(database: Database, conn: WriteConn) -> None:
    made = await put_on_sale(database, 100, name="Requiem", venue="St. Nikolai")
    await sell(conn, made, 2, 3)
    async with database.read() as reader:
        found = await event.find(reader, [made.id, new_id()])
        left = await event.availability(reader, [made.id, new_id()])
    expected = Event(made.id, "Requiem", NOW + timedelta(days=30), "St. Nikolai", 100, 95, NOW)
    assert found == {made.id: expected}
    assert left == {made.id: Availability(made.id, 100, 95)}
    assert await listed(database, EVERYTHING) == [expected]


async def test_what_is_held_back_is_not_left(database: Database, rows: Rows) -> None:
    made = await put_on_sale(database, 100)
    await rows.run("UPDATE houses SET held_back = 30")
    async with database.read() as reader:
        (found,) = (await event.find(reader, [made.id])).values()
        (left,) = (await event.availability(reader, [made.id])).values()
    assert [found.available_seats, left.available_seats] == [70, 70]
    assert [one.available_seats for one in await listed(database, EVERYTHING)] == [70]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_turning_the_pages_shows_each_event_once_in_order_of_date_then_id(database: Database, limit: int) -> None:
    # Many on the same days, put on sale in another order than they take place.
    made = [await put_on_sale(database, 10, days=day) for day in (9, 3, 3, 9, 1, 3, 9, 3, 12, 3)]
    seen: list[Event] = []
    after: EventPosition | None = None
    while page := await listed(database, EVERYTHING, after, limit):
        assert len(page) <= limit
        seen += page
        after = EventPosition(page[-1].starts_at, page[-1].id)
    assert [(one.starts_at, one.id) for one in seen] == sorted((one.starts_at, one.id) for one in seen)
    assert sorted(one.id for one in seen) == sorted(one.id for one in made)


async def test_an_event_added_behind_the_page_is_still_met_and_none_is_met_twice(database: Database) -> None:
    for day in (1, 2, 3, 4):
        await put_on_sale(database, name=f"day {day}", days=day)
    first = await listed(database, EVERYTHING, None, 2)
    await put_on_sale(database, name="day 0", days=0)
    await put_on_sale(database, name="day 5", days=5)
    rest = await listed(database, EVERYTHING, EventPosition(first[-1].starts_at, first[-1].id))
    assert [one.name for one in first + rest] == ["day 1", "day 2", "day 3", "day 4", "day 5"]


async def test_dates_are_taken_from_the_first_moment_and_up_to_the_last(database: Database) -> None:
    for day in (1, 2, 3):
        await put_on_sale(database, name=f"day {day}", days=day)
    day_2, day_3 = NOW + timedelta(days=2), NOW + timedelta(days=3)
    assert [e.name for e in await listed(database, EventFilter(since=day_2))] == ["day 2", "day 3"]
    assert [e.name for e in await listed(database, EventFilter(until=day_3))] == ["day 1", "day 2"]
    assert [e.name for e in await listed(database, EventFilter(since=day_2, until=day_3))] == ["day 2"]
    assert await listed(database, EventFilter(since=day_3, until=day_2)) == []


async def test_a_text_is_looked_for_in_name_and_venue(database: Database) -> None:
    await put_on_sale(database, name="Night of the Proms", venue="Arena", days=1)
    await put_on_sale(database, name="Derby", venue="Promenade", days=2)
    await put_on_sale(database, name="Circus", venue="Big Top", days=3)
    assert await named(database, "prom") == ["Night of the Proms", "Derby"]
    assert await named(database, "PROMS") == ["Night of the Proms"]
    assert await named(database, "") == ["Night of the Proms", "Derby", "Circus"]


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "%", "_", "\\", "it's", '"quoted"', "%s", "$1"])
async def test_the_signs_of_a_pattern_stand_for_themselves(database: Database, text: str) -> None:
    await put_on_sale(database, name="1000 axb backslash and nothing of that")
    await put_on_sale(database, name=f"with {text} in it")
    assert await named(database, text) == [f"with {text} in it"]


@pytest.mark.parametrize("text", ["ÜBERRASCHUNG", "überraschung", "Überraschung", "ÉTÉ", "été", "ЛЕТО", "лето"])
async def test_large_and_small_letters_are_alike_in_every_script(database: Database, text: str) -> None:
    await put_on_sale(database, name="Überraschung", venue="Été, ЛЕТО")
    assert await named(database, text) == ["Überraschung"]


async def test_filters_and_pages_go_together(database: Database) -> None:
    for day in range(1, 7):
        await put_on_sale(database, name="Jazz" if day % 2 else "Opera", days=day)
    chosen = EventFilter(NOW + timedelta(days=2), NOW + timedelta(days=6), "jazz")
    (first,) = await listed(database, chosen, None, 1)
    (second,) = await listed(database, chosen, EventPosition(first.starts_at, first.id), 1)
    assert [one.starts_at - NOW for one in (first, second)] == [timedelta(days=3), timedelta(days=5)]
    assert await listed(database, chosen, EventPosition(second.starts_at, second.id)) == []
