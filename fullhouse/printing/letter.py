"""Mails as bytes: a message of RFC 5322 with text and HTML, whose headers nobody can add to."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from fullhouse.printing.mail import Rendered
from fullhouse.rules.mail import Letter

NAME_LENGTH_MAX = 200


class Envelope(NamedTuple):
    """Who a mail is from and to, and what marks it. `unsubscribe_url` is for what is not transactional (RFC 8058)."""

    message_id: str
    date: datetime
    sender: str
    sender_name: str
    to_name: str
    to_email: str
    reply_to: str | None = None
    unsubscribe_url: str | None = None


def letter_of(envelope: Envelope, rendered: Rendered) -> Letter:
    """Write a mail. The same arguments give the same headers, so that one that comes twice is known as one."""
    recipient = ascii_address(envelope.to_email)
    needs_utf8 = not recipient.isascii()
    message = EmailMessage(SMTPUTF8 if needs_utf8 else SMTP)
    message["From"] = _address(envelope.sender_name, envelope.sender)
    message["To"] = _address(envelope.to_name, recipient)
    if envelope.reply_to is not None and (needs_utf8 or ascii_address(envelope.reply_to).isascii()):
        message["Reply-To"] = _address(envelope.sender_name, ascii_address(envelope.reply_to))
    message["Subject"] = rendered.subject
    message["Date"] = envelope.date
    # A machine that answers by itself must not answer to this (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    # These are of our own making and ASCII; the library would fold and encode them when they are long.
    own = [f"Message-ID: {envelope.message_id}"]
    if envelope.unsubscribe_url is not None:
        own += [
            f"List-Unsubscribe: <{envelope.unsubscribe_url}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
    head = "".join(f"{line}\r\n" for line in own).encode("ascii")
    return Letter(envelope.sender, recipient, head + message.as_bytes(), needs_utf8)


def ascii_address(address: str) -> str:
    """A mail address with its domain in ASCII (RFC 5891); what stands before it may be in any script."""
    if address.isascii():
        return address
    try:
        checked = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return address
    return f"{checked.ascii_local_part or checked.local_part}@{checked.ascii_domain}"


def _address(name: str, address: str) -> Address:
    """A mailbox. What is no line of text is left out of the name; the library quotes and encodes the rest."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_LENGTH_MAX]
    local, _, domain = address.rpartition("@")
    return Address(shown, local, domain)
