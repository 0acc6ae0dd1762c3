"""`fullhouse reconcile`, run in a real process: a report for people and one for programs."""

import asyncio
import json

from tests.cast import running_deps
from tests.cli.terminal import fullhouse
from tests.till import open_till


async def sell(conninfo: str, *, is_paid: bool) -> str:
    async with running_deps(conninfo) as deps:
        till = await open_till(deps, conninfo)
        sold = await till.hold(paid_by="cash")
        return sold.id if is_paid else (await till.confirm(await till.hold(), "stripe")).id


def test_when_tickets_and_money_agree_it_says_so(conninfo: str) -> None:
    asyncio.run(sell(conninfo, is_paid=True))
    done = fullhouse("reconcile", "--repair", "--database-url", conninfo)
    assert (done.status, done.out) == (0, "0 payments asked for.\nTickets and money agree.\n")


def test_a_difference_is_told_to_people_and_to_programs(conninfo: str) -> None:
    booking_id = asyncio.run(sell(conninfo, is_paid=False))
    done = fullhouse("reconcile", "--database-url", conninfo)
    assert done.status == 1
    assert f"DIFFERENCE  ticket without payment: 5200 EUR minor, booking {booking_id}\n" in done.out
    report = json.loads(fullhouse("reconcile", "--json", "--database-url", conninfo).out)
    assert report["findings"][0]["kind"] == "ticket_without_payment"
    assert report["findings"][0]["booking_id"] == booking_id


def test_the_command_says_what_it_does() -> None:
    done = fullhouse("reconcile", "--help")
    assert done.status == 0
    assert "--repair" in done.out
