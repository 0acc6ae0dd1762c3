"""The commands on API keys."""

from datetime import UTC, datetime
from uuid import UUID

import click

from fullhouse.actions import key
from fullhouse.actions.key import KeyTerms
from fullhouse.cli.command import clear, database_options, finish, given, name_of, organizer_option
from fullhouse.cli.program import Program
from fullhouse.rules.permission import OF_SCOPE, Scope
from fullhouse.store.key import ApiKey


@click.group(name="key")
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command(name="create")
@click.argument("name")
@click.option(
    *("--scope", "scopes"),
    type=click.Choice(list(OF_SCOPE)),
    multiple=True,
    default=key.ALL_EVENTS.scopes,
    help="What it may do, several times if need be (read, sell and manage).",
)
@click.option("--event", "event_ids", type=click.UUID, multiple=True, help="The only events it is good for (all).")
@click.option("--expires", "expires_at", type=click.DateTime(), help="Until when it is good, in UTC (for good).")
@organizer_option("Whose it is (the first organizer's).")
@click.option("--test", "is_test", is_flag=True, help="For tests: with events and bookings of its own.")
@database_options
@click.pass_obj
@clear
def create_key(
    program: Program,
    /,
    name: str,
    *,
    scopes: tuple[Scope, ...],
    event_ids: tuple[UUID, ...],
    expires_at: datetime | None,
    organizer_id: UUID,
    is_test: bool,
    **flags: object,
) -> None:
    """Make an API key and print it once; only a hash of it is kept."""
    name = name_of(name, key.NAME_LENGTH_MAX)
    limits = tuple(sorted({str(one) for one in event_ids})) or None
    until = None if expires_at is None else expires_at.replace(tzinfo=UTC)
    terms = KeyTerms(tuple(sorted(set(scopes))), limits, until, is_test)

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            text = await key.create(database, name, datetime.now(UTC), terms, str(organizer_id))
        click.echo(text)
        click.echo("Keep it: it can't be shown again. Send it as 'Authorization: Bearer KEY'.", err=True)

    finish(run())


@keys.command(name="list")
@database_options
@click.pass_obj
@clear
def list_keys(program: Program, /, **flags: object) -> None:
    """List all API keys, without what opens anything."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            found = await key.everything(database)
        for one in found:
            click.echo(_line(one))
        if not found:
            click.echo("There are no keys yet.")

    finish(run())


def _line(one: ApiKey) -> str:
    state = "live"
    if one.revoked_at:
        state = f"revoked {one.revoked_at:%Y-%m-%d %H:%M}"
    elif one.expires_at:
        state = f"expires {one.expires_at:%Y-%m-%d %H:%M}"
    used = f"used {one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never used"
    limits = f" of {len(one.event_ids)} events" if one.event_ids else ""
    mode = "test " if one.is_test else ""
    scopes = f"{mode}{','.join(one.scopes)}{limits}"
    return f"{one.id}  {one.created_at:%Y-%m-%d %H:%M}  {state}  {used}  {scopes}  {one.organizer_id}  {one.name}"


@keys.command(name="revoke")
@click.argument("key_id", metavar="ID")
@database_options
@click.pass_obj
@clear
def revoke_key(program: Program, /, key_id: str, **flags: object) -> None:
    """End a key for good; ID is from 'fullhouse key list'."""

    async def run() -> int:
        async with program.open_database(given(**flags)) as database:
            was_live = await key.revoke(database, key_id, datetime.now(UTC))
        click.echo("Revoked." if was_live else "There is no such live key; see 'fullhouse key list'.", err=not was_live)
        return 0 if was_live else 1

    finish(run())
