"""Payments when the database is slow at the wrong moment: nobody is told that nothing was done when it was."""

import asyncio

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.actions import payment
from fullhouse.rules.refusals import OutcomeUnknown
from tests.cast import key, running_deps
from tests.till import open_till


async def test_when_the_money_is_taken_and_its_key_can_not_be_answered_the_outcome_is_unknown(conninfo: str) -> None:
    async with (
        running_deps(make_conninfo(conninfo, options="-c lock_timeout=300")) as deps,
        await psycopg.AsyncConnection.connect(conninfo) as seller,
        await psycopg.AsyncConnection.connect(conninfo) as other,
    ):
        till = await open_till(deps, conninfo)
        held = await till.hold()
        await seller.execute("SELECT FROM houses FOR UPDATE")
        asked = asyncio.create_task(payment.begin(deps, held.id, "cash", key("k")))
        keys = 0
        async with asyncio.timeout(10):
            while not keys:
                await asyncio.sleep(0.01)
                keys = (await other.execute("SELECT FROM idempotency_keys")).rowcount
        await other.execute("LOCK TABLE idempotency_keys")
        await seller.rollback()
        with pytest.raises(OutcomeUnknown):
            await asked
        await other.rollback()
        assert (await till.now(held)).status == "confirmed"
        assert (await payment.begin(deps, held.id, "cash", key("k"))).state == "paid"
    assert till.unequal() == []
