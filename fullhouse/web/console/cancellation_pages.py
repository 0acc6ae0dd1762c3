"""Cancelling a booking at the desk, or some of its tickets: first what would go back, then doing it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from fullhouse.actions import cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import CancelRequest, Refunding, Refused
from fullhouse.rules.cancellation import back_for, valid_tickets
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.selling import TICKETS_MAX
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.refunding import refunding_of
from fullhouse.web.console.booking_pages import BOOKING, facts_of, path_of
from fullhouse.web.pages.forms import Form, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.ticked import Number, TickedForm, Told, told_anew
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

REFUNDINGS: tuple[tuple[Refunding, str], ...] = (
    ("full", N_("All that was paid for them: %(amount)s")),
    ("by_policy", N_("What was agreed: %(amount)s")),
    ("none", N_("Nothing: %(amount)s")),
)

Chosen = Annotated[list[Number], Query(max_length=TICKETS_MAX)]


class CancellationForm(TickedForm):
    """Which tickets are cancelled, none for a hold; how much goes back for them; and what the page told of each way."""

    refunding: Refunding
    full_minor: Told
    by_policy_minor: Told
    none_minor: Told

    def told_minor(self) -> int:
        """What goes back, as the page told it."""
        told = {"full": self.full_minor, "by_policy": self.by_policy_minor, "none": self.none_minor}
        return told[self.refunding]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(f"{BOOKING}/cancellation")
    async def show_cancellation(booking_id: str, visitor: CurrentVisitor, ticket: Chosen = []) -> Response:  # noqa: B006 - is never changed
        return await _shown(deps, visitor, id_of(booking_id), tuple(ticket), empty(refunding="full"))

    @router.post(f"{BOOKING}/cancellation")
    async def cancel_booking(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _cancel(deps, visitor, id_of(booking_id))


async def _cancel(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, CancellationForm)
    if wanted is None:
        return await _shown(deps, visitor, booking_id, (), form)
    told = told_anew(visitor, wanted, form)
    if told is not None:
        return await _shown(deps, visitor, booking_id, *told)
    tickets = tuple(wanted.ticket) or None
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        refunding = await refunding_of(deps, visitor.call.caller, booking_id, wanted.refunding)
        asked = CancelRequest("", booking_id, key, tickets, refunding, wanted.told_minor(), "staff")
        outcome = await cancellation.cancel(deps, asked)
        if isinstance(outcome, Refused):
            raise outcome.refusal
    except Refusal as refusal:
        return await _shown(deps, visitor, booking_id, tickets or (), refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=cancelled")


async def _shown(deps: Deps, visitor: Visitor, booking_id: str, chosen: tuple[int, ...], form: Form) -> Response:
    """What goes back, before anything is done. All tickets are chosen where none is."""
    facts = await facts_of(deps, visitor, booking_id)
    found = facts["booking"]
    valid = valid_tickets(found) if found.status == "confirmed" else ()
    tickets = tuple(one for one in chosen if one in valid) or valid
    now = deps.clock()
    back = [(way, text, back_for(found, tickets, way, now).total_minor if tickets else 0) for way, text in REFUNDINGS]
    facts["ticket_names"] = {one.number: facts["types"].get(one.ticket_type_id, "") for one in facts["tickets"]}
    facts |= {"form": form, "valid": valid, "chosen": tickets, "back": back}
    return page(visitor, "console/cancellation.html", status=status_of_again(form), **facts)
