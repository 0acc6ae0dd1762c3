"""Lists of an event's bookings and tickets: all that staff filter by, page after page, and for nobody else."""

import base64

import httpx
import pytest

from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import BUYER, Offering, confirm, lines_of, new_hold, post_basket
from tests.web.manifest import all_pages, fill
from tests.web.organizing import run
from tests.web.test_auth import bearer, make_key


async def sold(client: httpx.AsyncClient, offering: Offering, name: str, **rest: object) -> Json:
    """Two children and an adult, sold at the desk."""
    body = {
        "event_id": offering.event_id,
        "lines": lines_of((offering.adult, 1), (offering.child, 2)),
        "buyer": {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@example.org"},
        "paid_by": "cash",
        **rest,
    }
    answer = await client.post("/bookings", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def references(found: list[Json]) -> list[str]:
    return [one["reference"] for one in found]


async def test_bookings_are_listed_the_newest_first_with_what_staff_need(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    one, held = await sold(client, offering, "Ann Lee"), await new_hold(client, offering, 1)
    found = await all_pages(client, f"/events/{offering.event_id}/bookings")
    assert references(found) == [held["reference"], one["reference"]]
    assert found[1] | {"created_at": None, "expires_at": None} == {
        "id": one["id"],
        "reference": one["reference"],
        "event_id": offering.event_id,
        "status": "confirmed",
        "num_seats": 3,
        "created_at": None,
        "confirmed_at": None,
        "expires_at": None,
        "cancelled_at": None,
        "buyer": {"name": "Ann Lee", "email": "ann@example.org"},
        "paid_by": "cash",
        "promo_code": None,
        "currency": "EUR",
        "total_minor": one["price"]["total"]["gross_minor"],
        "cancelled_tickets": [],
    }
    assert (found[0]["status"], found[0]["buyer"]) == ("held", BUYER)


async def test_tickets_are_listed_with_their_holders_and_never_with_their_codes(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    one = await sold(client, offering, "Ann Lee")
    named = await client.put(f"/bookings/{one['id']}/tickets/2/holder", json={"name": "Tim Holder"})
    await new_hold(client, offering, 1)
    found = await all_pages(client, f"/events/{offering.event_id}/tickets")
    assert [(each["number"], each["ticket_type"], each["holder_name"]) for each in found] == [
        (1, "Adult", None),
        (2, "Child", "Tim Holder"),
        (3, "Child", None),
    ]
    assert found[0]["buyer"] == {"name": "Ann Lee", "email": "ann@example.org"}
    assert (found[0]["reference"], found[0]["state"]) == (one["reference"], "valid")
    assert all("code" not in each and named.json()["code"] not in each.values() for each in found)


async def test_each_filter_leaves_what_it_says(client: httpx.AsyncClient, conninfo: str, offering: Offering) -> None:
    code = {"code": "FRIENDS", "kind": "percent", "amount": 1_000}
    assert (await client.post(f"/events/{offering.event_id}/promo-codes", json=code)).status_code == 201
    ann = await sold(client, offering, "Ann 100% Lee", promo_code="friends")
    bob = await sold(client, offering, "Bob Box", paid_by="card_terminal")
    free = (await post_basket(client, offering.event_id, (offering.child, 1))).json()
    held, gone = await new_hold(client, offering, 1), await new_hold(client, offering, 1)
    run(conninfo, "UPDATE bookings SET expires_at = now() - interval '1 minute' WHERE id = %s", gone["id"])
    run(conninfo, "UPDATE bookings SET created_at = '2031-01-01T10:00:00Z' WHERE id = %s", bob["id"])
    wanted = {
        "status=held": [held],
        "status=expired": [gone],
        "status=cancelled": [],
        f"ticket_type_id={offering.child}": [free, bob, ann],
        f"ticket_type_id={NOBODY}": [],
        "q=bob": [bob],
        "q=100%25": [ann],
        "q=ANN%40example": [ann],
        f"q={bob['reference'].lower()}": [bob],
        "email=Bob%2Bx%40example.org": [bob],
        "from=2031-01-01T10:00:00Z": [bob],
        "from=2031-01-01T10:00:01Z": [],
        "to=2031-01-01T10:00:00Z": [gone, held, free, ann],
        "promo_code=friends": [ann],
        "promo_code=other": [],
        "paid_by=card_terminal": [bob],
        "paid_by=cash&q=lee&status=confirmed": [ann],
    }
    for query, expected in wanted.items():
        answer = await client.get(f"/events/{offering.event_id}/bookings?{query}")
        assert references(answer.json()) == references(expected), query
    (shown,) = (await client.get(f"/events/{offering.event_id}/bookings?promo_code=friends")).json()
    assert shown["promo_code"] == "FRIENDS"


async def test_tickets_are_filtered_by_holder_type_and_state(client: httpx.AsyncClient, offering: Offering) -> None:
    one, plain = await sold(client, offering, "Ann Lee"), await new_event(client)
    await client.put(f"/bookings/{one['id']}/tickets/2/holder", json={"name": "Tim Holder"})
    given_back = await client.post(f"/bookings/{one['id']}/cancellations", json={"tickets": [1]})
    assert given_back.status_code == 201, given_back.text
    wanted = {
        "q=tim": [2],
        "q=ann": [1, 2, 3],
        f"ticket_type_id={offering.adult}": [1],
        "ticket_state=valid": [2, 3],
        "ticket_state=cancelled": [1],
        f"q={one['reference']}&ticket_state=valid": [2, 3],
        "status=held": [],
    }
    for query, numbers in wanted.items():
        answer = await client.get(f"/events/{offering.event_id}/tickets?{query}")
        assert [each["number"] for each in answer.json()] == numbers, query
    await new_booking(client, plain["id"], 2)
    (booking,) = (await client.get(f"/events/{plain['id']}/bookings")).json()
    assert (booking["buyer"], booking["total_minor"], booking["currency"]) == (None, 0, None)
    (_, second) = (await client.get(f"/events/{plain['id']}/tickets")).json()
    by_type = await client.get(f"/events/{plain['id']}/bookings?ticket_type_id={second['ticket_type_id']}")
    assert references(by_type.json()) == [booking["reference"]]


async def test_pages_go_on_where_the_last_one_ended(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client)
    fill(conninfo, event["id"], 25)
    for kind in ("bookings", "tickets"):
        whole = await all_pages(client, f"/events/{event['id']}/{kind}")
        cut = await all_pages(
            client, f"/events/{event['id']}/{kind}", limit=4, q="buyer", **{"from": "2030-01-01T00:00:00Z"}
        )
        assert len(whole) == 25
        assert cut == whole


async def test_a_page_of_tickets_may_end_within_a_booking(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    for places in (3, 2, 4):
        await new_booking(client, event["id"], places)
    found = await all_pages(client, f"/events/{event['id']}/tickets", limit=2)
    assert [each["number"] for each in found] == [1, 2, 3, 4, 1, 2, 1, 2, 3]


@pytest.mark.parametrize("kind", ["bookings", "tickets"])
async def test_what_is_no_query_is_refused(client: httpx.AsyncClient, event: Json, kind: str) -> None:
    wrong = {
        "status": "sold",
        "ticket_type_id": "x",
        "q": "a\0b",
        "email": "nobody",
        "from": "yesterday",
        "to": "2031-01-01T10:00:00",
        "promo_code": "",
        "paid_by": "shells",
        "limit": "0",
        "cursor": base64.urlsafe_b64encode(b"99999999999 1").decode(),
    }
    for field, value in wrong.items():
        answer = await client.get(f"/events/{event['id']}/{kind}", params={field: value})
        assert_problem(answer, 422, "validation_failed", field)
    for cursor in ("x", "ä", base64.urlsafe_b64encode(b"9999999999 1").decode(), base64.b64encode(b"1 99999").decode()):
        answer = await client.get(f"/events/{event['id']}/{kind}", params={"cursor": cursor})
        assert_problem(answer, 422, "validation_failed", "cursor")
    assert_problem(await client.get(f"/events/{NOBODY}/{kind}"), 404, "event_not_found")


async def test_a_buyer_sees_no_list(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    good = bearer(await make_key(conninfo))
    event = await new_event(closed_client, good)
    for path in ("bookings", "tickets", "exports/bookings.csv", "exports/money.xlsx"):
        assert_problem(await closed_client.get(f"/events/{event['id']}/{path}"), 401, "api_key_required")
        answer = await closed_client.get(f"/events/{event['id']}/{path}", headers=good)
        assert answer.status_code == 200


async def test_a_confirmed_hold_says_when(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering, 1)
    await confirm(client, held["id"])
    (shown,) = (await client.get(f"/events/{offering.event_id}/bookings?status=confirmed")).json()
    assert shown["confirmed_at"] >= shown["created_at"]
