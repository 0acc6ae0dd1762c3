"""Several processes: workers of one server, and two servers on one data folder."""

import asyncio
import os
import signal
import socket
import time
import uuid
from collections.abc import Sequence

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.rush import assert_all_there, new_event, rush
from tests.acceptance.serving import (
    START_SECONDS_MAX,
    House,
    Serving,
    is_alive,
    kill_and_wait,
    postgres_pid,
    wait_until,
)

SLOW_SECONDS = 7
"""Longer than uvicorn by itself would wait for a sign of life."""


def is_taken(port: int) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_two_serve(server: Serving) -> None:
    """Wait until both workers answer: an id of a request begins with a mark of its process."""
    marks = set()

    def do_two_serve() -> bool:
        answer = httpx.get(server.url + "/healthz", timeout=30)
        assert answer.status_code == 200
        marks.add(answer.headers["x-request-id"].partition("-")[0])
        return len(marks) == 2

    wait_until(do_two_serve, "two that serve", START_SECONDS_MAX)


async def test_two_workers_sell_together_and_both_of_them_sell(house: House) -> None:
    server = await asyncio.to_thread(house.serve, "--workers", "2")
    assert len(server.workers()) == 2
    await asyncio.to_thread(wait_until_two_serve, server)
    event_id = await new_event(server.url, total_seats=600)
    async with rush(server.url, event_id=event_id, buyers=24) as running:
        await running.until_booked(600)
    assert len(running.bookings) == 600
    await assert_all_there(running, server.url, house.data_dir)
    assert await asyncio.to_thread(counted_bookings, server.url, 600) == 600
    assert await asyncio.to_thread(server.stop) == 0
    assert postgres_pid(house.data_dir) is None


def counted_bookings(url: str, expected: float) -> float:
    """What `/metrics` counts in all processes, asked on one connection and so of one of them."""
    with httpx.Client(base_url=url, timeout=30) as client:

        def total() -> float:
            return sum(
                sample.value
                for family in text_string_to_metric_families(client.get("/metrics").text)
                for sample in family.samples
                if sample.name == "fullhouse_http_answers_total" and sample.labels["status"] == "201"
            )

        wait_until(lambda: total() > expected, "all answers counted, with the new event's")
        return total() - 1


async def test_a_killed_worker_is_replaced(house: House) -> None:
    server = await asyncio.to_thread(house.serve, "--workers", "2")
    event_id = await new_event(server.url)
    before = server.workers()
    async with rush(server.url, event_id=event_id, keyed=True) as running:
        await running.until_booked(200)
        await asyncio.to_thread(kill_and_wait, before[0])
        await running.until_booked(len(running.bookings) + 200)
        await asyncio.to_thread(wait_until, lambda: len(set(server.workers()) - {before[0]}) == 2, "a new worker")
    assert before[1] in server.workers()
    await asyncio.to_thread(wait_until_two_serve, server)
    await assert_all_there(running, server.url, house.data_dir)
    assert await asyncio.to_thread(server.stop) == 0


def test_a_worker_that_is_only_slow_is_not_taken_for_dead(house: House) -> None:
    """On a busy machine a worker may be silent for seconds, as this one is that the system stops."""
    server = house.serve("--workers", "2")
    workers = server.workers()
    os.kill(workers[0], signal.SIGSTOP)
    time.sleep(SLOW_SECONDS)
    os.kill(workers[0], signal.SIGCONT)
    assert server.workers() == workers
    wait_until_two_serve(server)
    assert server.stop() == 0


def test_no_worker_outlives_a_killed_parent(house: House) -> None:
    server = house.serve("--workers", "2")
    workers = server.workers()
    server.process.kill()
    server.process.wait(10)
    wait_until(lambda: not any(is_alive(pid) for pid in workers), "the end of the workers", 20)
    assert not is_taken(server.port)
    again = house.serve("--workers", "2", port=server.port)
    assert again.stop() == 0


def test_ctrl_c_in_a_terminal_reaches_all_and_ends_all(house: House) -> None:
    """A terminal sends the signal to every process of the group."""
    server = house.serve("--workers", "2")
    workers = server.workers()
    wait_until_two_serve(server)
    os.killpg(server.pid, signal.SIGINT)
    assert server.wait_end() == 0
    assert not any(is_alive(pid) for pid in workers)
    assert postgres_pid(house.data_dir) is None
    assert "Traceback" not in "".join(server.err)


async def test_two_servers_on_one_folder_sell_the_same_event(house: House) -> None:
    first = await asyncio.to_thread(house.serve)
    second = await asyncio.to_thread(house.serve)
    event_id = await new_event(first.url, total_seats=2_000)
    async with (
        rush(first.url, second.url, event_id=event_id, keyed=True) as one,
        rush(second.url, event_id=event_id, keyed=True) as other,
    ):
        await one.until_booked(100)
        await other.until_booked(100)
        assert await asyncio.to_thread(first.stop) == 0
        await one.until_booked(len(one.bookings) + 50)
    assert one.bookings.keys().isdisjoint(other.bookings)
    one.bookings.update(other.bookings)
    one.statuses.update(other.statuses)
    assert len(one.bookings) <= 2_000
    await assert_all_there(one, second.url, house.data_dir)
    assert await asyncio.to_thread(second.stop) == 0
    assert postgres_pid(house.data_dir) is None


async def ask_everywhere(urls: Sequence[str], event_id: str, key: str, times: int) -> set[tuple[int, bytes]]:
    """Send one request with one key again and again, to all servers at once."""
    body = {"event_id": event_id, "num_seats": 2}
    async with httpx.AsyncClient(timeout=30) as client:
        asked = [client.post(url + "/bookings", json=body, headers={"idempotency-key": key}) for url in [*urls] * times]
        answers = await asyncio.gather(*asked)
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) <= 1
    return {(answer.status_code, answer.content) for answer in answers}


async def test_one_key_is_one_booking_over_two_processes_and_a_crash(house: House) -> None:
    servers: list[Serving] = [await asyncio.to_thread(house.serve) for _ in range(2)]
    urls = [server.url for server in servers]
    event_id = await new_event(urls[0], total_seats=1_000)
    keys = [str(uuid.uuid4()) for _ in range(10)]
    first = [await ask_everywhere(urls, event_id, key, times=5) for key in keys]
    assert all(len(answers) == 1 for answers in first)
    assert {status for answers in first for status, _ in answers} == {201}
    await asyncio.to_thread(servers[0].kill)
    pid = postgres_pid(house.data_dir)
    assert pid is not None
    await asyncio.to_thread(kill_and_wait, pid)
    servers[0] = await asyncio.to_thread(house.serve, port=servers[0].port)
    again = [await ask_everywhere(urls, event_id, key, times=1) for key in keys]
    assert again == first
    async with httpx.AsyncClient(base_url=urls[1]) as client:
        assert (await client.get(f"/events/{event_id}")).json()["available_seats"] == 980


def test_the_second_server_needs_a_port_of_its_own(house: House) -> None:
    first = house.serve()
    second = house.launch(port=first.port)
    assert second.wait_end() == 1
    told = f"Can't listen on 127.0.0.1:{first.port}: Address already in use. Choose another with --port or --host."
    assert second.err == [f"Error: {told}\n"]
    assert httpx.get(first.url + "/readyz").status_code == 200
