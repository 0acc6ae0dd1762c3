"""The first pages of the shop: the list, the months, search, an organizer's page, and what search engines are told."""

import httpx

from tests.web.asking import NOBODY, new_event
from tests.web.basket_office import new_offering
from tests.web.organizing import let_begin, rows, run, set_state
from tests.web.pages.browsing import BROWSER, GERMAN, words_of
from tests.web.two_houses import make_key


async def shown(client: httpx.AsyncClient, path: str = "/", **query: str) -> str:
    """The words of a page."""
    page = await client.get(path, params=query, headers=BROWSER)
    assert page.status_code == 200
    return words_of(page)


async def test_an_empty_shop_says_so(client: httpx.AsyncClient) -> None:
    assert "Nothing is on sale yet" in await shown(client)


async def test_the_list_has_what_can_be_bought_with_its_price(client: httpx.AsyncClient, conninfo: str) -> None:
    await new_event(client, name="Free talk")
    full = await new_event(client, name="Full talk", total_seats=1)
    await client.post("/bookings", json={"event_id": full["id"], "num_seats": 1})
    offering = await new_offering(client, conninfo)
    over, draft, cancelled = [await new_event(client, name=name) for name in ("Over", "Draft", "Cancelled gig")]
    let_begin(conninfo, over["id"])
    set_state(conninfo, draft["id"], "draft")
    set_state(conninfo, cancelled["id"], "cancelled")
    words = await shown(client)
    assert "Free talk Small house Box office Free" in words
    assert "Full talk Small house Box office Sold out" in words
    assert "Concert Small house Box office Free – €28.38" in words
    for name in ("Over", "Draft", "Cancelled gig"):
        assert name not in words
    assert f"/shop/events/{offering.event_id}" in (await client.get("/", headers=BROWSER)).text


async def test_an_event_that_is_under_way_is_still_there(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, name="Festival")
    let_begin(conninfo, event["id"])
    run(conninfo, "UPDATE events SET ends_at = now() + interval '1 day' WHERE id = %s", event["id"])
    assert "Festival" in await shown(client)


async def test_the_list_goes_on_page_by_page(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, name="Daily show")
    await client.post(f"/events/{event['id']}/series", json={"rule": "FREQ=DAILY;COUNT=30"})
    run(conninfo, "UPDATE events SET state = 'published'")
    first = await client.get("/", headers=BROWSER)
    assert first.text.count("event-card") == 24
    link = first.text.split('rel="next" href="')[1].split('"')[0]
    second = await client.get(f"/{link.replace('&amp;', '&')}", headers=BROWSER)
    assert second.text.count("event-card") == 6
    assert 'rel="next"' not in second.text
    for cursor in ("x", "ä", NOBODY):
        assert (await client.get("/", params={"cursor": cursor}, headers=BROWSER)).text.count("event-card") == 24


async def test_search_finds_events_venues_and_organizers(client: httpx.AsyncClient) -> None:
    await new_event(client, name="Opera 100 %", venue="Old house")
    await new_event(client, name="Jazz", venue="Harbour")
    for text in ("opera", "100 %", "old HOUSE", "box office"):
        assert "Opera 100 %" in await shown(client, q=text), text
    assert "Jazz" not in await shown(client, q="%")
    assert "Opera 100 %" not in await shown(client, q="Opera Jazz")
    nothing = await shown(client, q="<b>none</b>")
    assert "Nothing found" in nothing
    assert "Events with “<b>none</b>”" in nothing
    assert "<b>none" not in (await client.get("/", params={"q": "<b>none</b>"}, headers=BROWSER)).text
    assert "Jazz" in await shown(client, q="\0")


async def test_a_month_shows_events_on_their_days_in_their_own_time_zones(client: httpx.AsyncClient) -> None:
    await new_event(client, name="Late show", date="2041-05-31T23:30:00-07:00", time_zone="America/Los_Angeles")
    may = await shown(client, month="2041-05")
    assert "May 2041" in may
    assert "Fri 31 11:30" in may
    assert "Late show" in may
    assert "Nothing in this month." in await shown(client, month="2041-08")
    june = await client.get("/", params={"month": "2041-06"}, headers=BROWSER)
    assert "Late show" not in words_of(june)
    assert 'href="?month=2041-05"' in june.text
    assert 'href="?month=2041-07"' in june.text
    for odd in ("2041-13", "x", "0001-01"):
        assert (await client.get("/", params={"month": odd}, headers=BROWSER)).status_code == 200
    assert "Mai 2041" in words_of(await client.get("/", params={"month": "2041-05"}, headers={**BROWSER, **GERMAN}))


async def test_an_organizers_page_has_its_own_events_alone(client: httpx.AsyncClient, conninfo: str) -> None:
    rival = (await client.post("/organizers", json={"name": "Rival & Sons"})).json()["id"]
    await new_event(client, name="Ours")
    await new_event(client, {"fullhouse-organizer": rival}, name="Theirs")
    run(conninfo, "UPDATE organizers SET colour = '#0b6e6e', description = '**Good**' WHERE id = %s", rival)
    page = await client.get(f"/shop/organizers/{rival}", headers=BROWSER)
    assert "Theirs" in words_of(page)
    assert "Ours" not in words_of(page)
    assert "/shop/accents/0b6e6e.css" in page.text
    assert "<strong>Good</strong>" in page.text
    for nobody in (NOBODY, "x"):
        nowhere = await client.get(f"/shop/organizers/{nobody}", headers=BROWSER)
        assert nowhere.headers["x-refusal"] == "organizer_not_found"


async def test_what_is_tried_out_is_in_no_shop(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    rival = (await client.post("/organizers", json={"name": "Rival"})).json()["id"]
    key = await make_key(conninfo, rival, is_test=True)
    event = await new_event(closed_client, key, name="Trial")
    assert "Trial" not in await shown(client)
    (owner,) = rows(conninfo, "SELECT organizer_id::text AS id FROM events WHERE id = %s", event["id"])
    test_id = owner["id"]
    nowhere = await client.get(f"/shop/organizers/{test_id}", headers=BROWSER)
    assert nowhere.status_code == 404


async def test_the_shop_begins_at_the_first_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/shop", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_search_engines_are_told_where_the_events_are(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, slug="gala")
    draft = await new_event(client)
    set_state(conninfo, draft["id"], "draft")
    site = (await client.get("/sitemap.xml")).text
    assert "<loc>http://127.0.0.1:8000/shop/events/gala</loc>" in site
    assert draft["id"] not in site
    assert event["id"] not in site
    robots = (await client.get("/robots.txt")).text
    assert "Disallow: /console\n" in robots
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots


async def test_an_event_at_the_end_of_time_takes_nothing_from_the_others(client: httpx.AsyncClient) -> None:
    last = await new_event(client, name="Last night", date="9999-12-31T23:30:00Z", time_zone="Asia/Tokyo")
    await new_event(client, name="Next week")
    words = await shown(client)
    assert "Last night" in words
    assert "Next week" in words
    for path in (f"/shop/events/{last['id']}", f"/shop/events/{last['id']}/widget"):
        assert "Last night" in await shown(client, path)
