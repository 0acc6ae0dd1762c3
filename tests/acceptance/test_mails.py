"""Mails in earnest: a worker that is killed again and again, a real mail server, and nothing lost."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from fullhouse.actions import mailing
from fullhouse.actions.deps import Deps
from fullhouse.actions.mailing import MessageDraft
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Buyer
from tests.cast import running_deps
from tests.offers import change
from tests.post_office import PostOffice, open_post_office
from tests.posting import book_for, confirm, logged, new_offer

BUYERS = 60
ROUNDS = 6
SECONDS_MAX = 120


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, mail_sender="tickets@example.org") as running:
        yield running


async def run_and_kill(conninfo: str, office: PostOffice, seconds: float) -> None:
    """Let a worker run for a while, and kill it wherever it is."""
    settings = {**office.settings, "smtp_seconds_max": 0.5}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.mail_worker", conninfo, json.dumps(settings), stdout=subprocess.PIPE
    )
    try:
        assert worker.stdout is not None
        assert await worker.stdout.readline() == b"ready\n"
        await asyncio.sleep(seconds)
    finally:
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


async def test_a_worker_that_is_killed_anywhere_loses_no_mail_and_repeats_only_under_the_same_id(
    deps: Deps, conninfo: str
) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    buyers = [Buyer(f"Buyer {n}", f"b{n}@example.org") for n in range(BUYERS)]
    for buyer in buyers:
        await confirm(deps, await book_for(deps, event.id, type_id, buyer, 1))
    draft = MessageDraft("Doors", "Late.", None, 60_000)
    await mailing.send(deps, event.id, draft, None, lambda one: Answered(201, one.mailing.id))
    chance = random.Random(27)
    with open_post_office() as office:
        for _ in range(ROUNDS):
            await run_and_kill(conninfo, office, chance.uniform(0, 0.5))
            # What was leased by the dead comes back when the lease ends; nobody waits for that here.
            await change(conninfo, "UPDATE mails SET next_try_at = now() WHERE state = 'waiting' AND attempts > 0")
        async with asyncio.timeout(SECONDS_MAX):
            while any(one.state != "sent" for one in await logged(deps)) or len(await logged(deps)) < 3 * BUYERS:
                await run_and_kill(conninfo, office, 1)
                await change(conninfo, "UPDATE mails SET next_try_at = now() WHERE state = 'waiting' AND attempts > 0")
        arrived = office.mails()
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
