"""Refusals on mails. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class MailNotFound(Refusal):
    """No such mail, or message to many, or not for this caller."""

    code = "mail_not_found"


class MailNotRepeatable(Refusal):
    """The mail still waits to be sent, or is of a kind that is sent once."""

    code = "mail_not_repeatable"
