"""Events in the console: listed, made in one page, changed, published, copied, cancelled; all by forms."""

import asyncio

import httpx
import pytest

from tests.web.asking import Json, assert_problem, left, new_booking, new_event
from tests.web.organizing import let_begin
from tests.web.pages.browsing import BROWSER, follow, form_to, resend, send, words_of

MINE = "00000000-0000-7000-8000-000000000001"
EVENTS = f"/console/organizers/{MINE}/events"
NEW = {
    "name": "Late Trio",
    "date": "2041-06-01T20:30",
    "venue": "Cellar",
    "total_seats": 80,
    "time_zone": "Europe/Berlin",
}


async def opened(client: httpx.AsyncClient, path: str) -> httpx.Response:
    page = await client.get(path, headers=BROWSER)
    assert page.status_code == 200, words_of(page)
    return page


async def details(client: httpx.AsyncClient, event_id: str) -> Json:
    found: Json = (await client.get(f"/events/{event_id}/details")).json()
    return found


def id_in(answer: httpx.Response) -> str:
    """The event that a form has led to."""
    assert answer.status_code == 303, words_of(answer)
    return answer.headers["location"].split("/")[3]


async def test_an_event_is_put_on_sale_in_one_page(client: httpx.AsyncClient) -> None:
    page = await opened(client, f"{EVENTS}/new")
    answer = await send(client, page, "/events/new", **NEW, price="12.50", state="published")
    event_id = id_in(answer)
    made = await details(client, event_id)
    assert (made["name"], made["venue"], made["state"], made["currency"]) == ("Late Trio", "Cellar", "published", "EUR")
    assert made["date"] == "2041-06-01T18:30:00Z"
    (general,) = (await client.get(f"/events/{event_id}/ticket-types")).json()
    assert general["price_minor"] == 1_250
    assert await left(client, event_id) == 80
    assert "It is on sale now." in words_of(await follow(client, answer))
    listed = words_of(await opened(client, EVENTS))
    assert "Late Trio" in listed
    assert "On sale" in listed


async def test_the_next_event_begins_with_what_the_last_one_had(client: httpx.AsyncClient) -> None:
    await new_event(client, venue="Old mill", total_seats=44, currency="CHF", time_zone="Europe/Zurich")
    page = await opened(client, f"{EVENTS}/new")
    fields = dict(form_to(page, "/events/new").fields)
    assert (fields["venue"], fields["total_seats"]) == ("Old mill", "44")
    assert (fields["currency"], fields["time_zone"]) == ("CHF", "Europe/Zurich")


async def test_a_form_that_is_sent_twice_makes_one_event(client: httpx.AsyncClient) -> None:
    page = await opened(client, f"{EVENTS}/new")
    form = form_to(page, "/events/new")
    first = await resend(client, page, form, **NEW, state="draft")
    again = await resend(client, page, form, **NEW, state="draft")
    assert id_in(first) == id_in(again)
    assert (await details(client, id_in(first)))["state"] == "draft"
    other = await resend(client, page, form, **{**NEW, "name": "Another"}, state="draft")
    assert other.status_code == 422
    assert "You have sent this form before" in words_of(other)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "  "),
        ("date", "tomorrow"),
        ("date", "2001-01-01T20:00"),
        ("date", "2041-02-30T20:00"),
        ("date", "0001-01-01T00:00"),
        ("venue", "x" * 201),
        ("total_seats", "0"),
        ("total_seats", "many"),
        ("price", "cheap"),
        ("price", "-1"),
        ("price", "1.234"),
        ("currency", "ZZZ"),
        ("time_zone", "Nowhere/Town"),
        ("description", "nul\0"),
        ("state", "cancelled"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(
    client: httpx.AsyncClient, field: str, typed: str
) -> None:
    page = await opened(client, f"{EVENTS}/new")
    answer = await send(client, page, "/events/new", **{**NEW, "state": "published", field: typed})
    assert answer.status_code == 422
    if field != "state":
        assert f'id="{field}-fault"' in answer.text
    assert (await client.get("/events")).json() == []


async def test_the_list_is_searched_turned_to_the_past_and_paged(client: httpx.AsyncClient, conninfo: str) -> None:
    past = await new_event(client, name="Gone by")
    await new_event(client, name="100% Jazz", date="2041-05-02T20:00:00Z")
    await new_event(client, name="Draft of it", state="draft")
    let_begin(conninfo, past["id"])
    assert "Gone by" not in words_of(await opened(client, EVENTS))
    assert "Draft of it" in words_of(await opened(client, EVENTS))
    gone = words_of(await opened(client, f"{EVENTS}?when=past"))
    assert "Gone by" in gone
    assert "Jazz" not in gone
    found = words_of(await opened(client, f"{EVENTS}?q=0%25 J"))
    assert "100% Jazz" in found
    assert "Draft of it" not in found
    assert "No event is called so." in words_of(await opened(client, f"{EVENTS}?q=opera"))
    assert "Draft" not in words_of(await opened(client, f"{EVENTS}?number=2")).replace("Draft of", "")
    for number in range(51):
        await new_event(client, name=f"Night {number}", date=f"2042-01-01T00:{number:02}:00Z")
    first = await opened(client, EVENTS)
    assert "number=2" in first.text
    assert "Night 50" in words_of(await opened(client, f"{EVENTS}?number=2"))


async def test_details_are_changed_and_cleared(client: httpx.AsyncClient, event: Json) -> None:
    path = f"/console/events/{event['id']}/settings"
    typed = {
        "name": "Other",
        "venue": "Barn",
        "date": "2041-07-01T19:00",
        "doors_at": "2041-07-01T18:00",
        "ends_at": "2041-07-01T22:00",
        "sales_from": "2031-01-01T10:00",
        "time_zone": "America/New_York",
        "slug": "other-night",
        "description": "Two\r\n**lines**",
        "hours_before": ["48", "24", ""],
        "percent": ["100", "50", ""],
        "with_fees": "true",
    }
    answer = await send(client, await opened(client, path), "/settings", **typed)
    page = await follow(client, answer)
    found = await details(client, event["id"])
    assert found["date"] == "2041-07-01T23:00:00Z"
    assert found["doors_at"] == "2041-07-01T22:00:00Z"
    assert found["description"] == "Two\n**lines**"
    assert found["slug"] == "other-night"
    steps = [{"hours_before": 48, "percent": 100}, {"hours_before": 24, "percent": 50}]
    assert found["refund_policy"] == {"steps": steps, "with_fees": True}
    fields = dict(form_to(page, "/settings").fields)
    assert fields["doors_at"] == "2041-07-01T18:00"
    cleared = {"doors_at": "", "ends_at": "", "sales_from": "", "slug": "", "hours_before": [""], "percent": [""]}
    answer = await send(client, page, "/settings", **cleared)
    assert answer.status_code == 303, words_of(answer)
    found = await details(client, event["id"])
    assert [found[name] for name in ("doors_at", "ends_at", "sales_from", "slug", "refund_policy")] == [None] * 5
    assert found["name"] == "Other"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("date", "2001-01-01T20:00"),
        ("ends_at", "2031-01-01T20:00"),
        ("doors_at", "2042-01-01T20:00"),
        ("slug", "No Slug"),
        ("hours_before", ["12", "24"]),
        ("hours_before", ["x"]),
        ("percent", ["20", "90"]),
    ],
)
async def test_details_that_contradict_each_other_are_refused(
    client: httpx.AsyncClient, event: Json, field: str, typed: object
) -> None:
    path = f"/console/events/{event['id']}/settings"
    before = await details(client, event["id"])
    given = {"hours_before": ["48", "24"], "percent": ["50", "20"], field: typed}
    answer = await send(client, await opened(client, path), "/settings", **given)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert await details(client, event["id"]) == before


async def test_an_event_is_published_and_taken_back(client: httpx.AsyncClient) -> None:
    event = await new_event(client, state="draft")
    path = f"/console/events/{event['id']}/settings"
    page = await follow(client, await send(client, await opened(client, path), "/publication"))
    assert (await details(client, event["id"]))["state"] == "published"
    page = await follow(client, await send(client, page, "/withdrawal"))
    assert (await details(client, event["id"]))["state"] == "draft"
    page = await follow(client, await send(client, page, "/publication"))
    await new_booking(client, event["id"])
    answer = await send(client, page, "/withdrawal")
    assert answer.status_code == 422
    assert "can't become a draft again" in words_of(answer)


async def test_an_event_is_copied_and_repeated(client: httpx.AsyncClient, event: Json) -> None:
    path = f"/console/events/{event['id']}/settings"
    page = await opened(client, path)
    copied = await send(client, page, "/copies", date="2042-03-01T20:00", name="Again")
    found = await details(client, id_in(copied))
    assert (found["name"], found["state"], found["date"]) == ("Again", "draft", "2042-03-01T20:00:00Z")
    wrong = await send(client, page, "/copies", date="2002-03-01T20:00")
    assert wrong.status_code == 422
    repeated = await send(client, page, "/series", rule="FREQ=WEEKLY;COUNT=3")
    assert "belongs to a series" in words_of(await follow(client, repeated))
    assert (await send(client, page, "/series", rule="often")).status_code == 422


async def test_an_event_is_repeated_by_choosing_how_often(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, f"/console/events/{event['id']}/settings")
    await follow(client, await send(client, page, "/series", every="MONTHLY", times=3))
    found = (await details(client, event["id"]))["series_id"]
    dates = [one["date"][:10] for one in (await client.get(f"/series/{found}")).json()]
    assert len(dates) == 3, dates


async def test_a_cancelled_event_shows_how_far_it_has_come(client: httpx.AsyncClient, event: Json) -> None:
    for _ in range(3):
        await new_booking(client, event["id"])
    path = f"/console/events/{event['id']}/cancellation"
    page = await opened(client, path)
    assert "3 places are taken" in words_of(page)
    unsure = await send(client, page, "/cancellation", reason="Flood")
    assert unsure.status_code == 422
    assert (await details(client, event["id"]))["state"] == "published"
    await new_booking(client, event["id"])
    other = await send(client, unsure, "/cancellation", reason="Flood", is_sure="true")
    assert (other.status_code, "Meanwhile it is another number of places" in words_of(other)) == (422, True)
    assert "4 places are taken" in words_of(other)
    assert (await details(client, event["id"]))["state"] == "published"
    await new_booking(client, event["id"])
    page = await follow(client, await send(client, other, "/cancellation"))
    assert (await details(client, event["id"]))["state"] == "cancelled"
    async with asyncio.timeout(20):
        while "All bookings are cancelled" not in words_of(page):
            assert "You can leave this page" in words_of(page)
            await asyncio.sleep(0.2)
            page = await opened(client, path)
    assert "Bookings cancelled 5" in words_of(page)
    assert "Flood" in words_of(page)


async def test_who_does_not_manage_sees_the_list_alone(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient
) -> None:
    event = await new_event(client)
    answer = await closed_client.get(EVENTS, headers=BROWSER)
    assert answer.headers["location"].startswith("/console/sign-in")
    assert_problem(await closed_client.get(f"/events/{event['id']}/pools"), 401, "api_key_required")
