"""Giving single tickets back over HTTP: the refund is shown first, and is as was agreed when they were bought."""

import asyncio

import httpx
import pytest

from tests.cast import assert_clean
from tests.offers import change_event
from tests.web.asking import NOBODY, Json, assert_problem, new_booking
from tests.web.basket_office import Offering, assert_documented, lines_of, new_hold
from tests.web.refunding import EACH, FEE, ONCE, POLICY, buy, give_back, left, moment, new_returnable, quote


@pytest.fixture
async def returnable(client: httpx.AsyncClient, conninfo: str) -> Offering:
    """An event that takes tickets back, but not the fees."""
    return await new_returnable(client, conninfo)


async def states(client: httpx.AsyncClient, booking: Json) -> list[str]:
    """The states of a booking's tickets."""
    return [one["state"] for one in (await client.get(f"/bookings/{booking['id']}/tickets")).json()]


async def test_the_refund_is_shown_and_then_made_ticket_by_ticket(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, returnable: Offering
) -> None:
    sold = await buy(client, returnable, 3)
    whole = await quote(closed_client, sold)
    assert (whole["refund_minor"], whole["currency"]) == (7_500, "EUR")
    assert (whole["percent"], whole["is_allowed"]) == (100, True)
    each = {"ticket_type_id": returnable.adult, "refund_minor": EACH}
    paid = {1: EACH + FEE, 2: EACH + FEE, 3: EACH + FEE - 1}
    assert whole["tickets"] == [{"number": n, "paid_minor": minor, **each} for n, minor in paid.items()]
    quoted = await quote(closed_client, sold, 2)
    assert (quoted["refund_minor"], len(quoted["tickets"])) == (EACH, 1)
    given = await give_back(closed_client, sold, 2, refund_minor=EACH)
    await assert_documented(closed_client, given)
    assert given.status_code == 201
    done = given.json()
    assert done == {
        "booking_id": sold["id"],
        "tickets": [2],
        "refund_minor": EACH,
        "currency": "EUR",
        "at": done["at"],
    }
    assert await states(closed_client, sold) == ["valid", "cancelled", "valid"]
    now = (await closed_client.get(f"/bookings/{sold['id']}")).json()
    assert (now["status"], now["num_seats"], now["cancelled_tickets"]) == ("confirmed", 2, [2])
    assert await left(client, returnable) == 10
    rest = await quote(closed_client, sold)
    assert (rest["refund_minor"], [one["number"] for one in rest["tickets"]]) == (5_000, [1, 3])
    await give_back(closed_client, sold)
    assert (await closed_client.get(f"/bookings/{sold['id']}")).json()["status"] == "cancelled"
    assert await left(client, returnable) == 12
    await assert_clean(conninfo)


async def test_again_gives_the_same_answer_and_nothing_back_twice(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, returnable: Offering
) -> None:
    sold = await buy(client, returnable, 3)
    first = await give_back(closed_client, sold, 1, 2, headers={"idempotency-key": "back"})
    for headers in ({}, {"idempotency-key": "back"}):
        again = await give_back(closed_client, sold, 2, 1, headers=headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert ("idempotency-replayed" in again.headers) == bool(headers)
    assert_problem(
        await give_back(closed_client, sold, 3, headers={"idempotency-key": "back"}), 422, "idempotency_key_reused"
    )
    answers = await asyncio.gather(*(give_back(closed_client, sold, 2, 3) for _ in range(8)))
    assert {answer.json()["refund_minor"] for answer in answers} == {7_500}, "what these tickets gave, with the first"
    assert await left(client, returnable) == 12
    await assert_clean(conninfo)


async def test_what_is_agreed_stays_whatever_the_organizer_changes(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, returnable: Offering
) -> None:
    sold = await buy(client, returnable, 1)
    agreed = sold["price"]["refunds"]
    assert [step["percent"] for step in agreed["steps"]] == [100, 50]
    for changes in ({"refund_policy": None}, {"date": moment(2).isoformat()}):
        answer = await client.patch(f"/events/{returnable.event_id}", json=changes)
        assert answer.status_code == 200, answer.text
    assert (await quote(closed_client, sold))["refund_minor"] == EACH
    later = await buy(client, returnable, 1)
    assert later["price"]["refunds"] is None
    assert (await quote(closed_client, later))["is_allowed"] is False
    assert_problem(await give_back(closed_client, later), 409, "cancellation_not_allowed")


async def test_nearer_to_the_event_less_goes_back_and_at_last_nothing(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    near = await new_returnable(client, conninfo, in_days=3)
    sold = await buy(client, near, 3)
    half = await quote(closed_client, sold, 1, 2)
    assert (half["refund_minor"], half["percent"]) == (2_500, 50)
    assert half["until"] == sold["price"]["refunds"]["steps"][1]["until"]
    changed = assert_problem(await give_back(closed_client, sold, 1, refund_minor=EACH), 409, "refund_changed")
    assert changed["refund_minor"] == 1_250
    assert (await give_back(closed_client, sold, 1, refund_minor=1_250)).json()["refund_minor"] == 1_250
    over = await new_returnable(client, conninfo, {"steps": [{"hours_before": 100, "percent": 80}]}, in_days=3)
    late = await buy(client, over, 2, children=1)
    told = await quote(closed_client, late)
    assert (told["refund_minor"], told["percent"], told["until"], told["is_allowed"]) == (0, 0, None, False)
    for answer in (
        await give_back(closed_client, late, 1),
        await give_back(closed_client, late),
        await closed_client.patch(f"/bookings/{late['id']}/cancel"),
    ):
        await assert_documented(closed_client, answer)
        assert_problem(answer, 409, "cancellation_not_allowed")
    key = {"idempotency-key": "no"}
    first, again = [await give_back(closed_client, late, 2, headers=key) for _ in range(2)]
    assert (first.status_code, first.json(), again.json()) == (409, again.json(), first.json())
    assert "idempotency-replayed" in again.headers
    assert (await give_back(closed_client, late, 3)).json()["refund_minor"] == 0, "a ticket that cost nothing"
    await assert_clean(conninfo)


async def test_fees_go_back_if_that_was_agreed_those_of_the_booking_with_its_last_ticket(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    kind = await new_returnable(client, conninfo, {**POLICY, "with_fees": True})
    sold = await buy(client, kind, 2)
    backs = [(await give_back(closed_client, sold, number)).json()["refund_minor"] for number in (1, 2)]
    assert backs == [EACH + FEE, EACH + FEE - 1 + ONCE], "fees of a line are rounded once: 3.75"
    assert sum(backs) == sold["price"]["total"]["gross_minor"]
    await assert_clean(conninfo)


async def test_staff_say_how_much_goes_back(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    hard = await new_returnable(client, conninfo, policy=None)
    sold = await buy(client, hard, 4)
    refused = await give_back(closed_client, sold, 1, refunding="full")
    await assert_documented(closed_client, refused)
    assert_problem(refused, 401, "api_key_required")
    assert (await give_back(client, sold, 1)).json()["refund_minor"] == EACH + FEE
    assert (await give_back(client, sold, 2, refunding="none")).json()["refund_minor"] == 0
    assert_problem(await give_back(client, sold, 3, refunding="by_policy"), 409, "cancellation_not_allowed")
    gone = await client.patch(f"/bookings/{sold['id']}/cancel")
    assert gone.json()["status"] == "cancelled"
    told = [
        one for one in (await client.get(f"/bookings/{sold['id']}/history")).json() if "refund_minor" in one["details"]
    ]
    assert [(one["by"], one["details"]["tickets"], one["details"]["refund_minor"]) for one in told] == [
        ("staff", [1], EACH + FEE),
        ("staff", [2], 0),
        ("staff", [3, 4], 2 * EACH + 2 * FEE - 2 + ONCE),
    ]
    await assert_clean(conninfo)


async def test_of_a_cancelled_event_all_goes_back_whatever_was_agreed(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    hard = await new_returnable(client, conninfo, policy=None)
    sold = await buy(client, hard, 2)
    assert (await client.post(f"/events/{hard.event_id}/cancellation")).status_code == 202
    told = await quote(closed_client, sold)
    whole = sold["price"]["total"]["gross_minor"]
    assert (told["refund_minor"], told["percent"], told["until"], told["is_allowed"]) == (whole, 100, None, True)
    assert [one["refund_minor"] for one in told["tickets"]] == [one["paid_minor"] for one in told["tickets"]]
    assert (await give_back(closed_client, sold, refund_minor=whole)).json()["refund_minor"] == whole
    await assert_clean(conninfo)


async def test_a_comp_and_what_is_free_can_always_be_given_back_for_nothing(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    hard = await new_returnable(client, conninfo, policy=None)
    comp = await buy(client, hard, 2, paid_by="comp")
    assert (await give_back(closed_client, comp, 1)).json()["refund_minor"] == 0
    body = {"event_id": hard.event_id, "lines": lines_of((hard.child, 2))}
    free = (await closed_client.post("/bookings", json=body)).json()
    assert (await give_back(closed_client, free)).json()["tickets"] == [1, 2]
    plain = await new_booking(client, (await client.post("/events", json=plain_event())).json()["id"], 3)
    given = await give_back(closed_client, plain, 2, 3)
    assert (given.json()["tickets"], given.json()["currency"]) == ([2, 3], None)
    assert (await closed_client.get(f"/bookings/{plain['id']}")).json()["num_seats"] == 1
    await assert_clean(conninfo)


def plain_event() -> Json:
    return {"name": "Talk", "date": moment(5).isoformat(), "venue": "Library", "total_seats": 5}


async def test_a_hold_is_cancelled_as_a_whole_and_has_nothing_to_refund(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, returnable: Offering
) -> None:
    held = await new_hold(client, returnable, 2)
    assert (await quote(closed_client, held))["tickets"] == []
    refused = await give_back(closed_client, held, 1)
    await assert_documented(closed_client, refused)
    assert_problem(refused, 409, "booking_not_held")
    assert_problem(await give_back(closed_client, held, refund_minor=1), 409, "refund_changed")
    whole = await give_back(closed_client, held, refund_minor=0)
    assert (whole.status_code, whole.json()["tickets"]) == (201, [])
    assert await left(client, returnable) == 12
    await assert_clean(conninfo)


async def test_wrong_requests_say_what_is_wrong_and_change_nothing(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, returnable: Offering
) -> None:
    sold = await buy(client, returnable, 2)
    for path in ("refund-quotes", "cancellations"):
        url = f"/bookings/{sold['id']}/{path}"
        unknown = await closed_client.post(url, json={"tickets": [1, 3]})
        await assert_documented(closed_client, unknown)
        assert assert_problem(unknown, 404, "ticket_not_found")["number"] == 3
        for tickets, field in (
            ([], "tickets"),
            ([1, 1], "tickets"),
            ([0], "tickets.0"),
            (["1"], "tickets.0"),
            (1, "tickets"),
        ):
            assert_problem(await closed_client.post(url, json={"tickets": tickets}), 422, "validation_failed", field)
        for nobody in (NOBODY, "me"):
            answer = await closed_client.post(f"/bookings/{nobody}/{path}", json={})
            assert_problem(answer, 404, "booking_not_found")
    for wrong in ({"refund_minor": -1}, {"refund_minor": 1.5}, {"refunding": "double"}, {"all": True}):
        answer = await give_back(closed_client, sold, **wrong)
        assert_problem(answer, 422, "validation_failed", next(iter(wrong)))
    assert await states(closed_client, sold) == ["valid", "valid"]
    await assert_clean(conninfo)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ({"steps": []}, "refund_policy.steps"),
        ({"steps": [{"hours_before": -1, "percent": 50}]}, "refund_policy.steps.0.hours_before"),
        ({"steps": [{"hours_before": 1, "percent": 101}]}, "refund_policy.steps.0.percent"),
        ({"steps": [{"hours_before": 1, "percent": 0}]}, "refund_policy.steps.0.percent"),
        ({"steps": [{"hours_before": 1, "percent": 5}, {"hours_before": 1, "percent": 6}]}, "refund_policy"),
        ({"steps": [{"hours_before": 1, "percent": 60}, {"hours_before": 2, "percent": 50}]}, "refund_policy"),
        ({"with_fees": True}, "refund_policy.steps"),
        ("generous", "refund_policy"),
    ],
)
async def test_a_policy_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, returnable: Offering, policy: object, field: str
) -> None:
    answer = await client.patch(f"/events/{returnable.event_id}", json={"refund_policy": policy})
    assert_problem(answer, 422, "validation_failed", field)
    shown = (await client.get(f"/events/{returnable.event_id}/details")).json()
    assert [step["hours_before"] for step in shown["refund_policy"]["steps"]] == [168, 24], "in order"


async def test_a_copy_has_the_policy_of_its_event(client: httpx.AsyncClient, returnable: Offering) -> None:
    copied = await client.post(f"/events/{returnable.event_id}/copies", json={"date": moment(30).isoformat()})
    assert copied.json()["refund_policy"]["with_fees"] is False
    assert [step["percent"] for step in copied.json()["refund_policy"]["steps"]] == [100, 50]


async def test_tickets_can_be_given_back_although_the_event_sells_no_more(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, returnable: Offering
) -> None:
    sold = await buy(client, returnable, 2)
    await change_event(conninfo, returnable.event_id, sales_until=moment(-1))
    assert (await give_back(closed_client, sold, 1)).status_code == 201
    await assert_clean(conninfo)
