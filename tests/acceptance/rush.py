"""A rush: buyers who book over HTTP, one place after another, and write down every answer that they got."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.conninfo import make_conninfo

from tests.cast import assert_clean

FUTURE = "2041-05-01T20:00:00+02:00"
BUYERS = 16
GIVE_UP_SECONDS = 120.0
"""Longer than a recovery: a buyer with a key asks again until there is an answer."""

SOLD_OUT = 409


async def new_event(url: str, total_seats: int = 1_000_000) -> str:
    """Put an event on sale; returns its id."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        body = {"name": "Rush", "venue": "Small house", "date": FUTURE, "total_seats": total_seats}
        answer = await client.post("/events", json=body)
        assert answer.status_code == 201, answer.text
        event_id: str = answer.json()["id"]
        return event_id


class Rush:
    """What buyers asked and were answered."""

    def __init__(self, urls: Sequence[str], event_id: str, *, keyed: bool) -> None:
        """With `keyed`, a request without a clear answer is sent again with its key, to the next of `urls`."""
        self.event_id = event_id
        self.statuses: Counter[int] = Counter()
        self.bookings: dict[str, Any] = {}
        self.doubtful = 0
        self.unclear: list[str] = []
        self._urls = urls
        self._keyed = keyed
        self._is_over = False
        self._is_booked = asyncio.Event()

    def stop(self) -> None:
        """No new requests; those with a key are asked until they are answered."""
        self._is_over = True

    async def until_booked(self, count: int) -> None:
        """Wait until so many bookings are acknowledged."""
        async with asyncio.timeout(GIVE_UP_SECONDS):
            while len(self.bookings) < count:
                self._is_booked.clear()
                await self._is_booked.wait()

    async def buy(self) -> None:
        """One buyer."""
        async with httpx.AsyncClient(timeout=30) as client:
            while not self._is_over:
                status = await self._book(client)
                if status == SOLD_OUT:
                    return
                if status is None:
                    await asyncio.sleep(0.05)

    async def _book(self, client: httpx.AsyncClient) -> int | None:
        """Ask for a place, and with a key ask until it is clear; returns the last status."""
        headers = {"idempotency-key": str(uuid.uuid4())} if self._keyed else {}
        latest = time.monotonic() + GIVE_UP_SECONDS
        tries = 0
        while True:
            status = await self._ask(client, self._urls[tries % len(self._urls)], headers)
            tries += 1
            if status in {201, SOLD_OUT} or not self._keyed:
                return status
            assert time.monotonic() < latest, f"no clear answer under {headers}"
            await asyncio.sleep(0.05)

    async def _ask(self, client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> int | None:
        try:
            body = {"event_id": self.event_id, "num_seats": 1}
            answer = await client.post(url + "/bookings", json=body, headers=headers)
        except httpx.TransportError:
            self.doubtful += 1
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code == 201:
            booking = answer.json()
            assert booking["id"] not in self.bookings, "a booking belongs to one request"
            self.bookings[booking["id"]] = booking
            self._is_booked.set()
        elif answer.json()["code"] == "outcome_unknown":
            self.doubtful += 1
        elif answer.json()["code"] not in {"busy", "not_enough_seats"}:
            self.unclear.append(answer.text)
        return answer.status_code


@asynccontextmanager
async def rush(*urls: str, event_id: str, keyed: bool = False, buyers: int = BUYERS) -> AsyncIterator[Rush]:
    """Buyers at work; at the end all of them have finished."""
    running = Rush(urls, event_id, keyed=keyed)
    tasks = [asyncio.create_task(running.buy()) for _ in range(buyers)]
    try:
        yield running
    finally:
        running.stop()
        await asyncio.gather(*tasks)


async def assert_all_there(running: Rush, url: str, data_dir: Path) -> None:
    """Every acknowledged booking is there, once; nothing is that nobody asked for; every count agrees."""
    assert running.unclear == []
    assert set(running.statuses) <= {201, 409, 503}
    conninfo = make_conninfo(host=str(data_dir / "postgres"), user="fullhouse", dbname="fullhouse")
    with psycopg.connect(conninfo) as conn:
        there = {row[0] for row in conn.execute("SELECT id::text FROM bookings WHERE status = 'confirmed'")}
    assert set(running.bookings) <= there
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        for booking in list(running.bookings.values())[::40]:
            assert (await client.get(f"/bookings/{booking['id']}")).json() == booking
        shown = (await client.get(f"/events/{running.event_id}")).json()
    await assert_clean(conninfo)
    taken = shown["total_seats"] - shown["available_seats"]
    assert taken == len(there) <= shown["total_seats"]
    if running._keyed:
        assert taken == len(running.bookings), "one key, one booking"
    else:
        assert len(running.bookings) <= taken <= len(running.bookings) + running.doubtful
