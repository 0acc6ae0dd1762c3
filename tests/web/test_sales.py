"""Sales in numbers: the settlement's, whether the worker has counted them or not, and beside another event."""

from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from fullhouse.actions import sales
from fullhouse.store import sales as rows
from fullhouse.store.organizer import DEFAULT_ID
from tests.cast import running_deps
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import Offering, confirm, new_hold
from tests.web.organizing import run
from tests.web.refunding import buy, give_back, new_returnable
from tests.web.test_settlements import settled
from tests.web.two_houses import House, make_key, new_house

HOUSE = "/organizers/00000000-0000-7000-8000-000000000001"


async def count(conninfo: str) -> int:
    """Do what the worker does; that of the server may have come before."""
    async with running_deps(conninfo) as deps:
        return len([one async for one in sales.keep_up(deps)])


async def shown(client: httpx.AsyncClient, path: str, **query: str) -> Json:
    answer = await client.get(f"{path}/sales", params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def assert_as_settled(client: httpx.AsyncClient, event_id: str) -> Json:
    """Every figure is the settlement's, and all parts add up to it."""
    found, one = await shown(client, f"/events/{event_id}"), await settled(client, event_id)
    figures = ("tickets", "sold", "taken_back")
    assert {name: found["total"][name] for name in figures} == {name: one[name] for name in figures}
    of_types = {each["ticket_type_id"]: each for each in found["by_ticket_type"]}
    assert of_types == {each["ticket_type_id"]: each for each in one["by_ticket_type"]}
    for bucket in ("day", "hour", "quarter_hour"):
        charted = await shown(client, f"/events/{event_id}", bucket=bucket)
        for name in figures:
            for field, total in found["total"][name].items():
                assert sum(each[name][field] for each in charted["over_time"]) == total
                parts = [part for each in charted["over_time"] for part in each["by_ticket_type"]]
                assert sum(part[name][field] for part in parts) == total
    return found


async def trade(client: httpx.AsyncClient, offering: Offering) -> None:
    """Sell, give away and take back."""
    first, second = await buy(client, offering, 3, 1), await buy(client, offering, 1, paid_by="card_terminal")
    third = await buy(client, offering, 1, 1, paid_by="comp")
    for one, tickets in ((first, [1, 4]), (second, []), (third, [1])):
        assert (await give_back(client, one, *tickets)).status_code == 201
    held = await new_hold(client, offering, 1)
    await confirm(client, held["id"])
    await new_hold(client, offering, 2)


async def test_the_numbers_are_the_settlements_counted_or_not(client: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(client, conninfo)
    await trade(client, offering)
    told = await assert_as_settled(client, offering.event_id)
    assert told["total"]["tickets"] == {"sold": 6, "comp": 2, "cancelled": 4}
    assert await count(conninfo) <= 1
    await assert_as_settled(client, offering.event_id)
    again = await buy(client, offering, 1)
    await assert_as_settled(client, offering.event_id)
    assert await count(conninfo) <= 1
    assert (await give_back(client, again)).status_code == 201
    await count(conninfo)
    assert await count(conninfo) == 0
    last = await assert_as_settled(client, offering.event_id)
    assert last["total"]["tickets"] == {"sold": 7, "comp": 2, "cancelled": 5}


@pytest.mark.parametrize(
    "spoilt",
    [
        "DELETE FROM notices WHERE number > 3",
        "UPDATE sales_counts SET time_zone = 'Asia/Kolkata'",
        "UPDATE houses SET notices_made = notices_made + 5000",
    ],
    ids=["notices forgotten", "another time zone", "too many to follow"],
)
async def test_what_notices_do_not_tell_is_counted_anew(client: httpx.AsyncClient, conninfo: str, spoilt: str) -> None:
    offering = await new_returnable(client, conninfo)
    await buy(client, offering, 1)
    await count(conninfo)
    await trade(client, offering)
    run(conninfo, spoilt)
    before = await assert_as_settled(client, offering.event_id)
    house = await shown(client, HOUSE)
    assert await count(conninfo) <= 1
    after = await assert_as_settled(client, offering.event_id)
    assert after | {"as_of": None} == before | {"as_of": None}
    assert (await shown(client, HOUSE)) | {"as_of": None} == house | {"as_of": None}


async def test_a_look_counts_no_more_than_a_look_may_and_says_up_to_when(
    client: httpx.AsyncClient, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering = await new_returnable(client, conninfo)
    await buy(client, offering, 1)
    await count(conninfo)
    with psycopg.connect(conninfo) as at_it:
        at_it.execute("SELECT FROM sales_counts FOR UPDATE")
        await buy(client, offering, 1)
        third = await buy(client, offering, 1)
        monkeypatch.setattr(rows, "NOTICES_MAX", 1)
        async with running_deps(conninfo) as deps:
            for most, tickets in ((2, 2), (0, 1)):
                monkeypatch.setattr(rows, "LOOK_MAX", most)
                told = await sales.of_event(deps, offering.event_id, sales.Asked(), None)
                house = await sales.of_organizer(deps, DEFAULT_ID, sales.Asked())
                sold = [sum(one.tickets.sold for one in told.by_type.values()), house.events[0].figures.tickets.sold]
                assert sold == [tickets] * 2
                assert told.as_of == house.as_of
                if tickets == 2:
                    assert told.as_of == datetime.fromisoformat(third["created_at"])
    await count(conninfo)
    await assert_as_settled(client, offering.event_id)


async def test_pools_say_what_is_held_of_what_is_taken(client: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(client, conninfo)
    await buy(client, offering, 2, 1)
    await new_hold(client, offering, 3)
    house, pool = (await shown(client, f"/events/{offering.event_id}"))["pools"]
    assert (house["id"], house["taken"], house["held"]) == (offering.event_id, 6, 3)
    assert house["available"] == house["capacity"] - 6
    assert (pool["capacity"], pool["taken"], pool["held"], pool["available"]) == (6, 5, 3, 1)


async def test_days_are_those_of_the_events_time_zone_and_compare_with_another_event(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    former, coming = [await new_returnable(client, conninfo, in_days=20) for _ in range(2)]
    for offering in (former, coming):
        await client.patch(f"/events/{offering.event_id}", json={"time_zone": "Pacific/Auckland"})
        await buy(client, offering, 2)
        await buy(client, offering, 1)
    begins = datetime(2041, 5, 20, 7, 30, tzinfo=UTC)
    sold = {former.event_id: begins - timedelta(days=400), coming.event_id: begins}
    for event_id, starts_at in sold.items():
        run(conninfo, "UPDATE events SET starts_at = %s WHERE id = %s", starts_at, event_id)
        for table, column in (("bookings", "created_at"), ("ledger_postings", "at")):
            number = "number" if table == "bookings" else "booking_number"
            run(
                conninfo,
                f"UPDATE {table} SET {column} = %s - interval '1 day' * (3 - {number}) + interval '5 hours' "  # noqa: S608 - two tables
                "WHERE event_id = %s",
                starts_at,
                event_id,
            )
    run(
        conninfo,
        "UPDATE notices SET at = b.created_at FROM bookings b WHERE b.event_id = notices.event_id "
        "AND b.number = notices.booking_numbers[1]",
    )
    found = await shown(
        client,
        f"/events/{coming.event_id}",
        compare_to=former.event_id,
        **{"from": "2041-01-01T00:00:00Z", "to": "2041-12-31T00:00:00Z"},
    )
    # Five hours after half past seven in UTC is the next day in Auckland.
    assert [each["begins"] for each in found["over_time"]] == ["2041-05-19", "2041-05-20"]
    assert [(each["days_before"], each["tickets"]) for each in found["days"]] == [(1, 2), (0, 3)]
    assert found["compared_to"]["days"] == found["days"]
    assert found["days"][-1]["gross_minor"] == found["total"]["sold"]["gross_minor"]
    part = await shown(
        client,
        f"/events/{coming.event_id}",
        **{"bucket": "hour", "from": "2041-05-19T12:00:00Z", "to": "2041-05-19T13:00:00Z"},
    )
    assert [(each["begins"], each["tickets"]["sold"]) for each in part["over_time"]] == [("2041-05-19T12:00:00Z", 1)]


async def test_an_organizer_sees_all_events_and_each_currency_by_itself(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    offering, plain = await new_returnable(client, conninfo), await new_event(client)
    await client.patch(f"/events/{plain['id']}", json={"currency": "CHF"})
    await trade(client, offering)
    await new_booking(client, plain["id"], 3)
    told = []
    for _ in range(2):
        found = await shown(client, HOUSE, bucket="hour")
        one = await settled(client, offering.event_id)
        assert [each["currency"] for each in found["by_currency"]] == ["CHF", "EUR"]
        assert {name: found["by_currency"][1][name] for name in ("tickets", "sold")} == {
            name: one[name] for name in ("tickets", "sold")
        }
        assert {each["event_id"]: (each["tickets"]["sold"], each["taken"]) for each in found["events"]} == {
            offering.event_id: (6, 6),
            plain["id"]: (3, 3),
        }
        parts = [part for each in found["over_time"] for part in each["by_currency"]]
        assert sum(part["tickets"]["sold"] for part in parts) == 9
        told.append(found | {"as_of": None})
        await count(conninfo)
    assert told[0] == told[1]


async def test_a_chart_has_a_bounded_number_of_buckets(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    for path in (f"/events/{event['id']}", HOUSE):
        answer = await client.get(f"{path}/sales", params={"bucket": "hour", "from": "2020-01-01T00:00:00Z"})
        assert_problem(answer, 422, "validation_failed", "from")
        assert_problem(await client.get(f"{path}/sales", params={"bucket": "year"}), 422, "validation_failed", "bucket")
        answer = await client.get(f"{path}/sales", params={"to": "0001-01-01T00:00:00Z"})
        assert_problem(answer, 422, "validation_failed", "to")
        last = await client.get(f"{path}/sales", params={"to": "9999-12-31T23:59:59Z"})
        assert (last.status_code, last.json()["over_time"]) == (200, [])
    empty = await shown(client, f"/events/{event['id']}")
    assert (empty["over_time"], empty["days"], empty["by_ticket_type"]) == ([], [], [])


async def test_nobody_compares_with_what_is_not_his(client: httpx.AsyncClient, conninfo: str) -> None:
    houses: list[House] = [await new_house(client, conninfo, name) for name in ("Ada", "Rival")]
    mine, other = houses
    path = f"/events/{mine.event_id}/sales"
    for compare_to in (other.event_id, NOBODY):
        answer = await client.get(path, params={"compare_to": compare_to})
        assert_problem(answer, 404, "event_not_found")
    assert_problem(await client.get(f"/events/{NOBODY}/sales"), 404, "event_not_found")
    assert_problem(await client.get(f"/organizers/{NOBODY}/sales"), 404, "organizer_not_found")


async def test_a_key_for_one_event_compares_it_with_no_other(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient, conninfo: str
) -> None:
    house = await new_house(client, conninfo, "Ada")
    at = {"fullhouse-organizer": house.organizer_id}
    second = (await new_event(client, headers=at))["id"]
    key = await make_key(conninfo, house.organizer_id, "read", event_ids=(house.event_id,))
    path = f"/events/{house.event_id}/sales"
    assert (await closed_client.get(path, headers=key)).status_code == 200
    answer = await closed_client.get(path, params={"compare_to": second}, headers=key)
    assert_problem(answer, 404, "event_not_found")
    assert (await closed_client.get(path, params={"compare_to": second}, headers=house.keys["read"])).status_code == 200
