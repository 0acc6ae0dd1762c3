"""The command on owners: made by who runs the installation."""

import sys

import click
from email_validator import EmailNotValidError, validate_email

from fullhouse.actions import organizer, owner
from fullhouse.cli.command import clear, database_options, finish, given, name_of, organizer_option
from fullhouse.cli.program import Program, StartError


@click.group(name="owner")
def owners() -> None:
    """Make owners of organizers."""


@owners.command(name="create")
@click.option("--email", required=True, help="Mail address that the owner signs in with.")
@click.option("--name", required=True, help="The owner's name.")
@organizer_option("Id of what is owned (the first organizer).")
@database_options
@click.pass_obj
@clear
def create_owner(program: Program, /, email: str, name: str, organizer_id: object, **flags: object) -> None:
    """Make somebody an owner, or give an owner another password.

    Who has an account is signed out everywhere.

    The password is asked for on a terminal; elsewhere it is the first line of the standard input.
    """
    name = name_of(name, organizer.NAME_LENGTH_MAX)
    try:
        email = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise StartError(f"--email: {error}") from error
    password = _password()

    async def run() -> None:
        async with program.open_deps(given(**flags)) as deps:
            made = await owner.create(deps, email, name, password, str(organizer_id))
        click.echo(f"{made.name} <{made.email}> is an owner now.")

    finish(run())


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
