"""`fullhouse owner create`: the password comes from a terminal or from a file, and never from the command line."""

import os
import pty
import subprocess

import psycopg
import pytest

from tests.cli.terminal import FULLHOUSE, Done, environment, fullhouse

PASSWORD = "a tram to the harbour"
OWNER = ("--email", "olga@house.example", "--name", "Olga Owner")


def members(conninfo: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(conninfo) as conn:
        return conn.execute(
            """
            SELECT p.email, o.name, m.role FROM members m JOIN persons p ON p.id = m.person_id
            JOIN organizers o ON o.id = m.organizer_id ORDER BY o.name
            """
        ).fetchall()


def create(conninfo: str, *words: str, typed: str = PASSWORD + "\n") -> Done:
    return fullhouse("owner", "create", *words, "--database-url", conninfo, typed=typed)


def test_an_owner_is_made_with_a_password_from_a_file(conninfo: str) -> None:
    done = create(conninfo, *OWNER)
    assert done == (0, "Olga Owner <olga@house.example> is an owner now.\n", "")
    assert members(conninfo) == [("olga@house.example", "Box office", "owner")]
    with psycopg.connect(conninfo) as conn:
        (kept,) = conn.execute("SELECT password_hash FROM persons").fetchone() or ("",)
    assert kept.startswith("$argon2id$")


def test_an_owner_of_another_organizer_is_made(conninfo: str) -> None:
    organizer_id = fullhouse("organizer", "create", "Red Room", "--database-url", conninfo).out.strip()
    assert create(conninfo, *OWNER).status == 0
    assert create(conninfo, *OWNER, "--organizer", organizer_id).status == 0
    assert [name for _, name, _ in members(conninfo)] == ["Box office", "Red Room"]


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (OWNER, "", "at least 12"),
        (OWNER, "Password1234\n", "among the first"),
        (("--email", "nonsense", "--name", "Olga"), PASSWORD, "--email"),
        (("--email", "olga@house.example", "--name", " "), PASSWORD, "NAME"),
        ((*OWNER, "--organizer", "01900000-0000-7000-8000-000000000000"), PASSWORD, "no such organizer"),
    ],
)
def test_what_can_not_be_done_is_told_in_one_line(conninfo: str, words: tuple[str, ...], typed: str, told: str) -> None:
    done = create(conninfo, *words, typed=typed)
    assert (done.status, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert told in line
    assert members(conninfo) == []


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(conninfo: str) -> None:
    ours, theirs = pty.openpty()
    command = [str(FULLHOUSE), "owner", "create", *OWNER, "--database-url", conninfo]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=environment()
    )
    os.close(theirs)
    shown = b""
    for question in (b"Password:", b"confirmation:"):
        while question not in shown:
            shown += os.read(ours, 1_024)
        os.write(ours, f"{PASSWORD}\n".encode())
    while b"is an owner now" not in shown:
        shown += os.read(ours, 1_024)
    assert process.wait(30) == 0
    os.close(ours)
    assert PASSWORD.encode() not in shown
    assert members(conninfo) == [("olga@house.example", "Box office", "owner")]
