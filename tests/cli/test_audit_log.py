"""The audit log at the command line: what operators do is in it, and the audit looks for seals that were kept."""

import asyncio

import psycopg
import pytest

from fullhouse.actions import audit_log
from fullhouse.store import organizer
from fullhouse.store.db import Database
from tests.cli.terminal import fullhouse, refused


async def seal(conninfo: str) -> int:
    """Do what the worker does."""
    async with Database.opened(conninfo) as database:
        return await audit_log.seal_all(database)


def test_what_an_operator_does_is_in_the_log(conninfo: str) -> None:
    fullhouse("key", "create", "Till", "--database-url", conninfo)
    with psycopg.connect(conninfo) as conn:
        ((key_id,),) = conn.execute("SELECT id::text FROM api_keys").fetchall()
    fullhouse("key", "revoke", key_id, "--database-url", conninfo)
    fullhouse("organizer", "create", "Ada", "--database-url", conninfo)
    with psycopg.connect(conninfo) as conn:
        found = conn.execute(
            "SELECT actor_kind, actor_name, act, after ->> 'name', organizer_id::text FROM audit_entries ORDER BY at"
        ).fetchall()
        ((ada,),) = conn.execute("SELECT id::text FROM organizers WHERE name = 'Ada'").fetchall()
    assert found == [
        ("operator", "fullhouse key create", "key.creation", "Till", organizer.DEFAULT_ID),
        ("operator", "fullhouse key revoke", "key.revocation", "Till", organizer.DEFAULT_ID),
        ("operator", "fullhouse organizer create", "organizer.creation", "Ada", ada),
    ]


def test_the_audit_shows_the_last_seal_and_finds_that_a_kept_one_is_gone(conninfo: str) -> None:
    for name in ("Till", "Shop"):
        fullhouse("key", "create", name, "--database-url", conninfo)
        assert asyncio.run(seal(conninfo)) == 1
    audited = fullhouse("audit", "--database-url", conninfo)
    assert audited.status == 0
    line = audited.out.splitlines()[1]
    assert line.startswith(f"Audit log of organizer {organizer.DEFAULT_ID}: 2 entries, seal ")
    kept = line.split()[-1]
    assert fullhouse("audit", "--seal", kept.upper(), "--database-url", conninfo) == audited
    with psycopg.connect(conninfo) as conn:
        conn.execute("DELETE FROM audit_entries WHERE position = 2")
        conn.execute("UPDATE audit_chains c SET position = 1, seal = e.seal FROM audit_entries e")
    assert fullhouse("audit", "--database-url", conninfo).status == 0
    found = fullhouse("audit", "--seal", kept, "--database-url", conninfo)
    assert found.status == 1
    assert f"a seal that was kept: stored no entry has it, recomputed {kept}" in found.out


@pytest.mark.parametrize("wrong", ["", "x", "0" * 63, "0" * 65])
def test_what_is_no_seal_is_refused(conninfo: str, wrong: str) -> None:
    assert "64 hexadecimal digits" in refused("audit", "--seal", wrong, "--database-url", conninfo)
