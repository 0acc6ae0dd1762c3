"""Booking by lines over HTTP: held or confirmed, refused with what is still possible, and told again as it was."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.cast import assert_clean
from tests.offers import add_ticket_type, change_event, let_run_out
from tests.web.asking import NOBODY, Json, assert_problem, everything, left, new_event, post_booking
from tests.web.basket_office import (
    BUYER,
    Offering,
    assert_documented,
    confirm,
    lines_of,
    new_hold,
    new_offering,
    post_basket,
)
from tests.web.test_auth import bearer, make_key
from tests.web.test_idempotency import same


async def test_what_has_a_price_is_held_until_it_is_paid(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    answer = await post_basket(client, offering.event_id, (offering.adult, 2), (offering.child, 1), buyer=BUYER)
    assert answer.status_code == 201
    await assert_documented(client, answer)
    held = answer.json()
    assert answer.headers["location"] == f"/bookings/{held['id']}"
    assert (held["status"], held["next"], held["num_seats"], held["buyer"]) == ("held", "pay", 3, BUYER)
    asked, until = [datetime.fromisoformat(held[name]) for name in ("created_at", "expires_at")]
    assert until - asked == timedelta(minutes=10)
    assert held["price"]["total"] == {"net_minor": 4_202 + 350 + 150, "tax_minor": 798 + 25, "gross_minor": 5_525}
    assert [line["total"]["gross_minor"] for line in held["price"]["lines"]] == [5_375, 0]
    assert (await client.get(answer.headers["location"])).json() == held
    assert await left(client, offering.event_id) == 9
    await assert_clean(conninfo)


async def test_what_is_free_is_confirmed_with_its_tickets(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    answer = await post_basket(client, offering.event_id, (offering.child, 2))
    await assert_documented(client, answer)
    booking = answer.json()
    assert (booking["status"], booking["next"], booking["expires_at"]) == ("confirmed", None, None)
    assert (booking["buyer"], booking["price"]["total"]["gross_minor"]) == (None, 0)
    found = await client.get(f"/bookings/{booking['id']}/tickets")
    await assert_documented(client, found)
    assert [(one["number"], one["ticket_type_id"], one["state"]) for one in found.json()] == [
        (1, offering.child, "valid"),
        (2, offering.child, "valid"),
    ]
    assert len({one["code"] for one in found.json()}) == 2
    await assert_clean(conninfo)


async def test_seats_by_number_have_tickets_too(client: httpx.AsyncClient, event: Json) -> None:
    booking = (await post_booking(client, event["id"], 3)).json()
    found = (await client.get(f"/bookings/{booking['id']}/tickets")).json()
    assert [one["number"] for one in found] == [1, 2, 3]
    assert {len(one["code"]) for one in found} == {32}
    await client.patch(f"/bookings/{booking['id']}/cancel")
    assert {one["state"] for one in (await client.get(f"/bookings/{booking['id']}/tickets")).json()} == {"cancelled"}


async def test_the_box_office_sells_at_once_and_gives_comps_away(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    headers = bearer(await make_key(conninfo))
    offering = await new_offering(closed_client, conninfo, headers)
    door = await add_ticket_type(conninfo, offering.event_id, 3_000, visibility="box_office")
    totals = []
    for way in ("cash", "card_terminal", "comp"):
        lines = (offering.adult, 1), (door, 1)
        answer = await post_basket(closed_client, offering.event_id, *lines, headers=headers, paid_by=way)
        await assert_documented(closed_client, answer)
        sold = answer.json()
        assert (sold["status"], sold["paid_by"], sold["expires_at"]) == ("confirmed", way, None)
        assert len((await closed_client.get(f"/bookings/{sold['id']}/tickets")).json()) == 2
        totals.append(sold["price"]["total"]["gross_minor"])
    assert totals == [6_063, 6_063, 0]
    before = everything(conninfo)
    for somebody in ({}, {"authorization": "Bearer fh_wrong"}):
        refused = await post_basket(
            closed_client, offering.event_id, (offering.adult, 1), headers=somebody, paid_by="comp"
        )
        assert_problem(refused, 401, "api_key_required")
    assert everything(conninfo) == before
    await assert_clean(conninfo)


async def test_what_does_not_fit_says_for_each_line_what_does(client: httpx.AsyncClient, offering: Offering) -> None:
    await new_hold(client, offering, 4)
    answer = await post_basket(client, offering.event_id, (offering.adult, 3), (offering.child, 1))
    await assert_documented(client, answer)
    body = assert_problem(answer, 409, "not_enough_seats")
    assert body["available_seats"] == 8
    assert body["lines"] == [
        {"ticket_type_id": offering.adult, "quantity": 3, "possible": 2},
        {"ticket_type_id": offering.child, "quantity": 1, "possible": 1},
    ]
    fewer = await post_basket(client, offering.event_id, (offering.adult, 3), (offering.child, 1), accept_fewer=True)
    assert [line["quantity"] for line in fewer.json()["price"]["lines"]] == [2, 1]
    body = assert_problem(await post_basket(client, offering.event_id, (offering.adult, 1)), 409, "not_enough_seats")
    assert (body["detail"], body["lines"][0]["possible"]) == ("Sold out.", 0)


async def test_every_reason_not_to_sell_is_told(client: httpx.AsyncClient, conninfo: str, offering: Offering) -> None:
    stranger = await new_offering(client, conninfo)
    event_id = offering.event_id
    offered: list[tuple[dict[str, Any], int, str, Json]] = [
        ({"visibility": "archived"}, 404, "ticket_type_not_found", {}),
        ({"visibility": "box_office"}, 404, "ticket_type_not_found", {}),
        ({"sales_from": "2041-01-01T00:00Z"}, 409, "not_on_sale", {"sales_from": "2041-01-01T00:00:00+00:00"}),
        ({"sales_until": "2021-01-01T00:00Z"}, 409, "not_on_sale", {"sales_until": "2021-01-01T00:00:00+00:00"}),
        ({"tickets_min": 4}, 409, "quantity_not_allowed", {"tickets_min": 4}),
        ({"tickets_max": 2}, 409, "quantity_not_allowed", {"tickets_min": 1, "tickets_max": 2}),
    ]
    cases = [
        (await add_ticket_type(conninfo, event_id, 100, **columns), status, code, facts)
        for columns, status, code, facts in offered
    ]
    cases += [(type_id, 404, "ticket_type_not_found", {}) for type_id in (NOBODY, stranger.child)]
    before = everything(conninfo)
    for type_id, status, code, facts in cases:
        # The sum over all lines of a ticket type counts.
        lines = (offering.child, 1), (type_id, 2), (type_id, 1)
        for answer in (
            await post_basket(client, event_id, *lines),
            await client.post("/quotes", json={"event_id": event_id, "lines": lines_of(*lines)}),
        ):
            await assert_documented(client, answer)
            body = assert_problem(answer, status, code)
            assert {**facts, "ticket_type_id": type_id}.items() <= body.items()
    assert_problem(await post_booking(client, event_id, 1), 409, "ticket_types_required")
    assert everything(conninfo) == before


@pytest.mark.parametrize(
    ("columns", "status", "code"),
    [
        ({"state": "draft"}, 404, "event_not_found"),
        ({"state": "cancelled"}, 409, "event_cancelled"),
        ({"starts_at": "2021-01-01T00:00Z"}, 409, "event_over"),
        ({"sales_from": "2041-01-01T00:00Z"}, 409, "not_on_sale"),
        ({"sales_until": "2021-01-01T00:00Z"}, 409, "not_on_sale"),
    ],
)
async def test_an_event_that_does_not_sell_says_why(
    client: httpx.AsyncClient,
    conninfo: str,
    offering: Offering,
    event: Json,
    columns: dict[str, str],
    status: int,
    code: str,
) -> None:
    for event_id in (offering.event_id, event["id"]):
        await change_event(conninfo, event_id, **columns)
    before = everything(conninfo)
    body = {"event_id": offering.event_id, "lines": lines_of((offering.adult, 1))}
    for url in ("/bookings", "/quotes"):
        answer = await client.post(url, json=body)
        await assert_documented(client, answer)
        assert_problem(answer, status, code)
    assert_problem(await post_booking(client, event["id"]), status, code)
    assert everything(conninfo) == before


async def test_an_unknown_event_sells_nothing(client: httpx.AsyncClient, offering: Offering) -> None:
    for url in ("/bookings", "/quotes"):
        answer = await client.post(url, json={"event_id": NOBODY, "lines": lines_of((offering.adult, 1))})
        await assert_documented(client, answer)
        assert_problem(answer, 404, "event_not_found")


async def test_baskets_of_the_wrong_form_are_refused_by_field(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    one = lines_of((offering.adult, 1))
    wrong: list[tuple[Json, str]] = [
        ({"lines": []}, "lines"),
        ({"lines": one * 51}, "lines"),
        ({"lines": None}, "lines"),
        ({"lines": lines_of((offering.adult, 0))}, "lines.0.quantity"),
        ({"lines": lines_of((offering.adult, 10_001))}, "lines.0.quantity"),
        ({"lines": [{**one[0], "quantity": "1"}]}, "lines.0.quantity"),
        ({"lines": [{**one[0], "quantity": 1.5}]}, "lines.0.quantity"),
        ({"lines": [{**one[0], "seat": "A1"}]}, "lines.0.seat"),
        ({"lines": lines_of(("adult", 1))}, "lines.0.ticket_type_id"),
        ({"lines": lines_of((offering.adult, 60), (offering.child, 41))}, "lines"),
        ({"num_seats": 1}, "num_seats"),
        ({"accept_fewer": "yes"}, "accept_fewer"),
        ({"paid_by": "barter"}, "paid_by"),
        ({"event_id": "x"}, "event_id"),
        ({"buyer": {**BUYER, "email": "zoe"}}, "buyer.email"),
        ({"buyer": {**BUYER, "email": "z" * 250 + "@example.org"}}, "buyer.email"),
        ({"buyer": {**BUYER, "name": " "}}, "buyer.name"),
        ({"buyer": {**BUYER, "name": "a\0b"}}, "buyer.name"),
        ({"buyer": {"name": "Zoë"}}, "buyer.email"),
    ]
    before = everything(conninfo)
    for changes, field in wrong:
        answer = await client.post("/bookings", json={"event_id": offering.event_id, "lines": one, **changes})
        await assert_documented(client, answer)
        assert_problem(answer, 422, "validation_failed", field)
    assert everything(conninfo) == before


async def test_a_replay_tells_what_was_answered_whatever_became_of_the_hold(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    headers = {"idempotency-key": "k"}
    lines = (offering.adult, 2), (offering.child, 1)

    async def ask() -> httpx.Response:
        return await post_basket(client, offering.event_id, *lines, headers=headers, buyer=BUYER)

    first = await ask()
    booking_id = first.json()["id"]
    assert same(first, await ask())
    paid = await confirm(client, booking_id, headers=headers)
    assert paid.json() == {**first.json(), "status": "confirmed", "paid_by": "cash", "next": None}
    await assert_documented(client, paid)
    assert same(first, await ask())
    assert same(paid, await confirm(client, booking_id, headers=headers))
    gone = await client.patch(f"/bookings/{booking_id}/cancel", headers=headers)
    await assert_documented(client, gone)
    assert same(first, await ask())
    assert same(paid, await confirm(client, booking_id, headers=headers))
    assert same(gone, await client.patch(f"/bookings/{booking_id}/cancel", headers=headers))
    assert_problem(await confirm(client, booking_id, "comp", headers), 422, "idempotency_key_reused")
    other = await post_basket(client, offering.event_id, (offering.adult, 2), headers=headers, buyer=BUYER)
    assert_problem(other, 422, "idempotency_key_reused")
    await assert_clean(conninfo)


async def test_a_replay_of_a_free_basket_and_of_a_refusal_are_the_same(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    for key, count in (("free", 2), ("refused", 11)):
        headers = {"idempotency-key": key}
        first = await post_basket(client, offering.event_id, (offering.child, count), headers=headers)
        if key == "free":
            await client.patch(f"/bookings/{first.json()['id']}/cancel")
            await post_basket(client, offering.event_id, (offering.child, 5))
        assert same(first, await post_basket(client, offering.event_id, (offering.child, count), headers=headers))
    await assert_clean(conninfo)


async def test_a_basket_asked_for_fifty_times_at_once_is_held_once(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    headers = {"idempotency-key": "k"}
    answers = await asyncio.gather(
        *(post_basket(client, offering.event_id, (offering.adult, 2), headers=headers) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await left(client, offering.event_id) == 10


async def test_a_hold_that_runs_out_makes_room_for_the_next(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    lost = await new_hold(client, offering, 6)
    assert_problem(await post_basket(client, offering.event_id, (offering.adult, 1)), 409, "not_enough_seats")
    await let_run_out(conninfo, offering.event_id)
    await new_hold(client, offering, 6)
    shown = await client.get(f"/bookings/{lost['id']}")
    await assert_documented(client, shown)
    assert (shown.json()["status"], shown.json()["next"]) == ("expired", None)
    await assert_clean(conninfo)


async def test_an_event_with_nothing_to_choose_is_sold_by_lines_as_well(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    other = await new_event(client)
    assert_problem(await post_basket(client, other["id"], (offering.child, 1)), 404, "ticket_type_not_found")
    with_lines = b'{"event_id": "%s", "num_seats": 1, "note": "lines"}' % other["id"].encode()
    answer = await client.post("/bookings", content=with_lines, headers={"content-type": "application/json"})
    assert_problem(answer, 422, "validation_failed")
    await assert_clean(conninfo)
