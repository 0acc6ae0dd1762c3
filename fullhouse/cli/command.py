"""What the commands share: the flags that say where the data is, and how a command ends."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg
from psycopg_pool import PoolTimeout

from fullhouse.actions import acting, organizer
from fullhouse.cli.program import Options, StartError
from fullhouse.rules.actor import Who
from fullhouse.rules.refusals import Refusal
from fullhouse.store.db import DatabaseUnavailable

F = TypeVar("F", bound=Callable[..., Any])


def database_options(command: F) -> F:
    """Add the two flags that say where the data is."""
    command = click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the embedded PostgreSQL.")(
        command
    )
    return click.option("--database-url", metavar="URL", help="Your own PostgreSQL instead of the embedded one.")(
        command
    )


def organizer_option(text: str) -> Callable[[F], F]:
    """Add the flag that names an organizer; without it, it is the first one."""
    return click.option("--organizer", "organizer_id", type=click.UUID, default=organizer.DEFAULT_ID, help=text)


def given(**flags: object) -> Options:
    """Only the flags that were given: the others come from the environment."""
    return {name: value for name, value in flags.items() if value is not None}


def finish(work: Coroutine[Any, Any, int | None]) -> None:
    """Run a command to its end. The audit log knows it as the operator's."""
    command = click.get_current_context().command_path
    with acting.acting_as(Who("operator", None, command, None), command):
        sys.exit(asyncio.run(work) or 0)


def clear(command: F) -> F:
    """Turn what an operator can mend into one line and the exit status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes on whatever the command takes
        try:
            return command(*args, **kwargs)
        except (StartError, DatabaseUnavailable) as error:
            raise click.ClickException(str(error)) from error
        except Refusal as refusal:
            raise click.ClickException(refusal.detail) from refusal
        except psycopg.errors.UndefinedTable as error:
            raise click.ClickException("The database is not up to date. Run 'fullhouse migrate' first.") from error
        except (psycopg.Error, PoolTimeout) as error:
            reason = str(error).strip().splitlines()[0]
            raise click.ClickException(f"The database does not do what it should: {reason}") from error

    return run  # type: ignore[return-value] # the same signature, which mypy can't see through wraps


def name_of(text: str, most: int) -> str:
    """A name as it may be stored. Raises StartError."""
    if not text.strip() or len(text) > most or not text.isprintable():
        raise StartError(f"NAME: give it a name of 1 to {most} printable characters.")
    return text.strip()
