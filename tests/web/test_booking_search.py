"""Finding bookings by whatever is known of them, whether or not the worker has looked through them yet."""

import base64

import httpx
import pytest

from fullhouse.actions import booking_index
from fullhouse.actions.deps import Deps
from tests.cast import running_deps
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import Offering, new_hold
from tests.web.manifest import all_pages, fill
from tests.web.organizing import run
from tests.web.test_booking_lists import references, sold
from tests.web.two_houses import new_house

HOUSE = "/organizers/00000000-0000-7000-8000-000000000001/bookings"


async def look_through(deps: Deps) -> None:
    """Do what the worker does."""
    async for _ in booking_index.keep_up(deps):
        pass


async def index(conninfo: str) -> None:
    async with running_deps(conninfo) as deps:
        await look_through(deps)


@pytest.mark.parametrize("is_indexed", [False, True], ids=["at once", "looked through"])
async def test_a_booking_is_found_by_anything_that_is_known_of_it(
    client: httpx.AsyncClient, conninfo: str, offering: Offering, *, is_indexed: bool
) -> None:
    if is_indexed:
        await index(conninfo)
    zoe = await sold(client, offering, "Zoë O'Hara-Müller")
    ann = await sold(client, offering, "Ann 100% Lee", paid_by="card_terminal")
    free = await new_booking(client, (await new_event(client))["id"], 1)
    if is_indexed:
        await index(conninfo)
    await client.put(f"/bookings/{ann['id']}/tickets/2/holder", json={"name": "Tim Holder"})
    reference = ann["reference"]
    (_, ticket, _) = (await client.get(f"/bookings/{ann['id']}/tickets")).json()
    wanted = {
        "": [free, ann, zoe],
        "zoe": [zoe],
        "MÜLL": [zoe],
        "hara zoe": [zoe],
        "zoë@example.org": [zoe],
        "ann@exam": [ann],
        "ann lee": [ann],
        "100%": [ann],
        "tim hold": [ann],
        "lee tim": [ann],
        reference.lower(): [ann],
        f"{reference[:3]}-{reference[3:]}": [ann],
        zoe["id"]: [zoe],
        ticket["ticket_code"]: [ann],
        ticket["ticket_code"].lower(): [ann],
        free["id"].upper(): [free],
        free["reference"]: [free],
        "nn": [],
        "ann zoe": [],
        "---": [],
        NOBODY: [],
    }
    for asked, expected in wanted.items():
        of_house = await client.get(HOUSE, params={"q": asked} if asked else {})
        assert references(of_house.json()) == references(expected), asked
        of_event = await client.get(f"/events/{offering.event_id}/bookings", params={"q": asked} if asked else {})
        assert references(of_event.json()) == references([one for one in expected if one is not free]), asked


async def test_the_filters_of_the_list_hold_for_all_events_too(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    await client.post(
        f"/events/{offering.event_id}/promo-codes", json={"code": "FRIENDS", "kind": "percent", "amount": 1_000}
    )
    ann = await sold(client, offering, "Ann Lee", promo_code="friends")
    bob = await sold(client, offering, "Bob Box", paid_by="card_terminal")
    held = await new_hold(client, offering, 1)
    await index(conninfo)
    run(conninfo, "UPDATE bookings SET expires_at = now() - interval '1 minute' WHERE id = %s", held["id"])
    wanted = {
        "status=expired": [held],
        "status=held": [],
        f"ticket_type_id={offering.child}": [bob, ann],
        "email=bob%2Bx%40example.org": [bob],
        "email=nobody%40example.org": [],
        "promo_code=friends": [ann],
        "paid_by=card_terminal": [bob],
        "paid_by=cash&q=lee&status=confirmed": [ann],
        "q=ann&paid_by=card_terminal": [],
        "to=2020-01-01T10:00:00Z": [],
    }
    for query, expected in wanted.items():
        assert references((await client.get(f"{HOUSE}?{query}")).json()) == references(expected), query


@pytest.mark.parametrize("is_indexed", [False, True], ids=["at once", "looked through"])
async def test_pages_of_a_search_go_on_where_the_last_one_ended(
    client: httpx.AsyncClient, conninfo: str, *, is_indexed: bool
) -> None:
    events = [await new_event(client) for _ in range(2)]
    for event in events:
        fill(conninfo, event["id"], 25)
    run(conninfo, "UPDATE bookings SET created_at = date_trunc('minute', created_at)")
    if is_indexed:
        await index(conninfo)
    for query in ({}, {"q": "buyer"}, {"q": "buyer1"}, {"status": "confirmed"}):
        whole = await all_pages(client, HOUSE, **query)
        cut = await all_pages(client, HOUSE, limit=4, **query)
        assert len(whole) == (22 if "buyer1" in query.values() else 50)
        assert [one["created_at"] for one in whole] == sorted((one["created_at"] for one in whole), reverse=True)
        assert cut == whole, query


async def test_another_name_is_found_and_the_former_one_no_more(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    ann = await sold(client, offering, "Ann Lee")
    await index(conninfo)
    for name in ("Tim Holder", "Uma Holder"):
        await client.put(f"/bookings/{ann['id']}/tickets/2/holder", json={"name": name})
    found = {asked: (await client.get(HOUSE, params={"q": asked})).json() for asked in ("tim", "uma", "ann")}
    assert {asked: references(one) for asked, one in found.items()} == {
        "tim": [],
        "uma": [ann["reference"]],
        "ann": [ann["reference"]],
    }


async def test_who_was_erased_is_not_found(client: httpx.AsyncClient, conninfo: str, offering: Offering) -> None:
    await sold(client, offering, "Ann Lee")
    await index(conninfo)
    run(conninfo, "UPDATE events SET starts_at = now() - interval '1 year'")
    house = HOUSE.removesuffix("/bookings")
    erased = await client.post(f"{house}/erasures", json={"email": "ann@example.org", "dry_run": False})
    assert erased.status_code in {200, 201}, erased.text
    await index(conninfo)
    assert (await client.get(HOUSE, params={"q": "ann"})).json() == []
    assert len((await client.get(HOUSE)).json()) == 1


async def test_nobody_finds_the_bookings_of_another_organizer(client: httpx.AsyncClient, conninfo: str) -> None:
    ada, rival = [await new_house(client, conninfo, name) for name in ("Ada", "Rival")]
    for text in (ada.booking_id, (await client.get(f"/bookings/{ada.booking_id}")).json()["reference"]):
        found: dict[str, list[Json]] = {
            one.organizer_id: (await client.get(f"/organizers/{one.organizer_id}/bookings", params={"q": text})).json()
            for one in (ada, rival)
        }
        assert [one["id"] for one in found[ada.organizer_id]] == [ada.booking_id]
        assert ada.booking_id not in [one["id"] for one in found[rival.organizer_id]]
    assert_problem(await client.get(f"/organizers/{NOBODY}/bookings"), 404, "organizer_not_found")


async def test_a_cursor_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    texts = ("x", f"2031-01-01T10:00:00 {NOBODY} 1", f"2031-01-01T10:00:00Z {NOBODY}", "2031-01-01T10:00:00Z x 1")
    for cursor in ("ä", *(base64.urlsafe_b64encode(text.encode()).decode() for text in texts)):
        answer = await client.get(HOUSE, params={"cursor": cursor})
        assert_problem(answer, 422, "validation_failed", "cursor")
