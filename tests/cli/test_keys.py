"""The commands on organizers, on keys with limits, and on what was tried out."""

import re

import pytest

from tests.cli.terminal import fullhouse, refused

EVENT = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


@pytest.mark.parametrize("command", ["organizer", "organizer create", "organizer list", "test-data", "test-data wipe"])
def test_every_command_says_what_it_does(command: str) -> None:
    done = fullhouse(*command.split(), "--help")
    assert done.status == 0
    assert re.search(r"\n  [A-Z].+[.:]", done.out), "a sentence about it"


def test_an_organizer_is_made_and_has_keys_of_its_own_with_scopes_and_an_end(conninfo: str) -> None:
    made = fullhouse("organizer", "create", "Zoë", "--language", "de", "--database-url", conninfo)
    assert made.status == 0
    zoe = made.out.strip()
    terms = ("--scope", "sell", "--scope", "read", "--expires", "2099-01-01", "--organizer", zoe)
    assert fullhouse("key", "create", "Box", *terms, "--database-url", conninfo).out.startswith("fh_")
    test_key = fullhouse("key", "create", "Trial", "--organizer", zoe, "--test", "--database-url", conninfo)
    assert re.fullmatch(r"fh_test_[\w-]{43}\n", test_key.out)
    organizers = fullhouse("organizer", "list", "--database-url", conninfo).out.splitlines()
    assert [line.split("  ")[2:] for line in organizers] == [
        ["en", "live", "Box office"],
        ["de", "live", "Zoë"],
        ["de", f"for tests of {zoe}", "Zoë"],
    ]
    box, trial = fullhouse("key", "list", "--database-url", conninfo).out.splitlines()
    assert box.split("  ")[2:] == ["expires 2099-01-01 00:00", "never used", "read,sell", zoe, "Box"]
    place = organizers[2].split("  ")[0]
    assert trial.split("  ")[2:] == ["live", "never used", "test manage,read,sell", place, "Trial"]


def test_what_was_tried_out_is_wiped(conninfo: str) -> None:
    assert fullhouse("test-data", "wipe", "--database-url", conninfo) == (0, "0 rows deleted.\n", "")
    line = refused("test-data", "wipe", "--organizer", EVENT, "--database-url", conninfo)
    assert line == "There is no such organizer."


def test_a_key_that_can_not_be_made_is_refused_in_one_line(conninfo: str) -> None:
    create = ("key", "create", "Door", "--database-url", conninfo)
    assert refused(*create, "--event", EVENT) == "event_ids: the organizer has no such event."
    assert refused(*create, "--expires", "2001-01-01") == "expires_at: must be in the future."
    assert refused(*create, "--organizer", EVENT) == "There is no such organizer."
    assert refused("organizer", "create", "", "--database-url", conninfo).startswith("NAME: ")
    assert fullhouse(*create, "--scope", "own").status == 2
