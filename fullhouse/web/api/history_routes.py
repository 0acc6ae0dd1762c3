"""The routes of what happens to a booking later: its history, and the holders of its tickets."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import WithJsonSchema

from fullhouse.actions.deps import Deps
from fullhouse.web.api import histories, holders
from fullhouse.web.api.basket_shapes import TicketShape
from fullhouse.web.api.documents import IN_DOUBT, KEYED, body_of, problems
from fullhouse.web.api.history_shapes import HistoryEntryShape, HolderRequest
from fullhouse.web.api.parameters import BookingId, CurrentCall
from fullhouse.web.respond import response_of

NOT_CHANGED = (
    *("booking_not_found", "ticket_not_found", "event_not_found"),
    *("tickets_not_issued", "ticket_not_valid", "event_cancelled", "event_over"),
)

TicketNumber = Annotated[
    str,
    Path(description="The ticket's number within its booking, from 1."),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the calls that whoever knows the booking's id may make."""

    @router.get(
        "/bookings/{booking_id}/history",
        tags=["bookings"],
        response_model=list[HistoryEntryShape],
        responses=problems("booking_not_found"),
    )
    async def show_history(booking_id: BookingId) -> Response:
        """Tell what happened to a booking, in order of time. Whoever knows its id may see it.

        It tells how it was made, paid, changed and ended, and where its money went; never the code of a ticket.
        """
        return response_of(await histories.show(deps, booking_id))

    @router.put(
        "/bookings/{booking_id}/tickets/{number}/holder",
        tags=["bookings"],
        response_model=TicketShape,
        responses=problems(*NOT_CHANGED, *IN_DOUBT, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(HolderRequest)},
    )
    async def change_holder(booking_id: BookingId, number: TicketNumber, call: CurrentCall) -> Response:
        """Name who attends with a ticket. Whoever knows the booking's id may do it, until the event is over.

        Another name than before is a transfer: the ticket gets a new code, and its old one stops working. The same name
        again changes nothing.
        """
        return response_of(await holders.change(deps, call, booking_id, number))
