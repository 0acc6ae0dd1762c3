"""The dashboards of the console: what was sold, for who may read it, with the numbers behind each picture."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from fullhouse.store.organizer import DEFAULT_ID
from tests.people import Office
from tests.web.asking import new_event
from tests.web.console.staff import HOUSE, assert_open_to, look
from tests.web.organizing import run
from tests.web.pages.browsing import words_of
from tests.web.refunding import buy, give_back, new_returnable

pytestmark = pytest.mark.usefixtures("at_home")


async def sold(olga: httpx.AsyncClient, conninfo: str) -> str:
    """An event that sold four tickets and took one back."""
    offering = await new_returnable(olga, conninfo)
    one = await buy(olga, offering, 2, 1)
    await buy(olga, offering, 1, paid_by="comp")
    assert (await give_back(olga, one, 1)).status_code == 201
    return offering.event_id


async def test_an_organizer_sees_what_was_sold_of_each_event(olga: httpx.AsyncClient, conninfo: str) -> None:
    empty = await look(olga, HOUSE)
    assert "Nothing was sold yet." in words_of(empty)
    event_id = await sold(olga, conninfo)
    page = await look(olga, HOUSE)
    assert f'href="/console/events/{event_id}"' in page.text
    assert re.search(r"Sold, in EUR\s+€\d+\.\d\d\s+Tickets, paid in EUR\s+3\b", words_of(page))
    assert page.text.count("<rect") == 1
    assert 'role="img"' in page.text


async def test_an_event_shows_its_sales_by_ticket_type_and_its_places(olga: httpx.AsyncClient, conninfo: str) -> None:
    event_id = await sold(olga, conninfo)
    pages = [await look(olga, f"/console/events/{event_id}?bucket={one}") for one in ("day", "hour", "quarter_hour")]
    assert [page.text.count("<rect") for page in pages] == [2, 2, 2]
    page = pages[-1]
    words = words_of(page)
    assert re.search(r"Adult\s+2\s+1\s+1\b", words)
    assert re.search(r"The whole house\s+\d+\s+3\s+0\b", words)
    assert f"/console/events/{event_id}/bookings?status=held" in page.text
    assert "style=" not in page.text
    assert "Verkauft" in words_of(await look(olga, f"/console/events/{event_id}?lang=de"))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_a_chart_reaches_to_today_where_the_event_is(olga: httpx.AsyncClient, conninfo: str, zone: str) -> None:
    offering = await new_returnable(olga, conninfo)
    await olga.patch(f"/events/{offering.event_id}", json={"time_zone": zone})
    await buy(olga, offering, 2)
    today = datetime.now(ZoneInfo(zone))
    for path in (HOUSE, f"/console/events/{offering.event_id}"):
        page = await look(olga, path)
        # Somebody may look just after midnight.
        days = [f"{day:%b} {day.day}: 2 " for day in (today, today + timedelta(minutes=1))]
        assert any(f"<title>{day}" in page.text for day in days), path


async def test_an_event_stands_beside_the_one_before(olga: httpx.AsyncClient, conninfo: str) -> None:
    former, coming = [await sold(olga, conninfo) for _ in range(2)]
    run(conninfo, "UPDATE events SET name = 'The former one' WHERE id = %s", former)
    page = await look(olga, f"/console/events/{coming}?compare_to={former}")
    assert page.text.count("<polyline") == 2
    assert "The former one" in words_of(page)
    await look(olga, f"/console/events/{coming}?compare_to=00000000-0000-7000-8000-00000000dead", 404)
    await look(olga, f"/console/events/{coming}?compare_to=nonsense")


@pytest.mark.parametrize("page", ["", "/bookings"])
async def test_who_may_read_sees_it_and_nobody_else(
    office: Office, olga: httpx.AsyncClient, conninfo: str, page: str
) -> None:
    event_id = await sold(olga, conninfo)
    await assert_open_to(office, f"{HOUSE}{page}", "manager", "box_office")
    await look(olga, f"/console/events/{event_id}{page}")


async def test_a_key_of_some_events_compares_with_no_others(office: Office, olga: httpx.AsyncClient) -> None:
    mine = (await new_event(olga, name="Mine"))["id"]
    other = (await new_event(olga, name="Other"))["id"]
    body = {"name": "Door", "scopes": ["read"], "event_ids": [mine]}
    key = (await olga.post(f"/organizers/{DEFAULT_ID}/keys", json=body)).json()["key"]
    visitor = office.visitor()
    page = await look(visitor, f"/console/events/{mine}", authorization=f"Bearer {key}")
    assert "Other" not in words_of(page)
    await look(visitor, f"/console/events/{mine}?compare_to={other}", 404, authorization=f"Bearer {key}")
