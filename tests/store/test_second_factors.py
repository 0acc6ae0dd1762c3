"""Second factors in the database: each code and each challenge is used once, whoever comes at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fullhouse.rules.passkey import Passkey
from fullhouse.store import challenge, openid_sign_in, passkey, recovery_code, second_factor, totp
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.openid_sign_in import OpenidSignIn
from fullhouse.store.totp import Totp
from tests.store.rows import NOW, Rows, new_id

LATER = NOW + timedelta(minutes=5)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
async def person(rows: Rows) -> str:
    return await new_person(rows, "ann@example.org")


async def new_person(rows: Rows, email: str) -> str:
    person_id = new_id()
    await rows.run(
        "INSERT INTO persons (id, email, email_key, name, created_at) VALUES (%s, %s, %s, 'Ann', %s)",
        person_id,
        email,
        email,
        NOW,
    )
    return person_id


async def race(database: Database, work: Callable[[WriteConn], Awaitable[bool]]) -> list[bool]:
    """Two do the same at the same moment."""

    async def one() -> bool:
        async with database.write() as conn:
            return await work(conn)

    return sorted(await asyncio.gather(one(), one()))


async def test_an_app_is_in_use_once_it_is_confirmed(database: Database, person: str) -> None:
    async with database.write() as conn:
        assert await totp.find(conn, person) is None
        assert await totp.begin(conn, person, "OLD", NOW)
        assert await totp.begin(conn, person, SECRET, NOW)
        assert not await totp.use(conn, person, SECRET, 7)
        assert not await totp.confirm(conn, person, "OLD", 7, NOW)
        assert await totp.confirm(conn, person, SECRET, 7, NOW)
        assert await totp.find(conn, person) == Totp(SECRET, NOW, 7)
        assert not await totp.confirm(conn, person, SECRET, 8, NOW)
        assert not await totp.begin(conn, person, "NEW", NOW)
        assert await totp.delete(conn, person)
        assert not await totp.delete(conn, person)
        assert await totp.begin(conn, person, "NEW", NOW)


async def test_of_two_with_the_same_code_one_uses_it(conninfo: str, person: str) -> None:
    writers = Database(conninfo, readers_max=1, writers_max=2, wait_seconds_max=10)
    await writers.open()
    async with writers.write() as conn:
        await totp.begin(conn, person, SECRET, NOW)
        await totp.confirm(conn, person, SECRET, 7, NOW)
        await recovery_code.replace(conn, person, [b"one", b"two"])
    assert await race(writers, lambda conn: totp.use(conn, person, SECRET, 8)) == [False, True]
    assert await race(writers, lambda conn: recovery_code.use(conn, person, b"one", NOW)) == [False, True]
    async with writers.write() as conn:
        assert not await totp.use(conn, person, SECRET, 7)
        assert not await totp.use(conn, person, "OTHER", 9)
        assert await totp.use(conn, person, SECRET, 9)
    await writers.close()


async def test_recovery_codes_are_used_once_and_replaced_together(database: Database, rows: Rows, person: str) -> None:
    other = await new_person(rows, "ben@example.org")
    async with database.write() as conn:
        await recovery_code.replace(conn, person, [b"one", b"two"])
        assert await recovery_code.use(conn, person, b"one", NOW)
        assert not await recovery_code.use(conn, person, b"one", NOW)
        assert not await recovery_code.use(conn, other, b"two", NOW)
        await recovery_code.replace(conn, person, [b"three"])
        assert not await recovery_code.use(conn, person, b"two", NOW)
        await recovery_code.delete(conn, person)
        assert not await recovery_code.use(conn, person, b"three", NOW)


def passkey_of(person_id: str, credential_id: bytes, sign_count: int = 1) -> Passkey:
    return Passkey(new_id(), person_id, credential_id, b"key", sign_count, "Phone", ("hybrid", "usb"), NOW, None)


async def test_a_passkey_is_found_by_its_credential_and_its_person(database: Database, rows: Rows, person: str) -> None:
    other = await new_person(rows, "ben@example.org")
    one, two = passkey_of(person, b"one"), passkey_of(person, b"two", 0)
    async with database.write() as conn:
        assert await passkey.insert(conn, one)
        assert await passkey.insert(conn, two)
        assert not await passkey.insert(conn, passkey_of(other, b"one"))
        assert await passkey.of_person(conn, person) == [one, two]
        assert await passkey.of_person(conn, other) == []
        assert await passkey.find(conn, b"two") == two
        assert await passkey.find(conn, b"three") is None
        assert not await passkey.delete(conn, other, one.id)
        assert await passkey.delete(conn, person, one.id)
        assert await passkey.of_person(conn, person) == [two]


async def test_the_count_of_a_passkey_only_goes_up(database: Database, person: str) -> None:
    one, uncounted = passkey_of(person, b"one"), passkey_of(person, b"two", 0)
    async with database.write() as conn:
        await passkey.insert(conn, one)
        await passkey.insert(conn, uncounted)
        assert await passkey.use(conn, one.id, 2, LATER)
        assert not await passkey.use(conn, one.id, 2, LATER)
        assert not await passkey.use(conn, one.id, 0, LATER)
        assert await passkey.use(conn, uncounted.id, 0, LATER)
        assert await passkey.use(conn, uncounted.id, 0, LATER)
        assert await passkey.find(conn, b"one") == one._replace(sign_count=2, last_used_at=LATER)


async def test_a_challenge_is_for_one_purpose_one_person_and_once(database: Database, person: str, rows: Rows) -> None:
    other = await new_person(rows, "ben@example.org")
    async with database.write() as conn:
        await challenge.add(conn, b"one", "registration", person, LATER)
        await challenge.add(conn, b"two", "sign_in", None, LATER)
        assert not await challenge.take(conn, b"one", "second_factor", person, NOW)
        assert not await challenge.take(conn, b"one", "registration", other, NOW)
        assert not await challenge.take(conn, b"one", "sign_in", None, NOW)
        assert not await challenge.take(conn, b"one", "registration", person, LATER)
        assert not await challenge.take(conn, b"two", "sign_in", person, NOW)
        assert await challenge.take(conn, b"one", "registration", person, NOW)
        assert not await challenge.take(conn, b"one", "registration", person, NOW)
        assert await challenge.take(conn, b"two", "sign_in", None, NOW)


async def test_a_sign_in_comes_back_from_the_provider_once(database: Database) -> None:
    begun = OpenidSignIn("nonce", "verifier")
    async with database.write() as conn:
        await openid_sign_in.add(conn, b"state", begun, LATER)
        assert await openid_sign_in.take(conn, b"other", NOW) is None
        assert await openid_sign_in.take(conn, b"state", LATER) is None
        assert await openid_sign_in.take(conn, b"state", NOW) == begun
        assert await openid_sign_in.take(conn, b"state", NOW) is None


async def test_what_came_to_nothing_is_forgotten(database: Database, rows: Rows) -> None:
    async with database.write() as conn:
        for name, until in ((b"old", NOW), (b"new", LATER)):
            await challenge.add(conn, name, "sign_in", None, until)
            await openid_sign_in.add(conn, name, OpenidSignIn("nonce", "verifier"), until)
        await challenge.forget(conn, NOW)
        await openid_sign_in.forget(conn, NOW)
    assert await rows.all("SELECT challenge FROM web_authn_challenges") == [(b"new",)]
    assert await rows.all("SELECT state_hash FROM openid_sign_ins") == [(b"new",)]


async def test_recovery_codes_stand_in_for_another_factor_and_are_none_alone(database: Database, person: str) -> None:
    async with database.write() as conn:
        await recovery_code.replace(conn, person, [b"one"])
        await totp.begin(conn, person, SECRET, NOW)
        assert await second_factor.of_person(conn, person) == []
        await totp.confirm(conn, person, SECRET, 7, NOW)
        assert await second_factor.of_person(conn, person) == ["totp", "recovery_code"]
        await passkey.insert(conn, passkey_of(person, b"one"))
        await recovery_code.use(conn, person, b"one", NOW)
        assert await second_factor.of_person(conn, person) == ["totp", "passkey"]
        await totp.delete(conn, person)
        assert await second_factor.of_person(conn, person) == ["passkey"]


async def test_all_factors_of_one_person_are_removed_at_once(database: Database, rows: Rows, person: str) -> None:
    other = await new_person(rows, "ben@example.org")
    async with database.write() as conn:
        for one in (person, other):
            await totp.begin(conn, one, SECRET, NOW)
            await totp.confirm(conn, one, SECRET, 7, NOW)
            await passkey.insert(conn, passkey_of(one, one.encode()))
            await recovery_code.replace(conn, one, [b"one"])
        assert await second_factor.delete_all(conn, person) == 2
        assert await second_factor.delete_all(conn, person) == 0
        assert not await recovery_code.use(conn, person, b"one", NOW)
        assert await second_factor.of_person(conn, other) == ["totp", "passkey", "recovery_code"]
