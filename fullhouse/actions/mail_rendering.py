"""What a mail says, made of the booking and the event as they are now."""

import logging
from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeAlias

from jinja2 import TemplateError

from fullhouse.actions.deps import Deps, MailTerms
from fullhouse.printing import mail as printing
from fullhouse.printing.letter import Envelope, letter_of
from fullhouse.printing.mail import Rendered
from fullhouse.printing.wording import WordingFault
from fullhouse.rules.mail import Language, Letter, LoggedMail, Mail, MailKind, Seen
from fullhouse.rules.mail_example import example_of
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.wording import Wording
from fullhouse.store import mail_settings, mail_subject
from fullhouse.store.db import ReadConn

log = logging.getLogger(__name__)

Wordings: TypeAlias = Mapping[tuple[str, MailKind, Language], Wording]


class Material(NamedTuple):
    """What mails are made of beside themselves: bookings by event and number, wordings, and organizers' names; and
    where an address wants no more messages of an organizer.
    """

    seen: Mapping[tuple[str, int], Seen]
    wordings: Wordings
    names: Mapping[str, str]
    unsubscribed: Collection[tuple[str, str]]

    def of(self, mail: Mail) -> Seen | None:
        """The booking that a mail tells of; None for a mail that tells of none. Raises KeyError when it is gone."""
        if "example" in mail.context:
            return example_of(mail, self.names[mail.organizer_id or ""])
        if mail.event_id is None or mail.booking_number is None:
            return None
        return self.seen[mail.event_id, mail.booking_number]


async def gather(conn: ReadConn, mails: Collection[Mail]) -> Material:
    """Look up what mails are made of, in as many statements for a thousand of them as for one."""
    bookings = {(one.event_id, one.booking_number) for one in mails if one.event_id and one.booking_number}
    organizers = {one.organizer_id for one in mails if one.organizer_id}
    return Material(
        await mail_subject.seen(conn, bookings),
        await mail_settings.wordings(conn, organizers),
        await mail_subject.organizer_names(conn, organizers),
        await mail_settings.unsubscribed(conn, {_asked(one) for one in mails if one.token and one.organizer_id}),
    )


def _asked(mail: Mail) -> tuple[str, str]:
    return mail.organizer_id or "", buyer_key_of(mail.to_email)


def rendered(mail: Mail, material: Material, terms: MailTerms) -> Rendered:
    """A mail as it is read. An own wording that has become faulty is left out. Raises TemplateError and KeyError."""
    seen = material.of(mail)
    wording = material.wordings.get((mail.organizer_id or "", mail.kind, mail.language))
    if wording is not None:
        try:
            return printing.rendered(mail, seen, wording, terms.public_url)
        except WordingFault:
            log.warning("wording left out", extra={"organizer_id": mail.organizer_id, "kind": mail.kind})
    return printing.rendered(mail, seen, None, terms.public_url)


def letter(one: LoggedMail, material: Material, deps: Deps) -> Letter | str:
    """A mail as it is sent, or why it can't be."""
    mail, terms = one.mail, deps.mail_terms
    if mail.token is not None and _asked(mail) in material.unsubscribed:
        return "the addressee has unsubscribed"
    try:
        seen = material.of(mail)
    except KeyError:
        return "what it tells of is gone"
    if mail.kind == "reminder" and seen is not None and seen.event.starts_at <= deps.clock():
        return "the event has begun"
    try:
        made = rendered(mail, material, terms)
    except (TemplateError, KeyError, WordingFault) as error:
        # A defect in one mail must not keep the others; its log tells of it.
        log.exception("mail not rendered", extra={"mail_id": mail.id})
        return f"it can't be rendered: {error}"
    envelope = Envelope(
        one.message_id,
        one.created_at,
        terms.sender,
        seen.event.organizer_name if seen else material.names.get(mail.organizer_id or "", "Full House"),
        mail.to_name,
        mail.to_email,
        seen.event.reply_to if seen else None,
        printing.unsubscribe_url(mail, terms.public_url),
    )
    try:
        return letter_of(envelope, made)
    except (ValueError, LookupError) as error:
        log.exception("mail not written", extra={"mail_id": mail.id})
        return f"it can't be written: {error}"
