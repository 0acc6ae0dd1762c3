"""Ctrl-C and SIGTERM: bookings under way are finished, PostgreSQL stops cleanly, a restart finds everything."""

import asyncio
import signal
import time

import httpx
import psycopg
import pytest

from tests.acceptance.rush import assert_all_there, new_event, rush
from tests.acceptance.serving import House, is_alive, postgres_pid, wait_until

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])


@BOTH
async def test_stopping_in_a_rush_loses_nothing(house: House, number: signal.Signals) -> None:
    server = await asyncio.to_thread(house.serve)
    pid = postgres_pid(house.data_dir)
    event_id = await new_event(server.url)
    async with rush(server.url, event_id=event_id) as running:
        await running.until_booked(200)
        assert await asyncio.to_thread(server.stop, number) == 0
    assert pid is not None
    assert not is_alive(pid)
    assert postgres_pid(house.data_dir) is None
    assert "Traceback" not in "".join(server.err)
    assert server.err[-1] == "Stopped.\n"
    log = (house.data_dir / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down")
    again = await asyncio.to_thread(house.serve)
    await assert_all_there(running, again.url, house.data_dir)
    assert again.stop() == 0
    assert "was interrupted" not in (house.data_dir / "postgres.log").read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_booking_under_way_is_finished_first(house: House, workers: str) -> None:
    server = await asyncio.to_thread(house.serve, "--workers", workers)
    event_id = await new_event(server.url)
    with psycopg.connect(host=str(house.data_dir / "postgres"), user="fullhouse", dbname="fullhouse") as conn:
        conn.execute("SELECT FROM houses FOR UPDATE")
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
            body = {"event_id": event_id, "num_seats": 1}
            bookings = [asyncio.create_task(client.post("/bookings", json=body)) for _ in range(20)]
            await asyncio.sleep(0.5)
            server.send(signal.SIGTERM)
            await asyncio.sleep(1)
            assert not any(booking.done() for booking in bookings)
            assert server.process.poll() is None
            conn.rollback()
            answers = await asyncio.gather(*bookings)
    assert [answer.status_code for answer in answers] == [201] * 20
    assert await asyncio.to_thread(server.wait_end) == 0
    again = await asyncio.to_thread(house.serve)
    async with httpx.AsyncClient(base_url=again.url) as client:
        for answer in answers:
            assert (await client.get(answer.headers["location"])).json() == answer.json()
    assert again.stop() == 0


def test_stopping_before_it_is_ready_is_clean(house: House) -> None:
    server = house.launch()
    wait_until(lambda: postgres_pid(house.data_dir) is not None, "a starting PostgreSQL")
    server.send(signal.SIGINT)
    assert server.wait_end() in {0, 1}
    assert "Traceback" not in server.text()
    wait_until(lambda: postgres_pid(house.data_dir) is None, "a stopped PostgreSQL")


def test_a_hurried_operator_still_gets_postgres_stopped(house: House) -> None:
    """Ctrl-C again and again, also while PostgreSQL is being stopped."""
    server = house.serve()
    while server.process.poll() is None:
        server.send(signal.SIGINT)
        time.sleep(0.001)
    server.wait_end()
    assert postgres_pid(house.data_dir) is None
