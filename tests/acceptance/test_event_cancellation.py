"""A server is killed while it cancels a whole event: started again it finishes, and no charge goes back twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.acceptance.rush import FUTURE
from tests.acceptance.serving import House, Serving
from tests.cast import assert_clean
from tests.outside.stripe_desk import SECRET_KEY, WEBHOOK_SECRET, StripeDesk, open_desk, signed, stand_in

PRICE_MINOR = 2_500
PAID, FREE = 24, 150
ANSWERED = 8
CLIENTS = 8
PATIENCE_SECONDS = 300
"""Many times as long as a page, or a payment, is left to who took it."""


@pytest.fixture(scope="module")
def stripe_process() -> Iterator[str]:
    """The stand-in process."""
    with stand_in() as url:
        yield url


async def put_on_sale(client: httpx.AsyncClient) -> tuple[str, str, str]:
    """An event with a ticket type for money and one for nothing."""
    body = {"name": "Concert", "venue": "Small house", "date": FUTURE, "total_seats": 1_000}
    event_id = (await client.post("/events", json=body)).json()["id"]
    ids = []
    for name, price_minor in (("Adult", PRICE_MINOR), ("Child", 0)):
        kind = {"name": name, "price_minor": price_minor}
        answer = await client.post(f"/events/{event_id}/ticket-types", json=kind)
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    return event_id, ids[0], ids[1]


async def book(client: httpx.AsyncClient, event_id: str, type_id: str) -> Any:
    body = {"event_id": event_id, "lines": [{"ticket_type_id": type_id, "quantity": 1}]}
    answer = await client.post("/bookings", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def buy(client: httpx.AsyncClient, desk: StripeDesk, event_id: str, type_id: str) -> str:
    """A buyer books, pays by card, and Stripe tells of it."""
    held = await book(client, event_id, type_id)
    begun = (await client.post(f"/bookings/{held['id']}/payments", json={"provider": "stripe"})).json()
    await desk.pay(begun["reference"])
    body = await desk.notice(begun["reference"])
    heard = await client.post("/payments/stripe/events", content=body, headers=signed(body))
    assert heard.status_code == 204, heard.text
    booking_id: str = held["id"]
    return booking_id


async def sold(client: httpx.AsyncClient, desk: StripeDesk, event_id: str, adult: str, child: str) -> list[str]:
    """First many that are free, then those that are paid, which have to go back; the bookings that are paid."""
    at_once = asyncio.Semaphore(CLIENTS)

    async def bounded(work: Awaitable[Any]) -> Any:
        async with at_once:
            return await work

    await asyncio.gather(*(bounded(book(client, event_id, child)) for _ in range(FREE)))
    return list(await asyncio.gather(*(bounded(buy(client, desk, event_id, adult)) for _ in range(PAID))))


def asked_back(desk: StripeDesk) -> int:
    """How many refunds were asked for."""
    return sum(asked == "POST /v1/refunds" for asked in desk.asked)


@asynccontextmanager
async def stuck(desk: StripeDesk) -> AsyncIterator[None]:
    """Some charges go back; those that are asked for behind them do too, but no answer comes until the end."""
    original = desk._passed_on
    is_over = asyncio.Event()

    async def answer(scope: Any, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        got = await original(scope, path, headers, body)
        if path == "/v1/refunds" and body and asked_back(desk) > ANSWERED:
            await is_over.wait()
        return got

    desk._passed_on = answer  # type: ignore[method-assign] # a fault at one call alone
    yield
    desk._passed_on = original  # type: ignore[method-assign] # it is over
    is_over.set()
    # As when so long a time has passed that the keys are forgotten.
    desk._kept.clear()


async def until(is_so: Callable[[], Awaitable[bool]], server: Serving) -> None:
    """Wait until something is so, and tell what the server printed if it never is."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if await is_so():
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(server.text())


def bookings(conninfo: str) -> Counter[str]:
    """How many bookings are in which state."""
    with psycopg.connect(conninfo) as conn:
        return Counter(row[0] for row in conn.execute("SELECT status FROM bookings"))


def start(house: House, settings: Any) -> Serving:
    """A server, as a supervisor starts it, and starts it again."""
    return house.serve(**settings)


def conninfo_of(data_dir: Path) -> str:
    return make_conninfo(host=str(data_dir / "postgres"), user="fullhouse", dbname="fullhouse")


async def test_a_server_that_is_killed_in_the_middle_is_followed_by_one_that_finishes(
    house: House, stripe_process: str
) -> None:
    async with open_desk(stripe_process) as desk:
        settings = {
            "FULLHOUSE_STRIPE_SECRET_KEY": SECRET_KEY,
            "FULLHOUSE_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "FULLHOUSE_STRIPE_URL": desk.url,
        }

        async def is_in_the_middle() -> bool:
            return asked_back(desk) > ANSWERED + 2

        server = await asyncio.to_thread(start, house, settings)
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            event_id, adult, child = await put_on_sale(client)
            paid = await sold(client, desk, event_id, adult, child)
            url = f"/events/{event_id}/cancellation"
            async with stuck(desk):
                assert (await client.post(url, json={"reason": "The singer is ill."})).status_code == 202
                await until(is_in_the_middle, server)
                await asyncio.to_thread(server.kill)
        assert ANSWERED < asked_back(desk) < PAID
        again = await asyncio.to_thread(start, house, settings)
        async with httpx.AsyncClient(base_url=again.url, timeout=30) as client:

            async def is_done() -> bool:
                shown = (await client.get(url)).json()
                return bool(shown["state"] == "done" and shown["owed_minor"] == 0)

            await until(is_done, again)
            shown = (await client.get(url)).json()
            assert shown["bookings_made"] == shown["bookings_looked_at"] == shown["bookings_cancelled"] == PAID + FREE
            money = {"provider": "stripe", "state": "refunded", "payments": PAID, "received_minor": PAID * PRICE_MINOR}
            assert shown["payments"] == [{**money, "refunded_minor": PAID * PRICE_MINOR}]
            for booking_id in paid:
                (one,) = (await client.get(f"/bookings/{booking_id}/payments")).json()
                assert (one["state"], one["reason"]) == ("refunded", "event_cancelled")
        made = await desk.refunds()
        assert [one["amount"] for one in made] == [PRICE_MINOR] * PAID
        assert len({one["charge"] for one in made}) == PAID, "each once"
        conninfo = conninfo_of(house.data_dir)
        assert bookings(conninfo) == {"cancelled": PAID + FREE}
        await assert_clean(conninfo)
        assert again.stop() == 0
