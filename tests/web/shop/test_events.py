"""The page of an event and booking from it, in a browser without JavaScript."""

import json
import re

import httpx

from fullhouse.actions import organizer
from tests.offers import add_ticket_type
from tests.web.asking import FUTURE, NOBODY, Json, left, new_event
from tests.web.basket_office import Offering
from tests.web.offering import new, run
from tests.web.organizing import DETAILS, let_begin, patch, set_state
from tests.web.pages.browsing import BROWSER, GERMAN, follow, form_to, resend, send, words_of
from tests.web.two_houses import make_key

ANN = {"name": "Ann Archer", "email": "ann@example.org"}


def path_of(event_id: str) -> str:
    return f"/shop/events/{event_id}"


async def opened(client: httpx.AsyncClient, event_id: str, **query: str) -> httpx.Response:
    """The page of an event."""
    page = await client.get(path_of(event_id), params=query, headers=BROWSER)
    assert page.status_code == 200, words_of(page)
    return page


def wanted(page: httpx.Response, **quantities: int) -> list[int]:
    """So many of ticket types by name, in the order of the page; the others are left at none."""
    names = re.findall(r'<div class="ticket-name">\s*<strong>(.*?)</strong>', page.text)
    return [quantities.get(name, 0) for name in names]


async def test_a_free_event_is_booked_from_its_page_in_one_form(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    answer = await send(client, page, f"{path_of(event['id'])}", quantity=2, **ANN)
    assert answer.status_code == 303, words_of(answer)
    booking_id = answer.headers["location"].removeprefix("/shop/bookings/")
    booked = (await client.get(f"/bookings/{booking_id}")).json()
    assert (booked["status"], booked["num_seats"]) == ("confirmed", 2)
    assert booked["buyer"] == ANN
    assert await left(client, event["id"]) == 10


async def test_sending_the_form_twice_books_once(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    form = form_to(page, f"{path_of(event['id'])}")
    first = await resend(client, page, form, quantity=2, **ANN)
    again = await resend(client, page, form, quantity=2, **ANN)
    assert first.headers["location"] == again.headers["location"]
    assert await left(client, event["id"]) == 10


async def test_a_form_that_is_changed_and_sent_again_asks_once_more(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    form = form_to(page, f"{path_of(event['id'])}")
    await resend(client, page, form, quantity=1, **ANN)
    changed = await resend(client, page, form, quantity=3, **ANN)
    assert changed.status_code == 422
    assert "You have sent this form before" in words_of(changed)
    assert await left(client, event["id"]) == 11
    meant = await send(client, changed, f"{path_of(event['id'])}")
    assert meant.status_code == 303
    assert await left(client, event["id"]) == 8


async def test_a_wrong_form_is_shown_again_with_what_was_typed(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    tail = f"{path_of(event['id'])}"
    typed = {"name": "<b>Ann</b>", "email": "nobody"}
    answer = await send(client, page, tail, quantity=4, **typed)
    assert answer.status_code == 422
    fields = dict(form_to(answer, tail).fields)
    assert (fields["name"], fields["email"], fields["quantity"]) == ("<b>Ann</b>", "nobody", "4")
    assert "<b>Ann" not in answer.text
    assert "This is no mail address that can be written to." in words_of(answer)
    assert 'aria-invalid="true"' in answer.text
    for faulty in ({"name": "A\0n"}, {"name": ["Ann", "Bob"]}, {"name": "x" * 201}, {"wrong": "x"}, {"quantity": "x"}):
        again = await send(client, answer, tail, **{**ANN, **faulty})
        assert again.status_code == 422, faulty
    assert "Please choose tickets." in words_of(await send(client, page, tail, quantity=0, **ANN))
    assert await left(client, event["id"]) == 12


async def test_what_is_no_text_is_shown_again_too(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    fields = {**dict(form_to(page, "").fields), **ANN, "name": "N"}
    body = "&".join(f"{name}={value}" for name, value in fields.items()).replace("name=N", "name=%ff%fe")
    headers = {**BROWSER, "content-type": "application/x-www-form-urlencoded"}
    answer = await client.post(path_of(event["id"]), content=body, headers=headers)
    assert answer.status_code == 422
    assert "signs in it that can't be stored" in words_of(answer)


async def test_a_form_may_come_as_multipart(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, event["id"])
    fields = {**dict(form_to(page, "").fields), **ANN, "quantity": "1"}
    parts = {name: (None, value) for name, value in fields.items()}
    assert (await client.post(path_of(event["id"]), files=parts, headers=BROWSER)).status_code == 303


async def test_prices_are_shown_with_everything(client: httpx.AsyncClient, offering: Offering) -> None:
    words = words_of(await opened(client, offering.event_id))
    assert "Adult" in words
    assert "€26.88" in words
    assert "incl. €1.88 fees" in words
    assert "plus Sending €1.50, once for each booking" in words
    assert "6 left" in words


async def test_priced_tickets_are_held(client: httpx.AsyncClient, offering: Offering) -> None:
    page = await opened(client, offering.event_id)
    answer = await send(client, page, "", quantity=wanted(page, Adult=2, Child=1), **ANN)
    booking_id = answer.headers["location"].removeprefix("/shop/bookings/")
    booked = (await client.get(f"/bookings/{booking_id}")).json()
    assert (booked["status"], booked["num_seats"]) == ("held", 3)


async def test_when_not_all_is_left_the_page_says_what_still_is(client: httpx.AsyncClient, offering: Offering) -> None:
    page = await opened(client, offering.event_id)
    first = await send(client, page, "", quantity=wanted(page, Adult=4), **ANN)
    assert first.status_code == 303
    answer = await send(client, page, "", quantity=wanted(page, Adult=3), form_key=NOBODY, **ANN)
    assert answer.status_code == 422
    words = words_of(answer)
    assert "There are not so many places left." in words
    assert "2 left" in words


async def test_nobody_pays_another_price_than_he_saw(client: httpx.AsyncClient, offering: Offering) -> None:
    page = await opened(client, offering.event_id)
    change = {"price_minor": 3_000}
    await client.patch(f"/events/{offering.event_id}/ticket-types/{offering.adult}", json=change)
    answer = await send(client, page, "", quantity=wanted(page, Adult=1), **ANN)
    assert answer.status_code == 422
    assert "The price of Adult has changed from €26.88 to €32.25." in words_of(answer)
    assert (await send(client, answer, "")).status_code == 303


async def test_what_was_booked_is_not_told_of_a_new_price_when_the_form_comes_twice(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    page = await opened(client, offering.event_id)
    form = form_to(page, path_of(offering.event_id))
    first = await resend(client, page, form, quantity=wanted(page, Adult=1), **ANN)
    change = {"price_minor": 3_000}
    await client.patch(f"/events/{offering.event_id}/ticket-types/{offering.adult}", json=change)
    again = await resend(client, page, form, quantity=wanted(page, Adult=1), **ANN)
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])


async def test_a_code_opens_ticket_types_and_lowers_prices(
    client: httpx.AsyncClient, offering: Offering, conninfo: str
) -> None:
    hidden = await add_ticket_type(conninfo, offering.event_id, 1_000, name="Friends", visibility="code")
    event = {"id": offering.event_id}
    await new(client, event, "promo-codes", code="FRIENDS", kind="unlock", amount=0, ticket_type_ids=[hidden])
    await new(client, event, "promo-codes", code="HALF", kind="percent", amount=5_000)
    assert "Friends" not in words_of(await opened(client, offering.event_id))
    assert "This code is not valid here." in words_of(await opened(client, offering.event_id, code="nothing"))
    friends = await opened(client, offering.event_id, code=" friends ")
    assert "Friends" in words_of(friends)
    assert (await send(client, friends, "", quantity=wanted(friends, Friends=2), **ANN)).status_code == 303
    half = await opened(client, offering.event_id, code="half")
    assert "€13.44" in words_of(half)
    answer = await send(client, half, "", quantity=wanted(half, Adult=1), **ANN)
    booking_id = answer.headers["location"].removeprefix("/shop/bookings/")
    assert (await client.get(f"/bookings/{booking_id}")).json()["price"]["lines"][0]["off_minor"] == 1_250


async def test_a_page_says_of_a_code_what_the_booking_would(
    client: httpx.AsyncClient, offering: Offering, conninfo: str
) -> None:
    event = {"id": offering.event_id}
    await new(client, event, "promo-codes", code="HALF", kind="percent", amount=5_000, bookings_max=1)
    first, before = [await opened(client, offering.event_id, code="half") for _ in range(2)]
    late = await opened(client, offering.event_id)
    assert (await send(client, first, "", quantity=wanted(first, Adult=1), **ANN)).status_code == 303
    for spoilt, said in (
        ("UPDATE promo_codes SET bookings_max = bookings_used", "This code is used up."),
        ("UPDATE promo_codes SET bookings_max = NULL, valid_until = '2001-01-01'", "This code is not valid here."),
        ("UPDATE promo_codes SET valid_until = NULL, valid_from = '9999-01-01'", "This code is not valid here."),
    ):
        run(conninfo, spoilt)
        shown = await opened(client, offering.event_id, code="half")
        assert said in words_of(shown)
        assert "€13.44" not in words_of(shown)
        for page in (before, late):
            again = await send(client, page, "", quantity=wanted(page, Adult=1), promo_code="HALF", **ANN)
            assert again.status_code in {409, 422}
            assert said in words_of(again)
            assert "has changed from" not in words_of(again)


async def test_an_event_is_found_by_its_slug(client: httpx.AsyncClient) -> None:
    event = await new_event(client, **{**DETAILS, "sales_from": None})
    page = await opened(client, "late-trio")
    assert f'rel="canonical" href="http://127.0.0.1:8000{path_of("late-trio")}"' in page.text
    assert (await send(client, page, "", quantity=1, **ANN)).status_code == 303
    assert 'rel="canonical"' in (await opened(client, event["id"])).text
    for nothing in ("nobody", "%00", NOBODY):
        assert (await client.get(path_of(nothing), headers=BROWSER)).status_code == 404


async def test_of_two_organizers_with_one_slug_the_older_event_has_the_address(client: httpx.AsyncClient) -> None:
    older = await new_event(client, slug="gala", name="Older gala")
    rival = (await client.post("/organizers", json={"name": "Rival"})).json()["id"]
    newer = await new_event(client, {"fullhouse-organizer": rival}, slug="gala", name="Newer gala")
    assert "Older gala" in words_of(await opened(client, "gala"))
    page = await opened(client, newer["id"])
    assert f'rel="canonical" href="http://127.0.0.1:8000{path_of(newer["id"])}"' in page.text
    assert older["id"] != newer["id"]


async def test_an_event_of_tests_never_has_the_address_of_a_real_one(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    tests_key = await make_key(conninfo, organizer.DEFAULT_ID, is_test=True)
    real_key = await make_key(conninfo, organizer.DEFAULT_ID)
    trial = await new_event(closed_client, tests_key, slug="gala", name="Trial gala")
    assert "Trial gala" in words_of(await opened(closed_client, "gala"))
    await new_event(closed_client, real_key, slug="gala", name="Real gala")
    assert "Real gala" in words_of(await opened(closed_client, "gala"))
    assert path_of(trial["id"]) in (await opened(closed_client, trial["id"])).text
    home = await closed_client.get("/", headers=BROWSER)
    assert ("Trial gala" in home.text, f'href="{path_of("gala")}"' in home.text) == (False, True)


async def test_what_organizers_write_is_escaped_and_their_markdown_harmless(client: httpx.AsyncClient) -> None:
    evil = "</script><script>alert(1)</script>"
    event = await new_event(client, name=evil, venue=evil, description=f"**Bold** {evil} [x](javascript:alert(1))")
    page = await opened(client, event["id"])
    assert "<script>alert" not in page.text
    assert "<strong>Bold</strong>" in page.text
    assert "javascript:" not in re.sub(r"\[x\]\(javascript:alert\(1\)\)", "", page.text)
    (card,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    told = json.loads(card)
    assert told["name"] == evil
    assert (told["@type"], told["startDate"]) == ("Event", "2041-05-01T18:00:00+00:00")
    assert told["offers"][0]["availability"] == "https://schema.org/InStock"


async def test_each_state_says_what_is_still_possible(client: httpx.AsyncClient, conninfo: str) -> None:
    later = await new_event(client, sales_from="2040-01-01T10:00:00Z")
    assert "On sale from Sun, Jan 1, 2040" in words_of(await opened(client, later["id"]))
    ended = await new_event(client, sales_from="2020-01-01T10:00:00Z", sales_until="2021-01-01T10:00:00Z")
    assert "Sales have ended" in words_of(await opened(client, ended["id"]))
    full = await new_event(client, total_seats=1)
    await client.post("/bookings", json={"event_id": full["id"], "num_seats": 1})
    sold_out = words_of(await opened(client, full["id"]))
    assert "Sold out" in sold_out
    assert "look in once more" in sold_out
    begun = await new_event(client)
    let_begin(conninfo, begun["id"])
    assert "This event is over." in words_of(await opened(client, begun["id"]))
    run(conninfo, "UPDATE events SET ends_at = now() + interval '1 hour' WHERE id = %s", begun["id"])
    assert "The event has begun" in words_of(await opened(client, begun["id"]))
    cancelled = await new_event(client)
    await client.post(f"/events/{cancelled['id']}/cancellation")
    page = await opened(client, cancelled["id"])
    assert "This event does not take place." in words_of(page)
    assert "EventCancelled" in page.text
    for event in (later, ended, full, begun, cancelled):
        assert "booking-form" not in (await opened(client, event["id"])).text


async def test_a_draft_is_shown_to_those_of_the_house_alone(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    set_state(conninfo, event["id"], "draft")
    assert "This is a draft" in words_of(await opened(client, event["id"]))
    assert (await closed_client.get(path_of(event["id"]), headers=BROWSER)).status_code == 404


async def test_the_page_speaks_german_in_the_events_time_zone(client: httpx.AsyncClient) -> None:
    event = await new_event(client, time_zone="Europe/Berlin", date=FUTURE)
    page = await client.get(path_of(event["id"]), headers={**BROWSER, **GERMAN})
    words = words_of(page)
    assert "Mittwoch, 1. Mai 2041, 20:00" in words
    assert "Mitteleuropäische" in words
    assert "Kostenlos" in words
    assert (await patch(client, event["id"], time_zone="America/New_York")).status_code == 200
    words = words_of(await opened(client, event["id"]))
    assert "Wednesday, May 1, 2041, 2:00" in words
    await follow(client, await send(client, page, "", quantity=1, **ANN))
