"""The last use of keys, written beside the calls: a database that is away delays nobody, and memory stays small."""

import logging
from datetime import timedelta

import pytest

from fullhouse.actions import key, key_use
from fullhouse.actions.deps import Deps
from fullhouse.actions.key_use import PAUSE, KeyUse
from fullhouse.store.db import Database


async def test_a_use_that_cannot_be_written_is_logged_and_lost(
    deps: Deps, conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    use = KeyUse(Database(conninfo, readers_max=1, writers_max=1, wait_seconds_max=1))
    with caplog.at_level(logging.WARNING):
        use.note("0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", deps.clock())
        await use.close()
    assert [one.getMessage() for one in caplog.records] == ["last use of a key not written"]


async def test_a_use_is_written_at_once_and_then_not_for_a_minute(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_use, "KEPT_MAX", 1)
    await key.create(deps.database, "Door", deps.clock())
    await key.create(deps.database, "Web shop", deps.clock())
    first, second = [one.id for one in await key.everything(deps.database)]
    use, now = KeyUse(deps.database), deps.clock()
    for moment, key_id in ((now, first), (now + PAUSE / 2, first), (now + PAUSE / 2, second)):
        use.note(key_id, moment)
        await use.close()
    # The first is forgotten for the second, and PostgreSQL still knows that it was a short while ago.
    use.note(first, now + PAUSE - timedelta(seconds=1))
    await use.close()
    assert [one.last_used_at for one in await key.everything(deps.database)] == [now, now + PAUSE / 2]
