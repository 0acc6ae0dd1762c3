"""What the audit log has of each write over HTTP: who, what, when, from where, before and after."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from fullhouse.rules.withheld import FIELDS, WITHHELD
from tests.web.asking import Json, event_body, new_booking, new_event
from tests.web.audit_log import LOG, acts, entries, last
from tests.web.basket_office import BUYER, Offering, confirm, lines_of, new_hold, post_basket
from tests.web.offering import BODIES, new, url_of
from tests.web.refunding import buy, give_back
from tests.web.test_auth import from_address
from tests.web.two_houses import make_key, new_house

ONE = {
    "pools": ("pool_id", {"name": "Stalls"}),
    "ticket-types": ("ticket_type_id", {"name": "Senior"}),
    "fees": ("fee_id", {"name": "Sending"}),
    "promo-codes": ("promo_code_id", {"amount": 500}),
}


def test_every_kind_of_part_is_looked_at() -> None:
    assert ONE.keys() == BODIES.keys()


async def test_an_event_is_in_the_log_from_its_creation_on(client: httpx.AsyncClient) -> None:
    before = datetime.now(UTC)
    event = await new_event(client, state="draft")
    await client.patch(f"/events/{event['id']}", json={"name": "Other"})
    await client.post(f"/events/{event['id']}/publication")
    await client.delete(f"/events/{event['id']}/publication")
    await client.post(f"/events/{event['id']}/copies", json={"date": event_body()["date"]})
    await client.post(f"/events/{event['id']}/publication")
    await client.post(f"/events/{event['id']}/series", json={"rule": "FREQ=DAILY;COUNT=2"})
    await client.post(f"/events/{event['id']}/cancellation", json={"reason": "Storm"})
    found = await entries(client, event=event["id"])
    assert [one["act"] for one in found] == [
        "POST /events",
        "PATCH /events/{event_id}",
        "POST /events/{event_id}/publication",
        "DELETE /events/{event_id}/publication",
        "POST /events/{event_id}/copies",
        "POST /events/{event_id}/publication",
        "POST /events/{event_id}/series",
        "POST /events/{event_id}/cancellation",
    ]
    for one in found:
        assert one["actor"] == {"kind": "playground", "id": None, "name": "Playground"}
        assert one["address"] == "127.0.0.1"
        assert before - timedelta(seconds=1) < datetime.fromisoformat(one["at"]) < datetime.now(UTC)
    assert (found[0]["before"], found[0]["after"]) == (None, event)
    changed = found[1]
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Concert", "Other")
    assert [(one["before"]["state"], one["after"]["state"]) for one in (found[2], found[3], found[7])] == [
        ("draft", "published"),
        ("published", "draft"),
        ("published", "running"),
    ]


@pytest.mark.parametrize("kind", ONE)
async def test_each_part_of_an_offer_is_in_the_log_as_it_was_and_is(
    client: httpx.AsyncClient, event: Json, kind: str
) -> None:
    id_name, change = ONE[kind]
    made = await new(client, event, kind)
    changed = (await client.patch(url_of(event, kind, made), json=change)).json()
    assert (await client.delete(url_of(event, kind, made))).status_code == 204
    one = f"/events/{{event_id}}/{kind}/{{{id_name}}}"
    created, patched, deleted = (await entries(client, event=event["id"]))[1:]
    assert [created["act"], patched["act"], deleted["act"]] == [
        f"POST /events/{{event_id}}/{kind}",
        f"PATCH {one}",
        f"DELETE {one}",
    ]

    def shown(thing: Json) -> Json:
        return {name: WITHHELD if name == "code" else value for name, value in thing.items()}

    assert (created["before"], created["after"]) == (None, shown(made))
    assert (patched["before"], patched["after"]) == (shown(made), shown(changed))
    assert (deleted["before"]["id"], deleted["after"]) == (made["id"], None)
    assert deleted["before"].get("name") == changed.get("name")


async def test_what_is_refused_is_not_in_the_log(client: httpx.AsyncClient, event: Json) -> None:
    at = f"/events/{event['id']}"
    assert (await client.patch(at, json={"name": ""})).status_code == 422
    assert (await client.patch(at, json={"total_seats": 0})).status_code == 422
    assert (await client.delete(f"{at}/pools/{event['id']}")).status_code == 409
    assert await acts(client, event=event["id"]) == ["POST /events"]


async def test_what_is_asked_twice_under_one_key_is_in_the_log_once(client: httpx.AsyncClient, event: Json) -> None:
    headers = {"idempotency-key": "k"}
    for _ in range(3):
        answer = await client.patch(f"/events/{event['id']}", json={"name": "Other"}, headers=headers)
        assert answer.status_code == 200
    offering = {"event_id": event["id"], "num_seats": 2}
    booking = (await client.post("/bookings", json=offering)).json()
    for _ in range(2):
        assert (await client.patch(f"/bookings/{booking['id']}/cancel", headers=headers)).status_code == 200
    assert await acts(client, event=event["id"]) == [
        "POST /events",
        "PATCH /events/{event_id}",
        "booking.cancellation",
    ]


async def test_a_holder_is_in_the_log_without_his_name_and_without_the_code(
    client: httpx.AsyncClient, event: Json
) -> None:
    booking = await new_booking(client, event["id"], 2)
    codes = []
    for name in ("Ann Miller", "Bob Smith"):
        answer = await client.put(f"/bookings/{booking['id']}/tickets/2/holder", json={"name": name})
        codes.append(answer.json()["code"])
    named, transferred = await entries(client, act="PUT /bookings/{booking_id}/tickets/{number}/holder")
    assert (named["event_id"], named["booking_numbers"]) == (event["id"], [1])
    assert (named["before"]["holder_name"], named["after"]["holder_name"]) == (None, WITHHELD)
    assert (transferred["before"]["holder_name"], transferred["after"]["code"]) == (WITHHELD, WITHHELD)
    assert transferred["after"]["number"] == 2
    log = json.dumps(await entries(client))
    for secret in ("Ann Miller", "Bob Smith", booking["id"], *codes):
        assert secret not in log


async def test_what_staff_sell_confirm_change_and_cancel_is_in_the_log_by_number(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    hold, other = await new_hold(client, offering), await new_hold(client, offering, 1)
    await confirm(client, hold["id"])
    lines = {"lines": lines_of((offering.adult, 2))}
    assert (await client.put(f"/bookings/{other['id']}/lines", json=lines)).status_code == 200
    sold = await buy(client, offering, 1)
    assert (await give_back(client, sold)).status_code == 201
    found = {one["act"]: one for one in await entries(client, event=offering.event_id)}
    assert {act: one["booking_numbers"] for act, one in found.items() if act.startswith("booking.")} == {
        "booking.confirmation": [1],
        "booking.lines": [2],
        "booking.sale": [3],
        "booking.cancellation": [3],
    }
    assert found["booking.confirmation"]["before"] == [{"number": 1, "status": "held"}]
    assert found["booking.confirmation"]["after"] == [{"number": 1, "status": "confirmed", "paid_by": "cash"}]
    assert found["booking.cancellation"]["after"][0]["tickets_cancelled"] == [1]
    assert {one["address"] for one in found.values()} == {"127.0.0.1"}


async def test_a_sale_is_in_the_log_however_its_letters_are_written(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    lines = [{"ticket_type_id": offering.adult, "quantity": 1}]
    body = json.dumps({"event_id": offering.event_id, "lines": lines, "paid_by": "comp"})
    escaped = body.replace("paid_by", "\\u0070aid_by")
    answer = await client.post("/bookings", content=escaped, headers={"content-type": "application/json"})
    assert answer.status_code == 201, answer.text
    assert "booking.sale" in await acts(client, event=offering.event_id)


async def test_what_the_public_books_is_not_in_the_log_and_what_a_buyer_does_otherwise_is_his(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient, offering: Offering
) -> None:
    async with from_address(closed_client, "203.0.113.9") as buyer:
        hold = await new_hold(buyer, offering)
        free = await post_basket(buyer, offering.event_id, (offering.child, 1), buyer=BUYER)
        ticket = f"/bookings/{free.json()['id']}/tickets/1/holder"
        assert (await buyer.put(ticket, json={"name": "Kid"})).status_code == 200
        assert (await buyer.patch(f"/bookings/{hold['id']}/cancel")).status_code == 200
    (one,) = (await entries(client, event=offering.event_id))[1:]
    assert one["actor"] == {"kind": "buyer", "id": None, "name": ""}
    assert one["address"] == "203.0.113.9"
    assert one["booking_numbers"] == [2]


async def test_money_that_goes_back_is_in_the_log(client: httpx.AsyncClient, offering: Offering) -> None:
    hold = await new_hold(client, offering)
    paid = (await client.post(f"/bookings/{hold['id']}/payments", json={"provider": "cash"})).json()
    body = {"payment_id": paid["id"], "amount_minor": 1_000}
    assert (await client.post(f"/bookings/{hold['id']}/refunds", json=body)).status_code == 201
    asked, done = await last(client, "refund.asked"), await last(client, "refund.done")
    for one in (asked, done):
        assert (one["event_id"], one["booking_numbers"]) == (offering.event_id, [1])
        assert one["after"]["payment_id"] == paid["id"]
        assert one["after"]["refund_minor"] == 1_000
        assert one["actor"]["kind"] == "playground"
    assert (asked["before"]["state"], asked["after"]["state"]) == ("paid", "refunding")
    assert (done["before"]["refunded_minor"], done["after"]["refunded_minor"]) == (0, 1_000)


async def test_a_key_is_known_by_its_name_and_acts_in_the_log_of_its_organizer_alone(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    house, rival = await new_house(client, conninfo, "Ada"), await new_house(client, conninfo, "Rival")
    answer = await closed_client.post("/events", json=event_body(), headers=house.keys["manage"])
    assert answer.status_code == 201
    logs = [await entries(client, f"/organizers/{one.organizer_id}/audit-log") for one in (house, rival)]
    mine, others = ([one for one in log if one["actor"]["kind"] == "key"] for log in logs)
    ((act, actor),) = [(one["act"], one["actor"]) for one in mine]
    assert (act, actor["name"], others) == ("POST /events", "Key", [])
    with psycopg.connect(conninfo) as conn:
        ((organizer_id,),) = conn.execute("SELECT organizer_id::text FROM api_keys WHERE id = %s", [actor["id"]])
    assert organizer_id == house.organizer_id


async def test_keys_are_in_the_log_and_not_what_opens_anything(client: httpx.AsyncClient) -> None:
    keys = LOG.replace("audit-log", "keys")
    made = (await client.post(keys, json={"name": "Till", "scopes": ["sell"]})).json()
    assert (await client.delete(f"{keys}/{made['id']}")).status_code == 204
    created = await last(client, "POST /organizers/{organizer_id}/keys")
    ended = await last(client, "DELETE /organizers/{organizer_id}/keys/{key_id}")
    assert (created["after"]["name"], created["after"]["scopes"]) == ("Till", ["sell"])
    assert ended["before"] == {"key_id": made["id"]}
    assert made["key"] not in json.dumps(await entries(client))


async def test_an_organizer_is_in_its_own_log_from_the_beginning(client: httpx.AsyncClient) -> None:
    made = (await client.post("/organizers", json={"name": "Ada"})).json()
    url = f"/organizers/{made['id']}"
    await client.patch(url, json={"name": "Ada's"})
    created, changed = await entries(client, f"{url}/audit-log")
    assert (created["act"], created["after"]["name"]) == ("POST /organizers", "Ada")
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Ada", "Ada's")


async def test_who_stands_at_another_organizer_is_a_buyer_like_any_other(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    stranger = await make_key(conninfo, (await new_house(client, conninfo, "Rival")).organizer_id)
    booking = await new_booking(client, event["id"])
    holder = f"/bookings/{booking['id']}/tickets/1/holder"
    assert (await closed_client.put(holder, json={"name": "Eve"}, headers=stranger)).status_code == 200
    one = await last(client, "PUT /bookings/{booking_id}/tickets/{number}/holder")
    assert one["actor"] == {"kind": "buyer", "id": None, "name": ""}


SECRET_NAMES = ("key", "token", "secret", "password", "code", "link", "email", "holder", "buyer")
HARMLESS = {"buyer_tickets_max", "previous_secret_until"}


async def test_no_field_of_any_answer_that_looks_like_a_secret_gets_into_the_log(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    names: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict):
                names.update(part["properties"])
            for one in part.values():
                walk(one)
        elif isinstance(part, list):
            for one in part:
                walk(one)

    for path in document["paths"].values():
        for method, operation in path.items():
            if method != "get":
                walk({status: one for status, one in operation["responses"].items() if status.startswith("2")})
    walk(document["components"]["schemas"])
    suspect = {name for name in names if any(word in name.split("_") for word in SECRET_NAMES)}
    assert suspect >= {"code", "key", "holder_name"}
    assert suspect - FIELDS - HARMLESS == set()
