"""Webhooks a second: so many deliveries wait, and one process tells a local receiver of them all; beside it, another
receiver that hangs. Run by itself, this module is the receiver.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from psycopg.conninfo import make_conninfo

from bench.model import Webhooks
from bench.subjects import Workshop
from fullhouse.actions import installation, webhook, webhook_delivery
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id, new_ids
from fullhouse.rules import webhook as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.webhook import Webhook
from fullhouse.settings import Settings
from fullhouse.store import organizer
from fullhouse.store import webhook_delivery as store
from fullhouse.store.embedded import join
from fullhouse.wiring import build_deps

DELIVERIES = 2_000
SECONDS_MAX = 120
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
INNER = {
    "webhook_http_allowed": True,
    "webhook_private_allowed": True,
    "webhook_ports": "any",
    "webhook_seconds_max": 5,
}


def measure_webhooks(workshop: Workshop, rounds: int, say: Callable[[str], None]) -> Webhooks:
    """Measure webhooks a second to a local receiver, with and without one that hangs beside it."""
    found = asyncio.run(_measure(workshop.folder / "webhooks", rounds))
    say(f"{DELIVERIES:,} webhooks: {found.per_second:,.0f} a second, {found.beside_hanging:,.0f} beside one that hangs")
    return found


async def _measure(folder: Path, rounds: int) -> Webhooks:
    server = await asyncio.to_thread(join, folder)
    process, port = await start_receiver()
    try:
        conninfo = make_conninfo(server.running.conninfo)
        await installation.migrate_at(conninfo)
        deps = build_deps(Settings.model_validate(INNER), conninfo)
        async with deps.running():
            good = await add_webhook(deps, f"http://127.0.0.1:{port}/good")
            alone = [await one_round(deps, good, None, DELIVERIES) for _ in range(rounds)]
            bad = await add_webhook(deps, f"http://127.0.0.1:{port}/hang")
            beside = [await one_round(deps, good, bad, DELIVERIES) for _ in range(rounds)]
    finally:
        process.kill()
        await process.wait()
        await asyncio.to_thread(server.leave)
    return Webhooks(DELIVERIES, median(alone), median(beside))


async def add_webhook(deps: Deps, url: str) -> Webhook:
    """A webhook that is told what is put before it."""
    made: list[Webhook] = []

    def told(one: Webhook) -> Answered:
        made.append(one)
        return Answered(201, {})

    given = {"url": url, "types": None, "description": "", "state": "on"}
    await webhook.create(deps, organizer.DEFAULT_ID, given, None, told)
    return made[0]


async def one_round(deps: Deps, good: Webhook, bad: Webhook | None, count: int) -> float:
    """Let so many deliveries wait for each webhook; how many a second the good one was told."""
    for one in (good, bad):
        if one is not None:
            await put_before(deps, one, count)
    started = time.perf_counter()
    delivering = asyncio.create_task(webhook_delivery.deliver(deps))
    async with asyncio.timeout(SECONDS_MAX):
        # It asks the database, as no event of this process says so.
        while await left(deps, good):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)
    took = time.perf_counter() - started
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    async with deps.database.write() as conn:
        await conn.execute("DELETE FROM webhook_deliveries")
        await conn.execute("UPDATE webhooks SET failing_since = NULL")
    return count / took


async def put_before(deps: Deps, one: Webhook, count: int) -> None:
    """Deliveries of different bookings, whose bodies are as long as those of bookings are."""
    now = datetime.now(UTC)
    event_id = new_id(now)
    made = [
        rules.trial_of(one.id, delivery_id, now)._replace(
            type="booking.confirmed", sequence=number, event_id=event_id, booking_number=number
        )
        for number, delivery_id in enumerate(new_ids(now, count), 1)
    ]
    shown = json.dumps({"id": event_id, "price": "x" * 800})
    async with deps.database.write() as conn:
        await store.add(conn, made)
        await store.keep_bodies(conn, {(each.webhook_id, each.id): rules.body_of(each, shown) for each in made})


async def left(deps: Deps, one: Webhook) -> bool:
    """Tell whether something still waits for a webhook."""
    async with deps.database.read() as conn:
        return bool(await store.page(conn, one.id, "waiting", None, 1))


async def start_receiver() -> tuple[asyncio.subprocess.Process, int]:
    """A receiver as a process of its own; to `/hang` it never answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.webhooks", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None  # noqa: S101 - it is asked for in the line above
    return process, int(await process.stdout.readline())


async def receive() -> None:
    """Answer everything but `/hang` at once."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                if b"/hang" not in head:
                    writer.write(ANSWER)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(receive())
