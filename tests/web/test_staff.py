"""What staff may do in calls that are public otherwise: by what is asked for, and at their own organizer alone."""

from typing import Any

import httpx
import pytest

from tests.web.asking import Json, assert_problem, event_body, new_event
from tests.web.test_bank_transfers import BANK
from tests.web.two_houses import House, make_key, new_house

CASH: Json = {"provider": "cash"}


def basket(house: House, **more: object) -> Json:
    """A ticket of the house, asked for."""
    lines = [{"ticket_type_id": house.ids["ticket_type_id"], "quantity": 1}]
    return {"event_id": house.event_id, "lines": lines, **more}


STAFF_ACTS: dict[str, tuple[str, str, Json, str]] = {
    "a sale at the desk": ("/bookings", "paid_by", {}, "event_not_found"),
    "cash": ("/bookings/{booking_id}/payments", "", CASH, "booking_not_found"),
    "a refund by decision": (
        "/bookings/{booking_id}/cancellations",
        "",
        {"refunding": "full"},
        "booking_not_found",
    ),
    "a confirmation": ("/bookings/{booking_id}/confirmation", "", {"paid_by": "cash"}, "booking_not_found"),
}


@pytest.mark.parametrize("act", STAFF_ACTS)
async def test_what_staff_alone_do_takes_somebody_of_the_house_who_sells(
    closed_client: httpx.AsyncClient, house: House, rival: House, act: str
) -> None:
    template, sold, body, missing = STAFF_ACTS[act]
    path = template.format(**house.ids)
    body = basket(house, paid_by="cash") if sold else body

    async def ask(headers: dict[str, str]) -> httpx.Response:
        return await closed_client.post(path, json=body, headers=headers)

    assert_problem(await ask({}), 401, "api_key_required")
    assert_problem(await ask(rival.keys["all"]), 404, missing)
    for scope in ("read", "door"):
        assert assert_problem(await ask(house.keys[scope]), 403, "not_permitted")["permission"] == "sell"
    done = await ask(house.keys["sell"])
    assert done.is_success, done.text


async def test_the_key_of_another_house_is_that_of_a_buyer_who_knows_the_booking(
    closed_client: httpx.AsyncClient, house: House, rival: House
) -> None:
    path = f"/bookings/{house.booking_id}"
    assert (await closed_client.get(path, headers=rival.keys["all"])).status_code == 200
    cancelled = await closed_client.patch(f"{path}/cancel", headers=rival.keys["all"])
    assert cancelled.json()["status"] == "cancelled"
    history = (await closed_client.get(f"{path}/history")).json()
    assert history[-1]["by"] == "buyer"


@pytest.mark.parametrize(
    ("scope", "by"), [("sell", "staff"), ("manage", "staff"), ("read", "buyer"), ("door", "buyer")]
)
async def test_who_sells_for_the_house_cancels_as_staff(
    closed_client: httpx.AsyncClient, house: House, scope: str, by: str
) -> None:
    path = f"/bookings/{house.booking_id}"
    assert (await closed_client.patch(f"{path}/cancel", headers=house.keys[scope])).status_code == 200
    assert (await closed_client.get(f"{path}/history")).json()[-1]["by"] == by


async def paid(client: httpx.AsyncClient, house: House, way: str) -> str:
    """A booking that was paid in this way; returns its id."""
    booking = (await client.post("/bookings", json=basket(house))).json()
    path = f"/bookings/{booking['id']}/payments"
    if way == "bank_transfer":
        begun = (await client.post(path, json={"provider": way})).json()
        amount = f"{begun['amount_minor'] / 100:.2f}"
        body = f"date,amount,currency,payer,text\n2030-05-01,{amount},EUR,Ada,{begun['reference']}\n"
        url = f"/organizers/{house.organizer_id}/payments/bank_transfer/statements"
        (matched,) = (await client.post(url, content=body, headers=house.keys["manage"])).json()
        assert matched["result"] == "paid"
    else:
        assert (await client.post(path, json={"provider": way}, headers=house.keys["sell"])).status_code == 201
    return str(booking["id"])


CANCELLATIONS: list[tuple[str, str, str | None, Any]] = [
    ("sell", "cash", None, "all"),
    ("sell", "cash", "full", "all"),
    ("sell", "cash", "none", "manage"),
    ("sell", "cash", "by_policy", "cancellation_not_allowed"),
    ("sell", "bank_transfer", None, "cancellation_not_allowed"),
    ("sell", "bank_transfer", "full", "manage"),
    ("manage", "bank_transfer", None, "all"),
    ("manage", "bank_transfer", "full", "all"),
    ("manage", "bank_transfer", "none", "nothing"),
    ("read", "cash", None, "cancellation_not_allowed"),
]


@pytest.mark.parametrize(("scope", "way", "refunding", "wanted"), CANCELLATIONS)
async def test_the_box_office_gives_back_what_was_paid_there_and_money_that_came_otherwise_takes_a_manager(
    served: Any, client: httpx.AsyncClient, conninfo: str, scope: str, way: str, refunding: str | None, wanted: str
) -> None:
    house = await new_house(client, conninfo, "Ada")
    async with served(is_open=False, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        booking_id = await paid(visitor, house, way)
        body = {} if refunding is None else {"refunding": refunding}
        answer = await visitor.post(f"/bookings/{booking_id}/cancellations", json=body, headers=house.keys[scope])
        if wanted == "manage":
            assert assert_problem(answer, 403, "not_permitted")["permission"] == "manage"
        elif wanted == "cancellation_not_allowed":
            assert_problem(answer, 409, wanted)
        else:
            assert answer.status_code == 201, answer.text
            assert (answer.json()["refund_minor"] > 0) == (wanted == "all")


async def test_the_public_sees_no_draft_and_an_organizer_only_its_own(
    closed_client: httpx.AsyncClient, house: House, rival: House, conninfo: str
) -> None:
    mine = await new_event(closed_client, headers=house.keys["manage"], state="draft", name="Mine")
    yours = await new_event(closed_client, headers=rival.keys["manage"], state="draft", name="Yours")

    async def names(state: str, headers: dict[str, str]) -> set[str]:
        answer = await closed_client.get(f"/events?state={state}", headers=headers)
        assert answer.status_code == 200, answer.text
        return {one["name"] for one in answer.json()}

    assert await names("draft", house.keys["read"]) == {"Mine", "Ada's first night"}
    assert await names("draft", rival.keys["all"]) == {"Yours", "Rival's first night"}
    assert await names("all", house.keys["read"]) >= {"Mine", "Ada's concert", "Rival's concert"}
    assert "Yours" not in await names("all", house.keys["read"])
    limited = await make_key(conninfo, house.organizer_id, event_ids=(mine["id"],))
    assert await names("draft", limited) == {"Mine"}
    for headers in ({}, house.keys["read"], house.keys["door"]):
        assert await names("published", headers) == await names("published", {})
        assert "Mine" not in await names("published", headers)
    assert_problem(await closed_client.get("/events?state=draft"), 401, "api_key_required")
    for state in ("draft", "all"):
        answer = await closed_client.get(f"/events?state={state}", headers=house.keys["door"])
        assert assert_problem(answer, 403, "not_permitted")["permission"] == "read"
    for tail in ("", "/details", "/ticket-types"):
        path = f"/events/{yours['id']}{tail}"
        assert_problem(await closed_client.get(path, headers=house.keys["all"]), 404, "event_not_found")
        assert_problem(await closed_client.get(path, headers=rival.keys["door"]), 404, "event_not_found")
        assert (await closed_client.get(path, headers=rival.keys["read"])).status_code == 200


async def test_of_a_series_only_its_organizer_sees_the_drafts(
    closed_client: httpx.AsyncClient, house: House, rival: House
) -> None:
    path = f"/series/{house.ids['series_id']}"
    assert len((await closed_client.get(path, headers=house.keys["read"])).json()) == 2
    for headers in ({}, rival.keys["all"], house.keys["door"]):
        assert len((await closed_client.get(path, headers=headers)).json()) == 1


async def test_a_ticket_type_that_is_not_public_is_shown_to_its_own_house(
    closed_client: httpx.AsyncClient, house: House, rival: House
) -> None:
    path = f"/events/{house.event_id}/ticket-types"
    hidden = {"name": "Friends", "price_minor": 0, "visibility": "box_office"}
    made = (await closed_client.post(path, json=hidden, headers=house.keys["manage"])).json()
    one = f"{path}/{made['id']}"
    assert (await closed_client.get(one, headers=house.keys["read"])).status_code == 200
    for headers in ({}, rival.keys["all"], house.keys["door"]):
        assert_problem(await closed_client.get(one, headers=headers), 404, "ticket_type_not_found")


async def test_a_new_event_belongs_to_the_organizer_of_the_key(
    closed_client: httpx.AsyncClient, house: House, rival: House
) -> None:
    made = await new_event(closed_client, headers=rival.keys["manage"])
    path = f"/events/{made['id']}/pools"
    assert (await closed_client.get(path, headers=rival.keys["read"])).status_code == 200
    assert_problem(await closed_client.get(path, headers=house.keys["all"]), 404, "event_not_found")
    at_home = {**rival.keys["manage"], "fullhouse-organizer": rival.organizer_id.upper()}
    assert (await closed_client.post("/events", json=event_body(), headers=at_home)).status_code == 201
    for named in (house.organizer_id, "nonsense"):
        away = {**rival.keys["manage"], "fullhouse-organizer": named}
        answer = await closed_client.post("/events", json=event_body(), headers=away)
        assert_problem(answer, 404, "organizer_not_found")


async def test_in_the_playground_an_event_is_put_on_for_whom_one_says(client: httpx.AsyncClient, house: House) -> None:
    slug = {"slug": "late-trio"}
    for headers in ({}, {"fullhouse-organizer": house.organizer_id}):
        answer = await client.post("/events", json=event_body(**slug), headers=headers)
        assert answer.status_code == 201, "a slug is taken within an organizer alone"
    unknown = {"fullhouse-organizer": house.event_id}
    assert_problem(await client.post("/events", json=event_body(), headers=unknown), 404, "organizer_not_found")


async def test_a_statement_matches_only_bookings_of_its_organizer(
    served: Any, client: httpx.AsyncClient, conninfo: str, house: House, rival: House
) -> None:
    async with served(is_open=False, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        path = f"/bookings/{house.booking_id}/payments"
        begun = (await visitor.post(path, json={"provider": "bank_transfer"})).json()
        amount = f"{begun['amount_minor'] / 100:.2f}"
        body = f"date,amount,currency,payer,text\n2030-05-01,{amount},EUR,Ada,{begun['reference']}\n"
        old = "/payments/bank_transfer/statements"
        for key, one_path in (
            (rival.keys["manage"], old),
            (rival.keys["manage"], f"/organizers/{rival.organizer_id}{old}"),
        ):
            (matched,) = (await visitor.post(one_path, content=body, headers=key)).json()
            assert matched["result"] in {"unmatched", "seen_before"}
            assert matched["booking_id"] is None
        wrong = await visitor.post(f"/organizers/{house.organizer_id}{old}", content=body, headers=rival.keys["all"])
        assert_problem(wrong, 404, "organizer_not_found")
        (matched,) = (await visitor.post(old, content=body, headers=house.keys["manage"])).json()
        assert (matched["result"], matched["booking_id"]) == ("paid", house.booking_id)
