"""The commands, run in real processes against a real database."""

import asyncio
import re
import subprocess
import sys
from importlib.metadata import version

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from fullhouse.store.embedded import Embedded
from fullhouse.store.migrations import known
from tests.cast import assert_clean
from tests.cli.terminal import fullhouse
from tests.store.rows import database_made

COMMANDS = [
    *([], ["serve"], ["migrate"], ["audit"], ["demo"]),
    *(["key"], ["key", "create"], ["key", "list"], ["owner", "create"]),
]


def test_the_version_is_that_of_the_package() -> None:
    assert fullhouse("--version") == (0, f"fullhouse, version {version('fullhouse')}\n", "")


def test_a_command_is_there_without_loading_what_serves() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, fullhouse.main; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"fastapi", "fullhouse.web.app"} & set(loaded.stdout.split())


@pytest.mark.parametrize("command", [*COMMANDS, ["key", "revoke"]], ids=" ".join)
def test_every_command_says_what_it_does_and_where_the_data_may_be(command: list[str]) -> None:
    done = fullhouse(*command, "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: fullhouse {' '.join(command)}".rstrip())
    assert re.search(r"\n  [A-Z].+[.:]", done.out), "a sentence about it"
    if command not in ([], ["key"]):
        assert "--data-dir" in done.out
        assert "--database-url" in done.out


def test_migrating_twice_says_what_was_done_and_then_that_there_is_nothing_to_do(embedded: Embedded) -> None:
    with database_made(embedded, "fullhouse_terminal") as blank:
        first = fullhouse("migrate", "--database-url", blank)
        assert first.status == 0
        assert all(name in first.out for name in known())
        assert fullhouse("migrate", "--database-url", blank) == (0, "The database is up to date.\n", "")


def test_the_demo_keeps_away_from_what_is_real_unless_it_is_told_to_come(conninfo: str) -> None:
    with psycopg.connect(conninfo) as conn:
        conn.execute(
            "INSERT INTO persons (id, email, email_key, name, created_at) "
            "VALUES (%s, 'a@b.example', 'a@b.example', 'A', now())",
            ["0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"],
        )
    refused = fullhouse("demo", "--database-url", conninfo)
    assert refused.status == 1
    assert "--into-existing" in refused.err


def test_the_database_can_be_given_in_the_environment(conninfo: str) -> None:
    assert fullhouse("audit", DATABASE_URL=conninfo).status == 0


def test_the_audit_of_an_empty_house_is_clean(conninfo: str) -> None:
    done = fullhouse("audit", "--database-url", conninfo)
    assert done == (0, "0 events, 0 bookings, 0 places taken.\nEverything agrees.\n", "")


def test_the_demo_is_there_once_however_often_it_is_loaded_and_the_audit_finds_what_was_broken(conninfo: str) -> None:
    first = fullhouse("demo", "--database-url", conninfo)
    assert first.status == 0
    counts, told = first.out.split("\n", 1)
    assert re.search(r"\b[\d,]+ bookings, .*\b24 events", counts)
    assert "nora@northlight.example (owner)" in told
    assert re.search(r"with the password \S{16}\n", told)
    again = fullhouse("demo", "--database-url", conninfo)
    assert again == (0, f"{counts}\nThe demo was there already; nothing was added.\n", "")
    audited = fullhouse("audit", "--database-url", conninfo)
    assert audited.status == 0
    asyncio.run(assert_clean(conninfo))
    with psycopg.connect(conninfo) as conn:
        (event_id,) = conn.execute("SELECT event_id::text FROM houses WHERE taken = capacity LIMIT 1").fetchone() or (
            "",
        )
        conn.execute("UPDATE houses SET taken = taken - 1 WHERE event_id = %s", [event_id])
    broken = fullhouse("audit", "--database-url", conninfo)
    assert broken.status == 1
    (line,) = [line for line in broken.out.splitlines() if line.startswith("DIFFERENCE  ")]
    assert re.search(rf"confirmed bookings: event {event_id}, taken: stored \d+, recomputed \d+$", line)
    assert broken.out.endswith("1 differences.\n")


def test_a_key_is_shown_once_listed_without_what_opens_and_revoked(conninfo: str) -> None:
    made = fullhouse("key", "create", "Wéb shop", "--database-url", conninfo)
    assert made.status == 0
    text = made.out.strip()
    assert re.fullmatch(r"fh_[\w-]{43}", text), "standard output has the key alone, for a script to take"
    assert "can't be shown again" in made.err

    dump = stored(conninfo)
    assert text not in dump
    assert text.removeprefix("fh_") not in dump

    listed = fullhouse("key", "list", "--database-url", conninfo)
    assert listed.status == 0
    assert text.removeprefix("fh_") not in listed.out
    line = r"([0-9a-f-]{36})  \d{4}-\d\d-\d\d \d\d:\d\d  live  never used  manage,read,sell  [0-9a-f-]{36}  Wéb shop\n"
    found = re.fullmatch(line, listed.out)
    assert found
    assert fullhouse("key", "revoke", found[1], "--database-url", conninfo) == (0, "Revoked.\n", "")
    assert "  revoked " in fullhouse("key", "list", "--database-url", conninfo).out
    again = fullhouse("key", "revoke", found[1], "--database-url", conninfo)
    assert (again.status, again.out) == (1, "")
    assert again.err == "There is no such live key; see 'fullhouse key list'.\n"


def stored(conninfo: str) -> str:
    with psycopg.connect(conninfo) as conn:
        rows = conn.execute("SELECT api_keys::text, encode(hash, 'escape') FROM api_keys").fetchall()
    assert len(rows) == 1
    return str(rows)


def test_a_house_without_keys_says_so(conninfo: str) -> None:
    assert fullhouse("key", "list", "--database-url", conninfo) == (0, "There are no keys yet.\n", "")


def test_a_url_is_as_good_as_a_connection_string(conninfo: str) -> None:
    given = conninfo_to_dict(conninfo)
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}&port={given['port']}"
    assert fullhouse("audit", "--database-url", url).status == 0
