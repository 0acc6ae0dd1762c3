"""The commands of `fullhouse`. Every one takes the data folder or a database, and works beside a running server."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg
from psycopg_pool import PoolTimeout

from fullhouse.actions import demo, installation, key, reconciliation
from fullhouse.cli import reports
from fullhouse.cli import serve as serving
from fullhouse.cli.program import Options, Program, StartError
from fullhouse.store.db import DatabaseUnavailable

F = TypeVar("F", bound=Callable[..., Any])


def _database_options(command: F) -> F:
    """Add the two flags that say where the data is."""
    command = click.option("--data-dir", type=click.Path(path_type=Path), help="Folder of the embedded PostgreSQL.")(
        command
    )
    return click.option("--database-url", metavar="URL", help="Your own PostgreSQL instead of the embedded one.")(
        command
    )


def _given(**flags: object) -> Options:
    """Only the flags that were given: the others come from the environment."""
    return {name: value for name, value in flags.items() if value is not None}


def _finish(work: Coroutine[Any, Any, int | None]) -> None:
    """Run a command to its end."""
    sys.exit(asyncio.run(work) or 0)


def _clear(command: F) -> F:
    """Turn what an operator can mend into one line and the exit status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes on whatever the command takes
        try:
            return command(*args, **kwargs)
        except (StartError, DatabaseUnavailable) as error:
            raise click.ClickException(str(error)) from error
        except psycopg.errors.UndefinedTable as error:
            raise click.ClickException("The database is not up to date. Run 'fullhouse migrate' first.") from error
        except (psycopg.Error, PoolTimeout) as error:
            reason = str(error).strip().splitlines()[0]
            raise click.ClickException(f"The database does not do what it should: {reason}") from error

    return run  # type: ignore[return-value] # the same signature, which mypy can't see through wraps


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="fullhouse", prog_name="fullhouse")
def group() -> None:
    """Full House sells event tickets: every place exactly once.

    Every setting is also an environment variable, FULLHOUSE_PORT for instance; docs/operating.md lists them.
    """


@group.command()
@click.option("--host", help="Address to listen on (127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (8000); 0 takes a free one.")
@click.option("--workers", type=int, help="Serving processes (1).")
@click.option("--open", "is_open", is_flag=True, default=None, help="Playground without keys, for this machine alone.")
@_database_options
@click.pass_obj
@_clear
def serve(program: Program, /, is_open: bool | None, **flags: object) -> None:  # noqa: FBT001 - click calls it
    """Serve the API until Ctrl-C; bookings under way are then finished."""
    serving.serve(program.plan(_given(open=is_open, **flags)))


@group.command()
@_database_options
@click.pass_obj
@_clear
def migrate(program: Program, /, **flags: object) -> None:
    """Bring the database up to date."""

    async def run() -> None:
        async with program.open_database(_given(**flags)) as database:
            names = await installation.migrate(database)
        click.echo("\n".join(f"applied {name}" for name in names) or "The database is up to date.")

    _finish(run())


@group.command()
@_database_options
@click.pass_obj
@_clear
def audit(program: Program, /, **flags: object) -> None:
    """Recompute every count from its rows; ends with 1 when something differs."""

    async def run() -> int:
        async with program.open_database(_given(**flags)) as database:
            report = await installation.run_audit(database)
        click.echo(f"{report.events} events, {report.bookings} bookings, {report.places_taken} places taken.")
        for difference in report.differences:
            click.echo(
                f"DIFFERENCE  {difference.rule}: event {difference.event_id}, {difference.row}: "
                f"stored {difference.stored}, recomputed {difference.recomputed}"
            )
        click.echo(f"{len(report.differences)} differences." if report.differences else "Everything agrees.")
        return 1 if report.differences else 0

    _finish(run())


@group.command()
@click.option("--repair", is_flag=True, help="Confirm what was paid, and send back what is owed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--days", type=click.IntRange(1, 3_660), default=35, show_default=True, help="Ask about payments so young."
)
@_database_options
@click.pass_obj
@_clear
def reconcile(program: Program, /, *, repair: bool, as_json: bool, days: int, **flags: object) -> None:
    """Compare tickets, ledger and payment providers; ends with 1 when something does not fit."""

    async def run() -> int:
        async with program.open_deps(_given(**flags)) as deps:
            report = await reconciliation.run(deps, days, repair=repair)
        click.echo(reports.reconciliation_json(report) if as_json else reports.reconciliation_text(report))
        return 1 if report.findings or report.unanswered else 0

    _finish(run())


@group.command(name="demo")
@_database_options
@click.pass_obj
@_clear
def load_demo(program: Program, /, **flags: object) -> None:
    """Load a believable set of events with bookings. Again: nothing is added twice."""

    async def run() -> None:
        async with program.open_deps(_given(**flags)) as deps:
            loaded = await demo.load(deps)
        click.echo(f"{loaded.events} events and {loaded.bookings} bookings are there.")

    _finish(run())


@group.group(name="key")
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command(name="create")
@click.argument("name")
@_database_options
@click.pass_obj
@_clear
def create_key(program: Program, /, name: str, **flags: object) -> None:
    """Make an API key and print it once; only a hash of it is kept."""

    async def run() -> None:
        async with program.open_database(_given(**flags)) as database:
            text = await key.create(database, name, datetime.now(UTC))
        click.echo(text)
        click.echo("Keep it: it can't be shown again. Send it as 'Authorization: Bearer KEY'.", err=True)

    if not name.strip() or len(name) > key.NAME_LENGTH_MAX or not name.isprintable():
        raise StartError(f"NAME: give the key a name of 1 to {key.NAME_LENGTH_MAX} printable characters.")
    _finish(run())


@keys.command(name="list")
@_database_options
@click.pass_obj
@_clear
def list_keys(program: Program, /, **flags: object) -> None:
    """List all API keys, without what opens anything."""

    async def run() -> None:
        async with program.open_database(_given(**flags)) as database:
            found = await key.everything(database)
        for one in found:
            state = f"revoked {one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else "live"
            click.echo(f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {state}  {one.name}")
        if not found:
            click.echo("There are no keys yet.")

    _finish(run())


@keys.command(name="revoke")
@click.argument("key_id", metavar="ID")
@_database_options
@click.pass_obj
@_clear
def revoke_key(program: Program, /, key_id: str, **flags: object) -> None:
    """End a key for good; ID is from 'fullhouse key list'."""

    async def run() -> int:
        async with program.open_database(_given(**flags)) as database:
            was_live = await key.revoke(database, key_id, datetime.now(UTC))
        click.echo("Revoked." if was_live else "There is no such live key; see 'fullhouse key list'.", err=not was_live)
        return 0 if was_live else 1

    _finish(run())
