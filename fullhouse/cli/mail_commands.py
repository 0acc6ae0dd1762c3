"""The command `fullhouse mail`: the log of mails at the terminal."""

import uuid

import click

from fullhouse.actions import mail_log
from fullhouse.cli import reports
from fullhouse.cli.command import clear, database_options, finish, given
from fullhouse.cli.program import Program
from fullhouse.rules.mail import MailState
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.store import mail as mails


@click.group()
def mail() -> None:
    """Look at the mails of the installation, whether they were sent or not."""


@mail.command("list")
@click.option("--state", type=click.Choice(["waiting", "sent", "failed", "kept"]), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many, newest first.")
@database_options
@click.pass_obj
@clear
def mail_list(program: Program, /, state: MailState | None, limit: int, **flags: object) -> None:
    """List mails, the newest first."""

    async def run() -> None:
        async with program.open_database(given(**flags)) as database, database.read() as conn:
            found = await mails.page(conn, None, (state, None, None), None, limit)
        click.echo(reports.mails_text(found))

    finish(run())


@mail.command("show")
@click.argument("mail_id", type=click.UUID)
@database_options
@click.pass_obj
@clear
def mail_show(program: Program, /, mail_id: uuid.UUID, **flags: object) -> None:
    """Show what a mail says, also one that lets somebody in: without a mail server that is how its link is had."""

    async def run() -> None:
        async with program.open_deps(given(**flags)) as deps:
            try:
                found, rendered = await mail_log.show(deps, None, str(mail_id), secrets=True)
            except MailNotFound as refusal:
                raise click.ClickException(refusal.detail) from refusal
        click.echo(reports.mail_text(found, rendered))

    finish(run())
