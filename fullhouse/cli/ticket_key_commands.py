"""The commands on the keys that tickets are signed with."""

import re
from datetime import UTC, datetime

import click

from fullhouse.actions import ticket_key
from fullhouse.cli.command import clear, database_options, finish, given
from fullhouse.cli.program import Program, StartError
from fullhouse.store.ticket_key import TicketKey

_KEY_ID = re.compile("[0-9a-f]{8}")


@click.group(name="ticket-keys")
def ticket_keys() -> None:
    """List, rotate and withdraw the keys that tickets are signed with."""


@ticket_keys.command(name="list")
@database_options
@click.pass_obj
@clear
def list_ticket_keys(program: Program, /, **flags: object) -> None:
    """List all keys, the one that signs first, without their private parts."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            for one in await ticket_key.everything(database):
                click.echo(_line(one))

    finish(run())


@ticket_keys.command(name="rotate")
@database_options
@click.pass_obj
@clear
def rotate_ticket_keys(program: Program, /, **flags: object) -> None:
    """Let a new key sign from now on, and print its id. Tickets that the old one signed are still good."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database:
            made = await ticket_key.rotate(database, datetime.now(UTC))
        click.echo(made.key_id.hex())

    finish(run())


@ticket_keys.command(name="withdraw")
@click.argument("key_id", metavar="ID")
@database_options
@click.pass_obj
@clear
def withdraw_ticket_key(program: Program, /, key_id: str, **flags: object) -> None:
    """Let nothing be good any more that a key has signed which was rotated out: its buyers have to fetch new codes."""
    if not _KEY_ID.fullmatch(key_id):
        raise StartError("ID: eight digits from 'fullhouse ticket-keys list'.")

    async def run() -> int:
        async with program.open_database(given(**flags)) as database:
            was_believed = await ticket_key.withdraw(database, bytes.fromhex(key_id), datetime.now(UTC))
        click.echo(
            "Withdrawn." if was_believed else "There is no such key that was rotated out and is believed.",
            err=not was_believed,
        )
        return 0 if was_believed else 1

    finish(run())


def _line(one: TicketKey) -> str:
    state = "signs"
    if one.withdrawn_at is not None:
        state = f"withdrawn {one.withdrawn_at:%Y-%m-%d %H:%M}"
    elif one.retired_at is not None:
        state = f"believed, signed until {one.retired_at:%Y-%m-%d %H:%M}"
    return f"{one.key_id.hex()}  {one.created_at:%Y-%m-%d %H:%M}  {state}"
