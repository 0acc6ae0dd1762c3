"""Signed codes over HTTP: shown with the tickets, verified with the public keys alone, and looked up at the door."""

import base64
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from fullhouse.actions import ticket_key
from fullhouse.rules.booking import Ticket
from fullhouse.rules.ticket_code import SigningKey, key_id_of, public_key_of, signed_code, verified
from fullhouse.store.db import Database
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import assert_documented
from tests.web.test_holders import name_holder, tickets
from tests.web.two_houses import make_key, new_house


@pytest.fixture
async def booking(client: httpx.AsyncClient, event: Json) -> Json:
    """A booking of three tickets."""
    return await new_booking(client, event["id"], 3)


async def public_keys(client: httpx.AsyncClient) -> dict[bytes, bytes]:
    """The published keys, as a scanner keeps them."""
    answer = await client.get("/ticket-keys")
    await assert_documented(client, answer)
    assert answer.headers["cache-control"] == "public, max-age=300"
    for one in answer.json()["keys"]:
        assert (one["kty"], one["crv"], one["alg"], one["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    return {bytes.fromhex(one["kid"]): base64.urlsafe_b64decode(one["x"] + "=") for one in answer.json()["keys"]}


async def standing(client: httpx.AsyncClient, event_id: str, code: str) -> Json:
    answer = await client.get(f"/events/{event_id}/tickets/by-code/{code}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_scanner_verifies_a_code_with_the_public_keys_alone(client: httpx.AsyncClient, booking: Json) -> None:
    keys = await public_keys(client)
    for one in await tickets(client, booking["id"]):
        said = verified(one["ticket_code"], keys)
        assert said is not None
        assert (said.event_id, said.number, said.code) == (booking["event_id"], one["number"], one["code"])
        assert verified(one["ticket_code"], {}) is None


async def test_the_door_is_told_of_a_valid_ticket(client: httpx.AsyncClient, booking: Json) -> None:
    await name_holder(client, booking["id"], 2, "Ann")
    (_, second, _) = await tickets(client, booking["id"])
    assert await standing(client, booking["event_id"], second["ticket_code"]) == {
        "standing": "valid",
        "reference": booking["reference"],
        "ticket": {"number": 2, "ticket_type_id": second["ticket_type_id"], "holder_name": "Ann"},
    }


async def test_the_old_code_of_a_transferred_ticket_is_superseded(client: httpx.AsyncClient, booking: Json) -> None:
    await name_holder(client, booking["id"], 1, "Ann")
    old = (await tickets(client, booking["id"]))[0]["ticket_code"]
    new = (await name_holder(client, booking["id"], 1, "Ben")).json()["ticket_code"]
    assert (await standing(client, booking["event_id"], old))["standing"] == "superseded"
    assert (await standing(client, booking["event_id"], new))["standing"] == "valid"


async def test_a_cancelled_ticket_has_no_code_and_its_old_one_is_told_as_cancelled(
    client: httpx.AsyncClient, booking: Json
) -> None:
    before = await tickets(client, booking["id"])
    await client.patch(f"/bookings/{booking['id']}/cancel")
    assert [one["ticket_code"] for one in await tickets(client, booking["id"])] == [None] * 3
    for one in before:
        assert (await standing(client, booking["event_id"], one["ticket_code"]))["standing"] == "cancelled"


async def test_a_code_of_another_event_is_told_as_that_and_no_more(client: httpx.AsyncClient, booking: Json) -> None:
    other = await new_event(client)
    code = (await tickets(client, booking["id"]))[0]["ticket_code"]
    told = {"standing": "other_event", "reference": None, "ticket": None}
    assert await standing(client, other["id"], code) == told


async def test_what_is_not_signed_by_this_installation_is_forged(client: httpx.AsyncClient, booking: Json) -> None:
    (one, *_) = await tickets(client, booking["id"])
    ticket = Ticket(booking["event_id"], 1, 1, one["ticket_type_id"], one["code"])
    private_key = bytes(32)
    forgers = SigningKey(key_id_of(public_key_of(private_key)), private_key)
    (ours,) = await public_keys(client)
    codes = [signed_code(ticket, forgers), signed_code(ticket, SigningKey(ours, private_key))]
    for code in (*codes, one["code"], one["ticket_code"][:-2], "x", "%00", "A" * 2_000, "%C3%A9"):
        told = await standing(client, booking["event_id"], code)
        assert told == {"standing": "forged", "reference": None, "ticket": None}


async def test_a_ticket_that_is_not_there_any_more_is_unknown(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    code = (await tickets(client, booking["id"]))[0]["ticket_code"]
    with psycopg.connect(conninfo) as conn:
        conn.execute("DELETE FROM tickets WHERE number = 1")
    assert (await standing(client, booking["event_id"], code))["standing"] == "unknown"


async def test_codes_outlive_a_rotation_and_end_with_a_withdrawal(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    (old_id,) = await public_keys(client)
    old = (await tickets(client, booking["id"]))[0]["ticket_code"]
    async with Database.opened(conninfo) as database:
        made = await ticket_key.rotate(database, datetime.now(UTC))
        new = (await tickets(client, booking["id"]))[0]["ticket_code"]
        keys = await public_keys(client)
        assert list(keys) == [made.key_id, old_id]
        assert {(await standing(client, booking["event_id"], code))["standing"] for code in (old, new)} == {"valid"}
        await ticket_key.withdraw(database, old_id, datetime.now(UTC))
    assert list(await public_keys(client)) == [made.key_id]
    assert (await standing(client, booking["event_id"], old))["standing"] == "forged"
    assert (await standing(client, booking["event_id"], new))["standing"] == "valid"


async def test_an_event_that_there_is_not_has_no_door(client: httpx.AsyncClient) -> None:
    for event_id in (NOBODY, "1"):
        assert_problem(await client.get(f"/events/{event_id}/tickets/by-code/X"), 404, "event_not_found")


async def test_only_the_door_of_the_same_organizer_looks_codes_up(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    house = await new_house(client, conninfo, "Ada")
    rival = await new_house(client, conninfo, "Rival")
    path = f"/events/{house.event_id}/tickets/by-code/X"
    door = await make_key(conninfo, house.organizer_id, "door")
    assert (await closed_client.get(path, headers=door)).json()["standing"] == "forged"
    assert_problem(await closed_client.get(path), 401, "api_key_required")
    assert_problem(await closed_client.get(path, headers=house.keys["manage"]), 403, "not_permitted")
    assert_problem(await closed_client.get(path, headers=rival.keys["door"]), 404, "event_not_found")
    assert (await closed_client.get("/ticket-keys")).status_code == 200
