"""The commands on organizers and on the data of their tests."""

from datetime import UTC, datetime

import click

from fullhouse.actions import organizer, wiping
from fullhouse.cli.command import clear, database_options, finish, given, name_of, organizer_option
from fullhouse.cli.program import Program
from fullhouse.rules.organizer import Language


@click.group(name="organizer")
def organizers() -> None:
    """Make and list organizers."""


@organizers.command(name="create")
@click.argument("name")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True, help="Of its mails.")
@database_options
@click.pass_obj
@clear
def create_organizer(program: Program, /, name: str, language: Language, **flags: object) -> None:
    """Make an organizer and print its id."""
    name = name_of(name, organizer.NAME_LENGTH_MAX)

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            made = await organizer.create_at(database, name, language, datetime.now(UTC))
        click.echo(made.id)

    finish(run())


@organizers.command(name="list")
@database_options
@click.pass_obj
@clear
def list_organizers(program: Program, /, **flags: object) -> None:
    """List all organizers, each before the one for its tests."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            for one in await organizer.everything(database):
                mode = f"for tests of {one.test_of}" if one.test_of else "live"
                click.echo(f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {one.language}  {mode}  {one.name}")

    finish(run())


@click.group(name="test-data")
def test_data() -> None:
    """What was made with API keys for tests."""


@test_data.command(name="wipe")
@organizer_option("Whose tests (the first organizer's).")
@database_options
@click.pass_obj
@clear
def wipe(program: Program, /, organizer_id: object, **flags: object) -> None:
    """Delete all events of an organizer's tests with all that belongs to them. Broken off, it goes on the next time."""

    async def run() -> None:
        total, is_done = 0, False
        async with program.open_database(given(**flags)) as database:
            while not is_done:
                deleted, is_done = await wiping.wipe(database, str(organizer_id), wiping.STEPS_A_CALL)
                total += deleted
        click.echo(f"{total} rows deleted.")

    finish(run())
