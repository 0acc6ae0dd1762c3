"""A terminal: runs `fullhouse` as an operator does, and sees to it that no traceback ever reaches him."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

FULLHOUSE = Path(sys.executable).with_name("fullhouse")
SECONDS_MAX = 60


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


def fullhouse(*words: str, typed: str = "", **settings: str) -> Done:
    """Run a command to its end; `settings` are environment variables without their prefix.

    `typed` is what comes from a file or another program, not from a terminal.
    """
    done = subprocess.run(
        [FULLHOUSE, *words],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
        input=typed,
        env=environment(**settings),
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def environment(**settings: str) -> dict[str, str]:
    """The environment of a shell in which only these settings are set."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FULLHOUSE_")}
    return plain | {f"FULLHOUSE_{name}": value for name, value in settings.items()}


def refused(*words: str, status: int = 1, **settings: str) -> str:
    """Run a command that must not work, and return the one line that says why."""
    done = fullhouse(*words, **settings)
    assert done.status == status
    assert done.out == ""
    (line,) = done.err.splitlines()
    return line.removeprefix("Error: ")
