"""The mails of an installation at the terminal: where there is no mail server, that is how links are had."""

import asyncio
import uuid
from datetime import UTC, datetime

from fullhouse.actions.ids import new_id
from fullhouse.rules.mail import Mail
from fullhouse.store import mail
from fullhouse.store.db import Database
from tests.cli.terminal import fullhouse, refused
from tests.offers import change

URL = "https://tickets.example.org/passwords#secret"


async def write(conninfo: str) -> str:
    """A mail that lets somebody in."""
    now = datetime.now(UTC)
    one = Mail(new_id(now), "password_reset", "en", "Ann", "ann@example.org", {"url": URL})
    async with Database.opened(conninfo) as database, database.write() as conn:
        await mail.add(conn, [one], "example.org", now)
    return one.id


def test_mails_are_listed_and_shown_with_their_links(conninfo: str) -> None:
    assert fullhouse("mail", "list", "--database-url", conninfo) == (0, "There are none.\n", "")
    mail_id = asyncio.run(write(conninfo))
    listed = fullhouse("mail", "list", "--database-url", conninfo).out
    assert listed.split() == [mail_id, "waiting", "password_reset", "ann@example.org"]
    assert fullhouse("mail", "list", "--state", "sent", "--database-url", conninfo).out == "There are none.\n"
    shown = fullhouse("mail", "show", mail_id, "--database-url", conninfo).out
    assert "Subject: Your new password" in shown
    assert URL in shown


def test_what_was_sent_keeps_no_link_that_lets_somebody_in(conninfo: str) -> None:
    mail_id = asyncio.run(write(conninfo))
    asyncio.run(change(conninfo, "UPDATE mails SET context = '{}', state = 'failed', error = '550 no'"))
    assert "550 no" in fullhouse("mail", "list", "--database-url", conninfo).out
    shown = fullhouse("mail", "show", mail_id, "--database-url", conninfo).out
    assert shown == "To: ann@example.org\nState: failed\nError: 550 no\n\nWhat it said is not kept.\n"


def test_a_mail_that_there_is_not_is_said_so(conninfo: str) -> None:
    assert refused("mail", "show", str(uuid.uuid4()), "--database-url", conninfo) == "There is no such mail."
