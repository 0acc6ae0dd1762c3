"""What an operator gets wrong stops the start with one clear line, and never with a traceback."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.store.embedded import Embedded
from tests.cli.terminal import fullhouse, refused
from tests.store.rows import database_made

SECRET = "s3cret"
NOWHERE = f"postgresql://fullhouse:{SECRET}@127.0.0.1:1/fullhouse"
BEHIND = "The database is not up to date. Run 'fullhouse migrate'"


@pytest.fixture
def blank(embedded: Embedded) -> Iterator[str]:
    """A database that was never migrated."""
    with database_made(embedded, "fullhouse_never_migrated") as conninfo:
        yield conninfo


@pytest.fixture
def visitor(embedded: Embedded) -> Iterator[str]:
    """A role of PostgreSQL that may connect, and nothing else."""
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as conn:
        conn.execute("CREATE ROLE visitor LOGIN")
        yield "visitor"
        conn.execute("DROP ROLE visitor")


@pytest.mark.parametrize("command", [["serve"], ["audit"], ["migrate"], ["demo"], ["key", "list"]], ids=" ".join)
def test_a_wrong_value_stops_every_command(command: list[str]) -> None:
    line = refused(*command, "--database-url", NOWHERE, PORT="abc")
    assert line.startswith("FULLHOUSE_PORT: ")
    assert "'abc'" in line


def test_a_misspelt_setting_is_told_with_the_right_name() -> None:
    assert refused("serve", PROT="1") == "FULLHOUSE_PROT: there is no such setting; did you mean FULLHOUSE_PORT?"


@pytest.mark.parametrize(
    ("flags", "setting"),
    [(["--workers", "0"], "WORKERS"), (["--workers", "65"], "WORKERS"), (["--port", "65536"], "PORT")],
)
def test_a_flag_out_of_range_is_told_by_its_setting(flags: list[str], setting: str) -> None:
    assert refused("serve", *flags).startswith(f"FULLHOUSE_{setting}: ")


@pytest.mark.parametrize(
    "words", [["serve", "--port", "abc"], ["serve", "--prot", "1"], ["sevre"], ["key", "create"], ["audit", "extra"]]
)
def test_a_flag_or_a_command_that_does_not_exist_is_told_with_the_usage(words: list[str]) -> None:
    done = fullhouse(*words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: fullhouse")
    assert re.search(r"^Error: .+", done.err, re.MULTILINE)


@pytest.mark.parametrize("command", [["serve"], ["audit"], ["migrate"], ["demo"], ["key", "create", "x"]], ids=" ".join)
def test_a_database_that_cannot_be_reached_is_told(command: list[str]) -> None:
    line = refused(*command, "--database-url", NOWHERE, PORT="0")
    assert line.startswith("The database can't be reached: ")
    assert "Connection refused" in line, "not only that it is so, but why"
    assert SECRET not in line


def test_a_database_that_does_not_exist_is_told(embedded: Embedded) -> None:
    url = make_conninfo(embedded.running.conninfo, dbname="no_such_database")
    assert '"no_such_database" does not exist' in refused("audit", "--database-url", url)


@pytest.mark.parametrize("command", [["audit"], ["serve"]], ids=" ".join)
@pytest.mark.parametrize(
    "url",
    [
        f"http://fullhouse:{SECRET}@127.0.0.1/",
        f"fullhouse:{SECRET}@127.0.0.1",
        f"postgresql://fullhouse:{SECRET}@127.0.0.1:abc/x",
        f"nonsense=1 password={SECRET}",
    ],
)
def test_a_database_url_that_is_none_is_told_without_its_password(command: list[str], url: str) -> None:
    line = refused(*command, "--database-url", url, PORT="0")
    assert "database" in line.lower()
    assert SECRET not in line


@pytest.mark.parametrize("command", [["migrate"], ["audit"], ["demo"], ["key", "list"]], ids=" ".join)
def test_a_role_that_may_not_do_it_is_told(conninfo: str, visitor: str, command: list[str]) -> None:
    line = refused(*command, "--database-url", make_conninfo(conninfo, user=visitor))
    assert "permission denied" in line


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["audit"], ["demo"], ["key", "list"], ["key", "create", "x"]], ids=" ".join
)
def test_a_database_that_was_not_migrated_is_told_with_what_to_do(blank: str, command: list[str]) -> None:
    assert refused(*command, "--database-url", blank).startswith(BEHIND)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - that it is refused is the point
def test_the_open_playground_listens_on_this_machine_alone(host: str) -> None:
    line = refused("serve", "--open", "--host", host, "--database-url", NOWHERE)
    assert line == f"--open is for this machine alone: it can't listen on {host}. Leave out --host or --open."


def test_a_port_that_is_taken_is_told(conninfo: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("serve", "--port", str(port), "--database-url", conninfo)
    assert line.startswith(f"Can't listen on 127.0.0.1:{port}: Address already in use.")


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "not a host", "::ffff:zz"])
def test_an_address_that_is_not_ours_is_told(conninfo: str, host: str) -> None:
    assert refused("serve", "--host", host, "--port", "0", "--database-url", conninfo).startswith("Can't listen on ")


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    for command in (["audit"], ["serve", "--port", "0"]):
        line = refused(*command, "--data-dir", str(tmp_path / "letter"))
        assert str(tmp_path / "letter") in line


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "two\nlines"])
def test_a_key_needs_a_name_that_can_be_shown(conninfo: str, name: str) -> None:
    assert refused("key", "create", name, "--database-url", conninfo).startswith("NAME: give it a name")


@pytest.mark.parametrize("key_id", ["rubbish", "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"])
def test_a_key_that_is_not_there_cannot_be_revoked(conninfo: str, key_id: str) -> None:
    line = refused("key", "revoke", key_id, "--database-url", conninfo)
    assert line == "There is no such live key; see 'fullhouse key list'."
