"""The command on persons: for who runs the installation, when somebody can't sign in any more."""

import click

from fullhouse.actions import factor_change
from fullhouse.cli.command import clear, database_options, finish, given
from fullhouse.cli.program import Program


@click.group(name="person")
def persons() -> None:
    """Help people who can't sign in any more."""


@persons.command(name="forget-factors")
@click.option("--email", required=True, help="Mail address that the person signs in with.")
@database_options
@click.pass_obj
@clear
def forget_factors(program: Program, /, email: str, **flags: object) -> None:
    """Remove the authenticator app, the passkeys and the recovery codes of a person.

    Make sure who asks for it: afterwards the password alone is enough. All sessions of the person end.
    """

    async def run() -> None:
        async with program.open_deps(given(**flags)) as deps:
            count = await factor_change.forget_all(deps, email)
        click.echo(f"{count} second factors of {email} are removed, and all sessions have ended.")

    finish(run())
