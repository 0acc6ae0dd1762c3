"""API keys: shown once, kept as a hash, good until they are revoked."""

import pytest

from fullhouse.actions import key
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import ApiKeyRequired


async def test_a_key_tells_who_calls_until_it_is_revoked(deps: Deps) -> None:
    text = await key.create(deps.database, "Web shop", deps.clock())
    (shown,) = await key.everything(deps.database)
    assert (await key.live(deps, text)).id == shown.id
    assert await key.revoke(deps.database, shown.id, deps.clock())
    with pytest.raises(ApiKeyRequired):
        await key.live(deps, text)
    assert not await key.revoke(deps.database, shown.id, deps.clock())


@pytest.mark.parametrize("text", ["", "fh_", "fh_guessed", "\udcff", "x" * 10_000])
async def test_a_key_that_was_never_made_opens_nothing(deps: Deps, text: str) -> None:
    await key.create(deps.database, "Web shop", deps.clock())
    with pytest.raises(ApiKeyRequired):
        await key.live(deps, text)


async def test_every_key_is_another_one_and_none_is_in_the_database(deps: Deps) -> None:
    texts = {await key.create(deps.database, "Door", deps.clock()) for _ in range(20)}
    assert len(texts) == 20
    assert all(len(text) >= len("fh_") + 43 for text in texts), "256 random bits in base 64"
    async with deps.database.read() as conn:
        cursor = await conn.execute("SELECT api_keys::text, hash FROM api_keys")
        stored = await cursor.fetchall()
    assert {bytes(hash_) for _, hash_ in stored} == {key.hash_of(text) for text in texts}
    assert not any(text.removeprefix("fh_") in row for row, _ in stored for text in texts)


@pytest.mark.parametrize("key_id", ["", "web shop", "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"])
async def test_a_key_that_is_not_there_cannot_be_revoked(deps: Deps, key_id: str) -> None:
    assert not await key.revoke(deps.database, key_id, deps.clock())


async def test_an_id_may_be_given_in_capital_letters(deps: Deps) -> None:
    await key.create(deps.database, "Door", deps.clock())
    (shown,) = await key.everything(deps.database)
    assert await key.revoke(deps.database, shown.id.upper(), deps.clock())
