"""A key for every write: sent to two processes at the same moment, it has one effect and one answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest

from tests.cast import running_deps
from tests.till import open_till
from tests.web.asking import Json, assert_problem, event_body, new_event
from tests.web.conftest import serving
from tests.web.offering import fee_body, new, url_of

BANK: dict[str, Any] = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}
NEXT_WEEK = "2041-05-08T20:00:00+02:00"
KEY = {"idempotency-key": "k"}
REPLAYED = "idempotency-replayed"


class Write(NamedTuple):
    """A write of an event: its method, where it goes below the event, its body, and another body for the same call."""

    method: str
    tail: str
    body: Json | None = None
    other: Json | None = None
    state: str = "published"
    status: int = 200
    effect: tuple[int, int, int] = (0, 1, 0)
    """Events, versions of the event and fees that it adds."""


WRITES = {
    "a new event": Write("POST", "", event_body(slug="late"), event_body(), "published", 201, (1, 0, 0)),
    "a change": Write("PATCH", "/{id}", {"name": "Opera", "slug": "late"}, {"name": "Opera"}),
    "a change that is none": Write("PATCH", "/{id}", {"name": "Concert"}, {}, effect=(0, 0, 0)),
    "a publication": Write("POST", "/{id}/publication", state="draft", status=201),
    "a publication again": Write("POST", "/{id}/publication", effect=(0, 0, 0)),
    "a withdrawal": Write("DELETE", "/{id}/publication"),
    "a copy": Write(
        "POST", "/{id}/copies", {"date": NEXT_WEEK}, {"date": NEXT_WEEK, "name": "x"}, "draft", 201, (1, 1, 0)
    ),
    "a series": Write(
        *(
            "POST",
            "/{id}/series",
            {"rule": "FREQ=DAILY;COUNT=3"},
            {"rule": "FREQ=DAILY;COUNT=4"},
            "draft",
            201,
            (2, 1, 0),
        )
    ),
    "a fee": Write("POST", "/{id}/fees", fee_body(), fee_body(amount=1), "published", 201, (0, 1, 1)),
}


@pytest.fixture
async def processes(conninfo: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Visitors of two processes that serve one database."""
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serving(conninfo, **BANK)) for _ in range(2)]
        yield [await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=30)) for url in urls]


async def at_once(processes: Sequence[httpx.AsyncClient], method: str, url: str, body: Json | None) -> httpx.Response:
    """Ask both processes several times at one moment under one key; returns the answer, which is the same for all."""
    asked = [client.request(method, url, json=body, headers=KEY) for _ in range(3) for client in processes]
    answers = await asyncio.gather(*asked)
    assert len({(one.status_code, one.content, one.headers.get("location")) for one in answers}) == 1, answers[0].text
    assert sum(REPLAYED not in one.headers for one in answers) == 1
    return next(one for one in answers if REPLAYED not in one.headers)


def counts(conninfo: str, event: Json) -> tuple[int, ...]:
    with psycopg.connect(conninfo) as conn:
        row = conn.execute(
            "SELECT (SELECT count(*) FROM events), offer_version, (SELECT count(*) FROM fees)"
            " FROM houses WHERE event_id = %s",
            [event["id"]],
        ).fetchone()
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("kind", WRITES)
async def test_a_write_asked_of_two_processes_under_one_key_is_done_once(
    processes: list[httpx.AsyncClient], conninfo: str, kind: str
) -> None:
    write = WRITES[kind]
    event = await new_event(processes[0], state=write.state)
    before = counts(conninfo, event)
    url = "/events" + write.tail.format(id=event["id"])
    first = await at_once(processes, write.method, url, write.body)
    assert first.status_code == write.status, first.text
    after = counts(conninfo, event)
    assert tuple(now - then for now, then in zip(after, before, strict=True)) == write.effect
    if write.status == 201:
        shown = await processes[1].get(first.headers["location"])
        assert shown.status_code == 200
    if write.other is not None:
        other = await processes[1].request(write.method, url, json=write.other, headers=KEY)
        assert_problem(other, 422, "idempotency_key_reused")
    assert counts(conninfo, event) == after


async def test_a_deletion_asked_of_two_processes_under_one_key_is_done_once(
    processes: list[httpx.AsyncClient], conninfo: str
) -> None:
    event = await new_event(processes[0])
    url = url_of(event, "fees", await new(processes[0], event, "fees"))
    assert (await at_once(processes, "DELETE", url, None)).status_code == 204
    assert counts(conninfo, event) == (1, 3, 0)


async def test_an_answer_is_told_again_as_it_was_whatever_has_changed_since(
    processes: list[httpx.AsyncClient], conninfo: str
) -> None:
    client = processes[0]
    event = await new_event(client, state="draft")
    path = f"/events/{event['id']}"
    first = await client.post(f"{path}/publication", headers=KEY)
    named = await client.patch(path, json={"name": "Opera"}, headers=KEY)
    await client.delete(f"{path}/publication")
    await client.patch(path, json={"name": "Ballet"})
    before = counts(conninfo, event)
    for told, again in (
        (first, await client.post(f"{path.upper().replace('/EVENTS', '/events')}/publication", headers=KEY)),
        (named, await client.patch(path, json={"name": " Opera "}, headers=KEY)),
    ):
        assert (again.status_code, again.content) == (told.status_code, told.content)
        assert again.headers.get("location") == told.headers.get("location")
    assert counts(conninfo, event) == before


@pytest.mark.parametrize("refused", ["copies", "series"])
async def test_a_refusal_uses_up_no_key(processes: list[httpx.AsyncClient], refused: str) -> None:
    client = processes[0]
    event = await new_event(client)
    wrong, right = {
        "copies": ({"date": "2001-01-01T00:00:00Z"}, {"date": NEXT_WEEK}),
        "series": ({"rule": "FREQ=DAILY;COUNT=999"}, {"rule": "FREQ=DAILY;COUNT=2"}),
    }[refused]
    url = f"/events/{event['id']}/{refused}"
    assert_problem(await client.post(url, json=wrong, headers=KEY), 422, "validation_failed")
    answer = await client.post(url, json=right, headers=KEY)
    assert (answer.status_code, REPLAYED in answer.headers) == (201, False)


# -------------------------------------------------------------------------------------------------------- payments


async def pay_at_once(
    processes: Sequence[httpx.AsyncClient], booking_id: str, *providers: str
) -> dict[str, set[tuple[int, str]]]:
    """Ask both processes for payments in these ways at one moment under one key; what is answered, for each way."""
    url = f"/bookings/{booking_id}/payments"
    asked = [(provider, client) for _ in range(3) for client in processes for provider in providers]
    answers = await asyncio.gather(
        *(client.post(url, json={"provider": provider}, headers=KEY) for provider, client in asked)
    )
    told: dict[str, set[tuple[int, str]]] = {provider: set() for provider in providers}
    for (provider, _), answer in zip(asked, answers, strict=True):
        told[provider].add((answer.status_code, answer.json().get("code") or answer.json()["id"]))
    return told


async def payments(client: httpx.AsyncClient, booking_id: str) -> list[Json]:
    found: list[Json] = (await client.get(f"/bookings/{booking_id}/payments")).json()
    return found


@pytest.mark.parametrize("provider", ["cash", "bank_transfer"])
async def test_a_payment_asked_of_two_processes_under_one_key_is_one(
    processes: list[httpx.AsyncClient], conninfo: str, provider: str
) -> None:
    async with running_deps(conninfo, **BANK) as deps:
        held = await (await open_till(deps, conninfo)).hold()
    told = await pay_at_once(processes, held.id, provider)
    (one,) = await payments(processes[0], held.id)
    assert told == {provider: {(201, one["id"])}}
    url, other = f"/bookings/{held.id}/payments", {"provider": "card_terminal"}
    assert_problem(await processes[1].post(url, json=other, headers=KEY), 422, "idempotency_key_reused")
    assert await payments(processes[0], held.id) == [one]


@pytest.mark.parametrize("other", ["card_terminal", "bank_transfer"])
async def test_one_key_for_two_ways_to_pay_at_once_is_good_for_one_of_them(
    processes: list[httpx.AsyncClient], conninfo: str, other: str
) -> None:
    async with running_deps(conninfo, **BANK) as deps:
        held = await (await open_till(deps, conninfo)).hold()
    told = await pay_at_once(processes, held.id, "cash", other)
    (one,) = await payments(processes[0], held.id)
    refused = other if one["provider"] == "cash" else "cash"
    assert told == {one["provider"]: {(201, one["id"])}, refused: {(422, "idempotency_key_reused")}}


async def test_a_key_gives_the_same_payment_whatever_has_become_of_it(
    processes: list[httpx.AsyncClient], conninfo: str
) -> None:
    async with running_deps(conninfo, **BANK) as deps:
        held = await (await open_till(deps, conninfo)).hold()
    client, url, transfer = processes[0], f"/bookings/{held.id}/payments", {"provider": "bank_transfer"}
    first = (await client.post(url, json=transfer)).json()
    for key in ("k", "l"):
        answer = await client.post(url, json=transfer, headers={"idempotency-key": key})
        assert answer.json() == first, "as long as it is open, each key gets the same"
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET state = 'cancelled'")
    again = await client.post(url, json=transfer, headers={"idempotency-key": "l"})
    assert (again.status_code, again.json()) == (201, {**first, "state": "cancelled"})
    fresh = await client.post(url, json=transfer, headers={"idempotency-key": "m"})
    assert fresh.json()["id"] != first["id"]
    assert_problem(await client.post(url, json={"provider": "cash"}, headers=KEY), 422, "idempotency_key_reused")
    assert [one["state"] for one in await payments(client, held.id)] == ["cancelled", "open"]


async def test_a_payment_that_was_refused_may_be_asked_for_again_in_the_same_way(
    processes: list[httpx.AsyncClient], conninfo: str
) -> None:
    async with running_deps(conninfo, **BANK) as deps:
        till = await open_till(deps, conninfo, total_seats=2)
        held = await till.hold()
        till.run_out(held)
        sold = await till.hold(paid_by="comp")
    client, url = processes[0], f"/bookings/{held.id}/payments"
    assert_problem(await client.post(url, json={"provider": "cash"}, headers=KEY), 409, "hold_expired")
    await client.patch(f"/bookings/{sold.id}/cancel")
    assert (await client.post(url, json={"provider": "cash"}, headers=KEY)).json()["state"] == "paid"


async def test_a_transfer_back_that_two_processes_are_told_of_is_done_once(
    processes: list[httpx.AsyncClient], conninfo: str
) -> None:
    async with running_deps(conninfo, **BANK) as deps:
        till = await open_till(deps, conninfo)
        held = await till.hold()
        client, body = processes[0], "date,amount,currency,payer,text\n2030-05-01,52.00,EUR,Ada,"
        begun = (await client.post(f"/bookings/{held.id}/payments", json={"provider": "bank_transfer"})).json()
        await client.post("/payments/bank_transfer/statements", content=f"{body}{begun['reference']}\n")
        await client.patch(f"/bookings/{held.id}/cancel")
        ((refund,),) = [one["refunds"] for one in await payments(client, held.id)]
        url = f"/bookings/{held.id}/refunds/{refund['id']}/completion"
        done = (await at_once(processes, "POST", url, None)).json()
        assert done == {**refund, "state": "done"}
        assert await till.balances(held) == {}
        assert till.unequal() == []
