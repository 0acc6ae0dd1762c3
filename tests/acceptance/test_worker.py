"""The worker apart: killed again and again while servers sell, it tells everything once; and how it and waiting end."""

import asyncio
import random
import signal
import time
from typing import Any

import httpx

from tests.acceptance.rush import assert_all_there, new_event, rush
from tests.acceptance.serving import FULLHOUSE, House, Serving, is_alive, wait_until

KILLS = 6


def start_worker(house: House) -> Serving:
    """`fullhouse worker` on the data folder, at work."""
    worker = house.launch_other([FULLHOUSE, "worker", "--data-dir", str(house.data_dir)], 0)
    wait_until(lambda: any("is working" in line for line in worker.out), f"a worker: {worker.text()}", 60)
    return worker


async def follow(url: str, told: list[Any], count: int) -> None:
    """Follow the changes as another system does, until so many bookings are confirmed."""
    cursor: dict[str, str] = {}
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while sum(one["type"] == "booking.confirmed" for one in told) < count:
            answer = await client.get("/changes", params={"wait": 25, "limit": 50, **cursor})
            assert answer.status_code == 200, answer.text
            told += answer.json()["changes"]
            cursor = {"cursor": answer.json()["next_cursor"]}


async def test_a_worker_that_is_killed_again_and_again_loses_nothing_and_tells_nothing_twice(house: House) -> None:
    server = await asyncio.to_thread(house.serve, "--no-worker")
    event_id = await new_event(server.url, total_seats=1_500)
    told: list[Any] = []
    following = asyncio.create_task(follow(server.url, told, 1_500))
    async with rush(server.url, event_id=event_id, keyed=True) as running:
        await running.until_booked(50)
        assert told == [], "nobody numbers anything yet"
        for _ in range(KILLS):
            worker = await asyncio.to_thread(start_worker, house)
            await asyncio.sleep(random.uniform(0, 0.3))
            await asyncio.to_thread(worker.kill)
        await running.until_booked(1_500)
    worker = await asyncio.to_thread(start_worker, house)
    await asyncio.wait_for(following, 60)
    assert [one["sequence"] for one in told] == list(range(1, 1_503))
    confirmed = [one["booking"]["id"] for one in told if one["type"] == "booking.confirmed"]
    assert sorted(confirmed) == sorted(running.bookings)
    assert await asyncio.to_thread(worker.stop) == 0
    await assert_all_there(running, server.url, house.data_dir)
    assert server.stop() == 0


def test_a_worker_stops_as_it_is_asked_to_and_leaves_the_database_to_others(house: House) -> None:
    server = house.serve("--no-worker")
    for number in (signal.SIGINT, signal.SIGTERM):
        worker = start_worker(house)
        assert worker.stop(number) == 0, worker.text()
        assert not is_alive(worker.pid)
        assert server.is_ready()
    assert server.stop() == 0


async def test_who_waits_for_changes_does_not_hold_up_the_end(house: House) -> None:
    server = await asyncio.to_thread(house.serve)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        waiting = [asyncio.create_task(client.get("/changes", params={"wait": 25})) for _ in range(3)]
        await asyncio.sleep(1)
        begun = time.monotonic()
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        for answer in await asyncio.gather(*waiting):
            assert answer.json()["changes"] == []
        assert time.monotonic() - begun < 10, "that is sooner than the server would have cut them off"
        assert await stopping == 0
