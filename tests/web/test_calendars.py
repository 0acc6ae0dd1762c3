"""Calendar files over HTTP."""

from typing import Any

import httpx
import icalendar

from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.test_auth import bearer, make_key


async def entry(client: httpx.AsyncClient, path: str, **headers: str) -> Any:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (found,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return found


async def test_an_entry_follows_its_event(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    path = f"/events/{event['id']}/calendar.ics"
    first = await entry(client, path)
    await client.patch(f"/events/{event['id']}", json={"venue": "Elsewhere"})
    moved = await entry(client, path)
    await client.post(f"/events/{event['id']}/cancellation")
    cancelled = await entry(client, path)
    assert first["UID"] == moved["UID"] == cancelled["UID"]
    assert first["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    assert (moved["LOCATION"], cancelled["STATUS"]) == ("Elsewhere", "CANCELLED")
    assert first["URL"].endswith(f"/shop/events/{event['id']}")


async def test_an_entry_follows_its_booking(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 3)
    path = f"/bookings/{booking['id']}/calendar.ics?language=de"
    first = await entry(client, path)
    assert f"Buchung {booking['reference']}\nTickets: 3" in first["DESCRIPTION"]
    await client.patch(f"/bookings/{booking['id']}/cancel")
    second = await entry(client, path)
    assert first["UID"] == second["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"]
    assert (first["STATUS"], second["STATUS"]) == ("CONFIRMED", "CANCELLED")


async def test_a_draft_is_in_nobodys_calendar_but_its_organizers(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    staff = bearer(await make_key(conninfo))
    event = await new_event(closed_client, headers=staff, state="draft")
    path = f"/events/{event['id']}/calendar.ics"
    assert_problem(await closed_client.get(path), 404, "event_not_found")
    assert (await entry(closed_client, path, **staff))["SUMMARY"] == event["name"]


async def test_what_there_is_not_has_no_entry(client: httpx.AsyncClient) -> None:
    for unknown in (NOBODY, "1"):
        assert_problem(await client.get(f"/events/{unknown}/calendar.ics"), 404, "event_not_found")
        assert_problem(await client.get(f"/bookings/{unknown}/calendar.ics"), 404, "booking_not_found")
