"""Changing what is held over HTTP: other lines at once, or the old ones."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.cast import assert_clean
from tests.offers import add_pool, add_ticket_type, let_run_out
from tests.web.asking import NOBODY, Json, assert_problem, left
from tests.web.basket_office import BUYER, Offering, assert_documented, confirm, lines_of, new_hold, new_offering
from tests.web.offering import new


@pytest.fixture
async def offering(client: httpx.AsyncClient, conninfo: str) -> AsyncIterator[Offering]:
    """An event with something to choose, whose places and money are right in the end."""
    yield await new_offering(client, conninfo)
    await assert_clean(conninfo)


async def put(
    client: httpx.AsyncClient,
    held: Json,
    *lines: tuple[str, int],
    headers: dict[str, str] | None = None,
    **rest: object,
) -> httpx.Response:
    body = {"lines": lines_of(*lines), **rest}
    return await client.put(f"/bookings/{held['id']}/lines", json=body, headers=headers)


async def test_a_hold_gets_other_lines_at_the_price_of_a_quote(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, offering: Offering
) -> None:
    held = await new_hold(client, offering, 2)
    changed = await put(closed_client, held, (offering.adult, 5), (offering.child, 1))
    await assert_documented(closed_client, changed)
    now = changed.json()
    quoted = await client.post(
        "/quotes",
        json={"event_id": offering.event_id, "lines": lines_of((offering.adult, 5), (offering.child, 1))},
    )
    assert now["price"] == quoted.json()
    assert now == {**held, "num_seats": 6, "price": now["price"]}, "id, reference, buyer and end stay"
    assert await left(client, offering.event_id) == 6
    assert (await client.get(f"/bookings/{held['id']}")).json() == now
    assert (await confirm(client, held["id"])).json()["num_seats"] == 6
    assert len((await client.get(f"/bookings/{held['id']}/tickets")).json()) == 6
    what = [one["what"] for one in (await client.get(f"/bookings/{held['id']}/history")).json()]
    assert what[:2] == ["made", "lines_changed"]


async def test_what_it_has_counts_for_the_new_lines_and_stays_if_they_can_not_be_had(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    same = await add_ticket_type(conninfo, offering.event_id, 3_000, name="Adult with programme")
    other = await add_ticket_type(conninfo, offering.event_id, 3_000, name="Balcony")
    await add_pool(conninfo, offering.event_id, 5, other)
    held = await new_hold(client, offering, 6)
    too_many = await put(client, held, (offering.adult, 7))
    await assert_documented(client, too_many)
    assert assert_problem(too_many, 409, "not_enough_seats")["lines"][0]["possible"] == 6
    assert_problem(await put(client, held, (other, 6)), 409, "not_enough_seats")
    assert (await client.get(f"/bookings/{held['id']}")).json() == held
    assert (await put(client, held, (same, 12))).json()["num_seats"] == 12
    assert (await put(client, held, (offering.adult, 6), (other, 5))).json()["num_seats"] == 11
    assert await left(client, offering.event_id) == 1


async def test_what_costs_nothing_any_more_is_confirmed(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering, 2)
    free = (await put(client, held, (offering.child, 2))).json()
    assert (free["status"], free["next"], free["paid_by"]) == ("confirmed", None, None)
    assert len((await client.get(f"/bookings/{held['id']}/tickets")).json()) == 2
    assert assert_problem(await put(client, held, (offering.adult, 1)), 409, "booking_not_held")["booking_status"]


async def test_a_promo_code_is_used_kept_or_given_back(client: httpx.AsyncClient, offering: Offering) -> None:
    event = {"id": offering.event_id}
    code = await new(client, event, "promo-codes", code="HALF", amount=5_000, tickets_max=3)

    async def used() -> int:
        shown = (await client.get(f"/events/{offering.event_id}/promo-codes/{code['id']}")).json()
        return int(shown["tickets_used"])

    held = await new_hold(client, offering, 2)
    assert (await put(client, held, (offering.adult, 3), promo_code="half")).status_code == 200
    assert await used() == 3
    assert_problem(await put(client, held, (offering.adult, 4), promo_code="half"), 409, "promo_code_used_up")
    assert await used() == 3
    await put(client, held, (offering.adult, 2), promo_code="half")
    assert await used() == 2
    full = (await put(client, held, (offering.adult, 2))).json()
    assert (await used(), full["price"]) == (0, held["price"])


async def test_the_same_key_changes_once(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering, 1)
    key = {"idempotency-key": "more"}
    answers = await asyncio.gather(*(put(client, held, (offering.adult, 3), headers=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 4
    assert_problem(await put(client, held, (offering.adult, 2), headers=key), 422, "idempotency_key_reused")
    what = [one["what"] for one in (await client.get(f"/bookings/{held['id']}/history")).json()]
    assert what.count("lines_changed") == 1


async def test_what_is_no_hold_any_more_keeps_its_lines(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    paid, gone, late = [await new_hold(client, offering, 1) for _ in range(3)]
    await confirm(client, paid["id"])
    await client.patch(f"/bookings/{gone['id']}/cancel")
    await let_run_out(conninfo, offering.event_id, late["id"])
    for one, status in ((paid, "confirmed"), (gone, "cancelled"), (late, "expired")):
        refused = await put(client, one, (offering.adult, 2))
        await assert_documented(client, refused)
        assert assert_problem(refused, 409, "booking_not_held")["booking_status"] == status
    for nobody in (NOBODY, "mine"):
        assert_problem(await put(client, {"id": nobody}, (offering.adult, 1)), 404, "booking_not_found")


async def test_wrong_lines_are_refused_with_the_field(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering, 1)
    for lines, field in ([], "lines"), ([(offering.adult, 0)], "lines.0.quantity"), ([(offering.adult, 101)], "lines"):
        assert_problem(await put(client, held, *lines), 422, "validation_failed", field)
    assert_problem(await put(client, held, (offering.adult, 1), buyer=BUYER), 422, "validation_failed", "buyer")
    assert_problem(await put(client, held, (NOBODY, 1)), 404, "ticket_type_not_found")
    assert (await client.get(f"/bookings/{held['id']}")).json() == held
