"""The document against the running program: Schemathesis makes the requests, with all of its checks."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fullhouse.store import organizer
from tests.acceptance.serving import FULLHOUSE, Serving, free_port
from tests.pictures import JPEG, jpeg
from tests.web.asking import new_event
from tests.web.offering import KINDS, new
from tests.web.test_auth import bearer, make_key

SIGNED = "/payments/stripe/events"
"""A notice that Stripe has signed can't be made up; tests/outside has real ones."""
STREAMED = "/events/{event_id}/live"
"""An answer without an end can't be waited for; tests/web/test_live.py reads it as a browser does."""
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
PROJECT = Path(__file__).parents[2]
SEED = "20270301"
EXAMPLES_MAX = "25"
SECONDS_MAX = 300
ORGANIZER_PATH = "/organizers/00000000-0000-7000-8000-000000000001"


@pytest.fixture(params=["open", "closed"])
def serving(request: pytest.FixtureRequest, conninfo: str) -> Iterator[tuple[Serving, dict[str, str]]]:
    """A real server process on a fresh database, and the headers of somebody who may do everything."""
    port = free_port()
    command = [FULLHOUSE, "serve", "--port", str(port), "--database-url", conninfo]
    is_open = request.param == "open"
    headers = {} if is_open else bearer(asyncio.run(make_key(conninfo)))
    server = Serving([*command, "--open"] if is_open else command, port)
    try:
        yield server.wait_ready(), headers
        assert server.stop() == 0
    finally:
        server.close()


async def things(url: str, headers: dict[str, str]) -> dict[str, str]:
    """Something to look up: the ids of an event, of a booking, of a series, and of what the event offers."""
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        event = await new_event(client, total_seats=1_000_000)
        repeated = await client.post(
            f"/events/{(await new_event(client))['id']}/series", json={"rule": "FREQ=DAILY;COUNT=2"}
        )
        offered = {kind: (await new(client, event, kind))["id"] for kind in (*KINDS, "promo-codes")}
        lines = [{"ticket_type_id": offered["ticket-types"], "quantity": 2}]
        booking = (await client.post("/bookings", json={"event_id": event["id"], "lines": lines})).json()
        cancelled = await new_event(client)
        await client.post(f"/events/{cancelled['id']}/cancellation")
        said = {"subject": "Doors", "text": "They open late."}
        message = (await client.post(f"/events/{event['id']}/messages", json=said)).json()
        wording = f"{ORGANIZER_PATH}/wording/refunded/en/test"
        assert (await client.post(wording, json={"email": "ann@example.org"})).status_code == 202
        mails = (await client.get(f"{ORGANIZER_PATH}/mails")).json()
        webhooks = f"/organizers/{organizer.DEFAULT_ID}/webhooks"
        webhook = (await client.post(webhooks, json={"url": "https://hooks.invalid/"})).json()
        picture = (await client.put(f"/events/{event['id']}/image", content=jpeg(), headers=JPEG)).json()["image"]
        delivery = (await client.post(f"{webhooks}/{webhook['id']}/test")).json()
    return {
        "SCHEMATHESIS_ORGANIZER_ID": organizer.DEFAULT_ID,
        "SCHEMATHESIS_EVENT_ID": event["id"],
        "SCHEMATHESIS_CANCELLED_EVENT_ID": cancelled["id"],
        "SCHEMATHESIS_BOOKING_ID": booking["id"],
        "SCHEMATHESIS_NUMBER": "1",
        "SCHEMATHESIS_IMAGE_ID": picture["url"].removeprefix("/images/"),
        "SCHEMATHESIS_NAME": "480.webp",
        "SCHEMATHESIS_MAIL_ID": mails[0]["id"],
        "SCHEMATHESIS_MESSAGE_ID": message["id"],
        "SCHEMATHESIS_POOL_ID": offered["pools"],
        "SCHEMATHESIS_TICKET_TYPE_ID": offered["ticket-types"],
        "SCHEMATHESIS_FEE_ID": offered["fees"],
        "SCHEMATHESIS_SERIES_ID": repeated.headers["location"].removeprefix("/series/"),
        "SCHEMATHESIS_PROMO_CODE_ID": offered["promo-codes"],
        "SCHEMATHESIS_WEBHOOK_ID": webhook["id"],
        "SCHEMATHESIS_DELIVERY_ID": delivery["id"],
    }


def test_every_check_of_schemathesis_passes(serving: tuple[Serving, dict[str, str]], tmp_path: Path) -> None:
    server, headers = serving
    flags = [flag for name, value in headers.items() for flag in ("--header", f"{name.title()}: {value}")]
    run = subprocess.run(
        [
            *(SCHEMATHESIS, "run", f"{server.url}/openapi.json", "--checks", "all", "--exclude-path", SIGNED),
            *("--exclude-path", STREAMED),
            *("--seed", SEED, "--no-color"),
            *("--max-examples", EXAMPLES_MAX, "--generation-deterministic", "--max-failures", "20"),
            *flags,
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "SCHEMATHESIS_HOOKS": "tests.web.schemathesis_hooks",
            **asyncio.run(things(server.url, headers)),
        },
        check=False,
    )
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2_000:]
    selected = re.search(r"Selected: (\d+)/(\d+)\b", run.stdout)
    assert selected is not None
    assert int(selected[2]) - int(selected[1]) == 2
    assert not [line for line in server.err if '"status": 5' in line or '"level": "error"' in line]
