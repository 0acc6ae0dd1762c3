"""Mails in earnest: a worker that is killed again and again, a real mail server, and nothing lost."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from fullhouse.actions import mailing
from fullhouse.actions.deps import Deps
from fullhouse.actions.mailing import MessageDraft
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Buyer
from tests.cast import running_deps
from tests.offers import change
from tests.post_office import PostOffice
from tests.posting import book_for, confirm, logged, new_offer, read_all

BUYERS = 60
ROUNDS = 6
MORE_MAX = 20
"""In all rounds together fewer than there are, so that each round has something left to be killed at."""
SECONDS_MAX = 120


@pytest.fixture
async def deps(conninfo: str, post_office: PostOffice) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **post_office.settings) as running:
        yield running


@asynccontextmanager
async def killed_worker(conninfo: str, post_office: PostOffice) -> AsyncIterator[None]:
    """A worker at work, which is killed at the end wherever it is."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.acceptance.mail_worker",
        conninfo,
        json.dumps(post_office.settings),
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout is not None
        assert await worker.stdout.readline() == b"ready\n"
        yield
    finally:
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


async def until_arrived(post_office: PostOffice, count: int) -> None:
    """Wait until so many mails have arrived; how long that takes is up to the machine."""
    async with asyncio.timeout(SECONDS_MAX):
        while len(post_office.contents()) < count:  # noqa: ASYNC110 - the mail server is another process
            await asyncio.sleep(0.01)


async def until_all_are_sent(deps: Deps) -> None:
    """Wait until everybody's mails are written and sent."""
    latest = time.monotonic() + SECONDS_MAX
    while (states := Counter(one.state for one in await logged(deps))) != {"sent": 3 * BUYERS}:
        assert time.monotonic() < latest, f"not all are sent: {states}"
        await asyncio.sleep(0.1)


async def test_a_worker_that_is_killed_anywhere_loses_no_mail_and_repeats_only_under_the_same_id(
    deps: Deps, conninfo: str, post_office: PostOffice
) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    buyers = [Buyer(f"Buyer {n}", f"b{n}@example.org") for n in range(BUYERS)]
    bookings = [await book_for(deps, event.id, type_id, buyer, 1) for buyer in buyers]
    # Who has paid before that is written is no longer told how to pay.
    await read_all(deps)
    for booking in bookings:
        await confirm(deps, booking)
    draft = MessageDraft("Doors", "Late.", None, 60_000)
    await mailing.send(deps, event.id, draft, None, lambda one: Answered(201, one.mailing.id))
    chance = random.Random(27)
    for _ in range(ROUNDS):
        async with killed_worker(conninfo, post_office):
            await until_arrived(post_office, len(post_office.contents()) + chance.randint(0, MORE_MAX))
            await asyncio.sleep(chance.uniform(0, 0.1))
        # What was leased by the dead comes back when the lease ends; nobody waits for that here.
        await change(conninfo, "UPDATE mails SET next_try_at = now() WHERE state = 'waiting'")
    async with killed_worker(conninfo, post_office):
        await until_all_are_sent(deps)
    arrived = post_office.mails()
    known = {one.message_id: one.mail for one in await logged(deps)}
    assert len(known) == 3 * BUYERS, "each buyer is told three things"
    assert Counter(one.kind for one in known.values()) == {
        "booking_held": BUYERS,
        "booking_confirmed": BUYERS,
        "message": BUYERS,
    }
    assert {str(one["Message-ID"]) for one in arrived} == known.keys(), "nothing is lost, and nothing is made up"
    for buyer in buyers:
        firsts = list(dict.fromkeys(str(one["Message-ID"]) for one in arrived if buyer.email in str(one["To"])))
        told = [known[message_id].id for message_id in firsts]
        assert told == sorted(told), "what happened to a booking is told in order"
