"""Attempts to sign in over HTTP: guessing is slow, by account and by address, and nobody is locked out for ever."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from fullhouse.actions import attempt
from tests.people import OTHER_PASSWORD, OWNER, Office, cookie_of, open_office, sign_in
from tests.web.asking import assert_problem
from tests.web.organizing import rows


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        await opened.owner()
        yield opened


async def guess(office: Office, times: int, address: str = "198.51.100.7", email: str = OWNER) -> list[int]:
    """Statuses of guesses, one after another."""
    visitor = office.visitor(address)
    return [(await sign_in(visitor, email, OTHER_PASSWORD)).status_code for _ in range(times)]


def refused(answer: httpx.Response) -> int:
    """The answer tells to wait; returns for how many seconds."""
    body = assert_problem(answer, 429, "too_many_attempts")
    assert answer.headers["retry-after"] == str(body["retry_after_seconds"])
    return int(body["retry_after_seconds"])


async def test_after_some_wrong_passwords_even_the_right_one_has_to_wait(office: Office) -> None:
    assert await guess(office, 5) == [401] * 5
    assert refused(await sign_in(office.visitor("203.0.113.5"))) == 1
    office.clock.move(seconds=1)
    assert (await sign_in(office.visitor("203.0.113.5"))).status_code == 201


async def test_the_wait_grows_and_has_an_end(office: Office) -> None:
    waits = []
    await guess(office, 5)
    for turn in range(13):
        waits.append(refused(await sign_in(office.visitor())))
        office.clock.move(seconds=waits[-1])
        assert await guess(office, 1, f"198.51.100.{turn}") == [401]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


async def test_who_is_right_begins_anew(office: Office) -> None:
    assert await guess(office, 4) == [401] * 4
    assert (await sign_in(office.visitor())).status_code == 201
    assert await guess(office, 6) == [401] * 5 + [429]


async def test_many_guesses_at_one_moment_are_no_more_than_one_after_another(office: Office) -> None:
    guesses = [sign_in(office.visitor(f"198.51.100.{one}"), password=OTHER_PASSWORD) for one in range(20)]
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert sorted(statuses) == [401] * 5 + [429] * 15


async def test_whoever_guesses_does_not_lock_out_the_owner_where_he_was_signed_in_before(office: Office) -> None:
    visitor = office.visitor("203.0.113.5")
    assert (await sign_in(visitor)).status_code == 201
    assert await guess(office, 6) == [401] * 5 + [429]
    refused(await sign_in(office.visitor("203.0.113.9")))
    assert (await sign_in(office.visitor("203.0.113.5"))).status_code == 201
    assert await guess(office, 1) == [429], "to all others it stays as it was"


async def test_the_owner_is_known_by_the_cookie_of_an_old_session_too(office: Office) -> None:
    token = cookie_of(await sign_in(office.visitor("203.0.113.5")))
    await guess(office, 6)
    office.clock.move(days=40)
    await guess(office, 6)
    elsewhere = office.visitor("203.0.113.77")
    refused(await sign_in(elsewhere))
    assert (await sign_in(elsewhere, cookie=f"fullhouse_session={token}")).status_code == 201


async def test_who_was_known_and_guesses_has_to_wait_as_well(office: Office) -> None:
    assert (await sign_in(office.visitor("203.0.113.5"))).status_code == 201
    assert await guess(office, 6, "203.0.113.5") == [401] * 5 + [429]


async def test_from_one_address_not_many_accounts_can_be_tried(conninfo: str) -> None:
    async with open_office(conninfo, sign_in_tries_address=7) as office:
        await office.owner()
        emails = [f"person{number}@house.example" for number in range(9)]
        statuses = [(await guess(office, 1, "2001:db8::1", email))[0] for email in emails]
        assert statuses == [401] * 7 + [429] * 2
        refused(await sign_in(office.visitor("2001:db8::ffff")))
        assert (await sign_in(office.visitor("2001:db8:0:1::1"))).status_code == 201


async def test_ones_own_account_opens_no_way_to_try_others(conninfo: str) -> None:
    """A right password takes back its own attempt, and no other."""
    async with open_office(conninfo, sign_in_tries_address=6) as office:
        await office.owner()
        await office.owner("eve@rival.example", await office.rival())
        statuses = []
        for number in range(8):
            await sign_in(office.visitor("198.51.100.7"), "eve@rival.example")
            statuses += await guess(office, 1, email=f"person{number}@house.example")
        assert statuses == [401] * 6 + [429] * 2


async def test_behind_a_proxy_of_ones_own_each_visitor_has_his_address(conninfo: str) -> None:
    async with open_office(conninfo, sign_in_tries_address=3, proxy_addresses="10.0.0.1 10.0.0.2") as office:
        await office.owner()
        forged = "203.0.113.5, 198.51.100.7, 10.0.0.2"
        for number in range(4):
            visitor = office.visitor("10.0.0.1", **{"x-forwarded-for": f"192.0.2.{number}, {forged}"})
            answer = await sign_in(visitor, f"p{number}@house.example", OTHER_PASSWORD)
            assert answer.status_code == (401 if number < 3 else 429)
        visitor = office.visitor("10.0.0.1", **{"x-forwarded-for": "203.0.113.5"})
        await sign_in(visitor)
        assert (await visitor.get("/me/sessions")).json()[0]["address"] == "203.0.113.5"


async def test_what_a_visitor_claims_to_come_from_is_not_believed(office: Office) -> None:
    visitor = office.visitor("198.51.100.7", **{"x-forwarded-for": "203.0.113.5"})
    await sign_in(visitor)
    assert (await visitor.get("/me/sessions")).json()[0]["address"] == "198.51.100.7"


async def test_attempts_are_forgotten_after_a_day(office: Office, conninfo: str) -> None:
    await guess(office, 3)
    office.clock.move(hours=23)
    await guess(office, 1, "198.51.100.8", "other@house.example")
    office.clock.move(hours=1, minutes=1)
    await attempt.forget_old(office.deps)
    assert [one["failures"] for one in rows(conninfo, "SELECT failures FROM sign_in_attempts")] == [1, 1]


async def test_nobody_reads_mail_addresses_out_of_the_attempts(office: Office, conninfo: str) -> None:
    await guess(office, 1)
    for one in rows(conninfo, "SELECT a::text AS text, subject FROM sign_in_attempts a"):
        assert len(one["subject"]) == 32
        assert "house" not in one["text"]
