"""The mail server: SMTP connections that many mails share, and what its answers mean."""

import asyncio
from contextlib import suppress
from typing import Literal, NamedTuple, TypeAlias

import aiosmtplib
from aiosmtplib import SMTP

from fullhouse.rules.mail import Letter

Tls: TypeAlias = Literal["starttls", "tls", "none"]

PERMANENT = 500
SERVICE_ENDS = 421
"""The server closes the connection; the mail itself was not the reason (RFC 5321, section 3.8)."""


TOO_LARGE = 552


class MailServer(NamedTuple):
    """Where mails are handed over. `seconds_max` is for each command; so many `connections` at a time."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: Tls
    seconds_max: float
    connections: int


class MailRefused(Exception):
    """The server will never take this mail."""


class MailDelayed(Exception):
    """The server does not take this mail now."""


class MailServerDown(Exception):
    """The server can't be reached, or takes nothing from us: it is not this mail that is wrong."""


class Mailer:
    """Hands mails over. Connections are kept for the next mails until `rest` or `close`."""

    def __init__(self, server: MailServer) -> None:
        """Nothing is opened before the first mail."""
        self.server = server
        self._idle: list[SMTP] = []

    async def send(self, letter: Letter) -> None:
        """Hand a mail over; on return the server has taken it. Raises MailRefused, MailDelayed and MailServerDown."""
        while self._idle:
            smtp = self._idle.pop()
            try:
                await self._hand_over(smtp, letter)
            except MailServerDown as down:
                if isinstance(down.__cause__, TimeoutError):
                    raise
                # The server may have closed a connection that was idle; only a new one tells whether it is down.
                continue
            return
        await self._hand_over(await self._connected(), letter)

    async def rest(self) -> None:
        """Close the connections, since there is nothing to send for a while."""
        while self._idle:
            await _quit(self._idle.pop())

    async def close(self) -> None:
        """The same, at the end."""
        await self.rest()

    async def _connected(self) -> SMTP:
        server = self.server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=server.seconds_max,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
        )
        try:
            await smtp.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            smtp.close()
            raise MailServerDown(f"the mail server can't be reached: {_told(error)}") from error
        return smtp

    async def _hand_over(self, smtp: SMTP, letter: Letter) -> None:
        is_usable = False
        options = ["SMTPUTF8"] if letter.needs_utf8 else []
        try:
            await smtp.sendmail(letter.sender, [letter.recipient], letter.content, mail_options=options)
            is_usable = True
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:
            is_usable = True
            raise MailRefused(_told(error)) from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            is_usable = True
            raise _meant(error.recipients[0]) from error
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code == TOO_LARGE:
                is_usable = True
                raise MailRefused(_told(error)) from error
            # It would refuse whatever we send.
            raise MailServerDown(f"the mail server refuses the sender: {_told(error)}") from error
        except aiosmtplib.SMTPResponseException as error:
            is_usable = error.code != SERVICE_ENDS
            raise _meant(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailServerDown(f"the mail server is gone: {_told(error)}") from error
        finally:
            if is_usable and smtp.is_connected:
                self._idle.append(smtp)
            else:
                smtp.close()


def _meant(error: aiosmtplib.SMTPResponseException) -> Exception:
    """What an answer of the server means for the mail (RFC 5321, section 4.2.1)."""
    if error.code == SERVICE_ENDS:
        return MailServerDown(_told(error))
    return (MailRefused if error.code >= PERMANENT else MailDelayed)(_told(error))


def _told(error: Exception) -> str:
    """An error as the log of mails shows it: what the server says may be long, and anything."""
    code = f"{error.code} " if isinstance(error, aiosmtplib.SMTPResponseException) else ""
    text = error.message if isinstance(error, aiosmtplib.SMTPResponseException) else str(error) or type(error).__name__
    return "".join(c if c.isprintable() else " " for c in f"{code}{text}")[:500]


async def _quit(smtp: SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, asyncio.TimeoutError):
        await smtp.quit()
    smtp.close()
