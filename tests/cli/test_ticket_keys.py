"""The commands on the keys of tickets."""

import re

import pytest

from tests.cli.terminal import fullhouse, refused


@pytest.mark.parametrize("command", ["", " list", " rotate", " withdraw"])
def test_every_command_says_what_it_does(command: str) -> None:
    done = fullhouse(*f"ticket-keys{command}".split(), "--help")
    assert done.status == 0
    assert re.search(r"\n  [A-Z].+[.:]", done.out), "a sentence about it"


def test_keys_are_rotated_listed_and_withdrawn(conninfo: str) -> None:
    at = ("--database-url", conninfo)
    (first,) = fullhouse("ticket-keys", "list", *at).out.splitlines()
    assert re.fullmatch(r"[0-9a-f]{8}  \d{4}-\d\d-\d\d \d\d:\d\d  signs", first)
    old = first[:8]
    new = fullhouse("ticket-keys", "rotate", *at).out.strip()
    signing, retired = fullhouse("ticket-keys", "list", *at).out.splitlines()
    assert signing.startswith(new)
    assert signing.endswith("signs")
    assert retired.startswith(old)
    assert "believed" in retired
    assert fullhouse("ticket-keys", "withdraw", old, *at) == (0, "Withdrawn.\n", "")
    assert "withdrawn" in fullhouse("ticket-keys", "list", *at).out.splitlines()[1]
    for key_id in (old, new):
        assert fullhouse("ticket-keys", "withdraw", key_id, *at).status == 1
    assert refused("ticket-keys", "withdraw", "x", *at).startswith("ID: ")
