"""Holders of tickets: named, and changed by whoever knows the booking's id."""

import re

from fullhouse.actions import holder
from fullhouse.actions.deps import Deps
from fullhouse.actions.ticket_key import signer
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Ticket
from fullhouse.rules.holder import ticket_not_found
from fullhouse.web.api.answers import told
from fullhouse.web.api.basket_shapes import ticket_fields
from fullhouse.web.api.bookings import actor_of, id_of
from fullhouse.web.api.history_shapes import HolderRequest
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of

_NUMBER = re.compile("[1-9][0-9]{0,4}", re.ASCII)


async def change(deps: Deps, call: Call, booking_id: str, number: str) -> Answer:
    """`PUT /bookings/{id}/tickets/{number}/holder`."""
    request = parse(HolderRequest, call.headers, call.body)
    canonical = id_of(booking_id)
    n = number_of(number)
    path = f"PUT /bookings/{canonical}/tickets/{number}/holder"
    key = key_of(call.headers, call.caller, path, request.name)
    code_of = await signer(deps)

    def changed(ticket: Ticket) -> Answered:
        return Answered(200, ticket_fields(ticket, code_of(ticket)))

    return told(await holder.change(deps, canonical, n, request.name, actor_of(call), key, changed))


def number_of(text: str) -> int:
    """A ticket's number within its booking. Raises TicketNotFound for what can't be one."""
    if not _NUMBER.fullmatch(text):
        raise ticket_not_found()
    return int(text)
