"""A server is killed while it tells a webhook what happened, again and again: nothing is lost, and what is told twice
has the same id and says the same.
"""

import json
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from fullhouse.store import organizer
from tests.acceptance.rush import FUTURE
from tests.acceptance.serving import House, Serving, free_port, wait_until
from tests.receiver import Got

PROJECT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = {
    "FULLHOUSE_WEBHOOK_HTTP_ALLOWED": "true",
    "FULLHOUSE_WEBHOOK_PRIVATE_ALLOWED": "true",
    "FULLHOUSE_WEBHOOK_PORTS": "any",
    "FULLHOUSE_WEBHOOK_SECONDS_MAX": "1",
}
KILLS = 4
BOOKINGS_BETWEEN = 40
PATIENCE_SECONDS = 90
"""Longer than what was under way is left to who took it."""


@contextmanager
def receiver_process(path: Path) -> Iterator[str]:
    """A receiver as a process of its own, which keeps every request in a file."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.receiver", str(port), str(path)], cwd=PROJECT)
    try:
        wait_until(path.exists, "a receiver")
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.kill()
        process.wait()


def kept(path: Path) -> list[Got]:
    """What the receiver got; the last line may be half written."""
    lines = path.read_text().split("\n")[:-1]
    return [Got._make(json.loads(line)) for line in lines]


def kill_soon(server: Serving, seconds: float) -> threading.Timer:
    """Kill a server in a while, whatever it is at then."""
    timer = threading.Timer(seconds, server.process.send_signal, [signal.SIGKILL])
    timer.start()
    return timer


def book(client: httpx.Client, event_id: str, count: int) -> list[Any]:
    """Book until the server dies, at most so often; what was acknowledged."""
    booked = []
    for _ in range(count):
        try:
            answer = client.post("/bookings", json={"event_id": event_id, "num_seats": 1})
        except httpx.TransportError:
            break
        if answer.status_code == 201:
            booked.append(answer.json()["id"])
            if len(booked) % 2:
                try:
                    client.patch(f"/bookings/{booked[-1]}/cancel")
                except httpx.TransportError:
                    break
    return booked


def test_a_server_that_is_killed_again_and_again_loses_no_notice(house: House, tmp_path: Path) -> None:
    chance = random.Random(4)
    path = tmp_path / "received"
    path.touch()
    booked: list[str] = []
    with receiver_process(path) as url:
        server = house.serve(**SETTINGS)
        with httpx.Client(base_url=server.url, timeout=10) as client:
            body = {"name": "Concert", "venue": "Small house", "date": FUTURE, "total_seats": 5_000}
            event_id = client.post("/events", json=body).json()["id"]
            webhooks = f"/organizers/{organizer.DEFAULT_ID}/webhooks"
            secret = client.post(webhooks, json={"url": url}).json()["secret"]
        for _ in range(KILLS):
            with httpx.Client(base_url=server.url, timeout=10) as client:
                timer = kill_soon(server, chance.uniform(0.3, 1.5))
                booked += book(client, event_id, BOOKINGS_BETWEEN)
                timer.join()
            server.wait_end()
            server = house.serve(**SETTINGS)

        def everything_is_told() -> bool:
            with httpx.Client(base_url=server.url, timeout=10) as client:
                (hook,) = client.get(webhooks).json()
                waiting = client.get(f"{webhooks}/{hook['id']}/deliveries?state=waiting&limit=1").json()
            told = {got.said["data"]["id"] for got in kept(path)}
            return not waiting and told >= set(booked)

        wait_until(everything_is_told, "everything told", PATIENCE_SECONDS)
        assert server.stop() == 0
        got = kept(path)
    assert booked
    assert {one.verified(secret)["id"] == one.id for one in got} == {True}
    assert_told_once_in_order(got)


def assert_told_once_in_order(got: list[Got]) -> None:
    """What has the same id says the same, no change has two ids, and each booking was told in order."""
    bodies: dict[str, set[str]] = defaultdict(set)
    ids: dict[int, set[str]] = defaultdict(set)
    first_told: dict[str, list[int]] = defaultdict(list)
    for one in got:
        bodies[one.id].add(one.body)
        ids[one.said["sequence"]].add(one.id)
        if one.said["sequence"] not in first_told[one.said["data"]["id"]]:
            first_told[one.said["data"]["id"]].append(one.said["sequence"])
    assert {len(each) for each in bodies.values()} == {1}
    assert {len(each) for each in ids.values()} == {1}
    assert all(each == sorted(each) for each in first_told.values())
    # The numbers of the changes have no gaps but what came before the webhook did.
    assert sorted(ids) == list(range(min(ids), max(ids) + 1))
