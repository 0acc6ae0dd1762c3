"""Events in the first and the last hour of the calendar, where clocks of other zones show no date any more."""

import httpx
import pytest

from tests.web.asking import new_booking, new_event
from tests.web.organizing import run

FIRST = ("0001-01-01T00:30:00Z", "America/Bogota")
LAST = ("9999-12-31T23:30:00Z", "Asia/Tokyo")


@pytest.mark.parametrize(("date", "zone"), [FIRST, LAST])
async def test_whatever_shows_an_event_shows_also_the_first_and_the_last(
    client: httpx.AsyncClient, conninfo: str, date: str, zone: str
) -> None:
    event = await new_event(client, time_zone=zone)
    booking = await new_booking(client, event["id"])
    run(conninfo, "UPDATE events SET starts_at = %s, doors_at = %s WHERE id = %s", date, date, event["id"])
    other = await new_event(client)
    of_event, of_booking = f"/events/{event['id']}", f"/bookings/{booking['id']}"
    for path in (
        *(
            f"{of_event}/{name}"
            for name in ("calendar.ics", "sales", "settlement", "settlement.csv", "settlement.xlsx")
        ),
        *(f"{of_event}/exports/tickets.{name}" for name in ("csv", "xlsx")),
        *(f"{of_booking}/{name}" for name in ("calendar.ics", "tickets.pdf", "receipt.pdf")),
        f"/events/{other['id']}/sales?compare_to={event['id']}",
        *(f"/console{of_event}{name}" for name in ("", "/settings", "/bookings", "/offer")),
    ):
        answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
