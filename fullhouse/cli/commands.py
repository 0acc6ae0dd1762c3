"""The commands of `fullhouse`. Every one takes the data folder or a database, and works beside a running server."""

import re
from functools import partial

import click

from fullhouse.actions import installation, reconciliation
from fullhouse.cli import reports
from fullhouse.cli import serve as serving
from fullhouse.cli import worker as working
from fullhouse.cli.command import clear, database_options, finish, given
from fullhouse.cli.demo_command import load_demo
from fullhouse.cli.key_commands import keys
from fullhouse.cli.mail_commands import mail
from fullhouse.cli.organizer_commands import organizers, test_data
from fullhouse.cli.owner_commands import owners
from fullhouse.cli.person_commands import persons
from fullhouse.cli.program import Program, StartError
from fullhouse.cli.ticket_key_commands import ticket_keys

_SEAL = re.compile("[0-9a-fA-F]{64}")


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
@click.option(
    "--worker/--no-worker", default=None, help="Do the background jobs, too (yes); else 'fullhouse worker' does."
)
@database_options
@click.pass_obj
@clear
def serve(program: Program, /, is_open: bool | None, **flags: object) -> None:  # noqa: FBT001 - click calls it
    """Serve the API until Ctrl-C; bookings under way are then finished."""
    serving.serve(program.plan(given(open=is_open, **flags)))


@group.command()
@database_options
@click.pass_obj
@clear
def worker(program: Program, /, **flags: object) -> None:
    """Do the background jobs apart from 'fullhouse serve --no-worker', until Ctrl-C. Several may run at once."""
    options = given(**flags)
    working.work(program.plan(options), partial(program.work, options))


@group.command()
@database_options
@click.pass_obj
@clear
def migrate(program: Program, /, **flags: object) -> None:
    """Bring the database up to date."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            names = await installation.migrate(database)
        click.echo("\n".join(f"applied {name}" for name in names) or "The database is up to date.")

    finish(run())


@group.command()
@click.option("--seal", multiple=True, metavar="HEX", help="A seal of the audit log that was kept; may be repeated.")
@database_options
@click.pass_obj
@clear
def audit(program: Program, /, seal: tuple[str, ...], **flags: object) -> None:
    """Recompute every count from its rows; ends with 1 when something differs."""

    async def run() -> int:
        async with program.open_database(given(**flags)) as database:
            report = await installation.run_audit(database, [bytes.fromhex(one) for one in seal])
        click.echo(f"{report.events} events, {report.bookings} bookings, {report.places_taken} places taken.")
        for organizer_id, end in report.log_ends.items():
            click.echo(f"Audit log of organizer {organizer_id}: {end.position} entries, seal {end.seal.hex()}")
        for difference in report.differences:
            click.echo(
                f"DIFFERENCE  {difference.rule}: event {difference.event_id}, {difference.row}: "
                f"stored {difference.stored}, recomputed {difference.recomputed}"
            )
        click.echo(f"{len(report.differences)} differences." if report.differences else "Everything agrees.")
        return 1 if report.differences else 0

    if any(not _SEAL.fullmatch(one) for one in seal):
        raise StartError("--seal: give a seal as it was shown, 64 hexadecimal digits.")
    finish(run())


@group.command()
@click.option("--repair", is_flag=True, help="Confirm what was paid, and send back what is owed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--days", type=click.IntRange(1, 3_660), default=35, show_default=True, help="Ask about payments so young."
)
@database_options
@click.pass_obj
@clear
def reconcile(program: Program, /, *, repair: bool, as_json: bool, days: int, **flags: object) -> None:
    """Compare tickets, ledger and payment providers; ends with 1 when something does not fit."""

    async def run() -> int:
        async with program.open_deps(given(**flags)) as deps:
            report = await reconciliation.run(deps, days, repair=repair)
        click.echo(reports.reconciliation_json(report) if as_json else reports.reconciliation_text(report))
        return 1 if report.findings or report.unanswered else 0

    finish(run())


group.add_command(load_demo)
group.add_command(keys)
group.add_command(organizers)
group.add_command(owners)
group.add_command(persons)
group.add_command(test_data)
group.add_command(mail)
group.add_command(ticket_keys)
