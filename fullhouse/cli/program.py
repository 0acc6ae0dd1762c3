"""What the commands need of the rest of the program; `main` provides it."""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from fullhouse.actions.demo import Walk
from fullhouse.actions.deps import Deps
from fullhouse.store.db import Database

Options: TypeAlias = Mapping[str, Any]
"""Settings given as flags, by their names; what was not given is left out."""


class StartError(Exception):
    """The program can't start; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class ServePlan:
    """How to serve: where, with how many processes, on which database."""

    host: str
    port: int
    workers: int
    is_open: bool
    data_dir: Path
    database_url: str | None
    public_url: str | None
    drain_seconds_max: float
    configure_logs: Callable[[], None]
    hosted_app: str
    environment: Mapping[str, str]
    """Environment of the serving processes, so that they read the same settings."""


@dataclass(frozen=True, slots=True)
class Program:
    """The doors that `main` opens for the commands."""

    open_deps: Callable[[Options], AbstractAsyncContextManager[Deps]]
    open_demo: Callable[[Options], AbstractAsyncContextManager[tuple[Deps, Walk]]]
    open_database: Callable[[Options], AbstractAsyncContextManager[Database]]
    plan: Callable[[Options], ServePlan]
    work: Callable[[Options, str], Coroutine[Any, Any, None]]
    """Does the background jobs on the database of a connection string, until it is cancelled."""
