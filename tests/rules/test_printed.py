"""What is printed of a booking."""

import pytest

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.rules.offer import Wanted
from fullhouse.rules.price import price_of
from fullhouse.rules.printed import printed_tickets, require_printable
from fullhouse.rules.refusals import EventCancelled, TicketNotFound, TicketNotValid, TicketsNotIssued
from tests.printing.tickets import EVENT
from tests.rules.scenes import NOW, offer_of, ticket_type

OFFER = offer_of("event", ticket_type("adult", 1_000), ticket_type("child"))
PRICE = price_of(OFFER, [Wanted("adult", 2), Wanted("child", 1)])
BOOKING = Booking("id", "event", 1, 3, "confirmed", NOW, None, price=PRICE, paid_by="cash")
TICKETS = [Ticket("event", 1, n, "adult" if n < 3 else "child", f"{n:032x}") for n in (1, 2, 3)]
NAMES = {"adult": "Adult", "child": "Child"}


def test_each_ticket_has_its_name_and_its_part_of_the_price() -> None:
    found = printed_tickets(BOOKING, TICKETS, NAMES)
    assert [(one.ticket.number, one.type_name, one.price_minor, one.currency) for one in found] == [
        (1, "Adult", 1_000, "EUR"),
        (2, "Adult", 1_000, "EUR"),
        (3, "Child", 0, "EUR"),
    ]
    assert not any(one.is_comp for one in found)


def test_cancelled_tickets_are_left_out_and_the_others_keep_their_prices() -> None:
    found = printed_tickets(BOOKING, [TICKETS[0]._replace(state="cancelled"), *TICKETS[1:]], NAMES)
    assert [(one.ticket.number, one.price_minor) for one in found] == [(2, 1_000), (3, 0)]
    assert [one.ticket.number for one in printed_tickets(BOOKING, TICKETS, NAMES, 2)] == [2]


def test_what_was_given_says_so_and_what_has_no_price_is_free() -> None:
    assert all(one.is_comp for one in printed_tickets(BOOKING._replace(paid_by="comp"), TICKETS, NAMES))
    free = printed_tickets(BOOKING._replace(price=None), TICKETS, {})
    assert [(one.price_minor, one.type_name) for one in free] == [(0, "")] * 3


def test_only_what_lets_somebody_in_is_printed() -> None:
    cancelled = [one._replace(state="cancelled") for one in TICKETS]
    for tickets, number in ((TICKETS, None), (TICKETS, 3), ([*cancelled[:2], TICKETS[2]], None)):
        require_printable(EVENT, BOOKING, tickets, number)
    with pytest.raises(TicketsNotIssued) as refused:
        require_printable(EVENT, BOOKING._replace(status="held"), [], None)
    assert refused.value.facts == {"booking_status": "held"}
    with pytest.raises(TicketNotFound):
        require_printable(EVENT, BOOKING, TICKETS, 4)
    for tickets, number in ((cancelled, None), (cancelled, 1), ([cancelled[0], *TICKETS[1:]], 1)):
        with pytest.raises(TicketNotValid):
            require_printable(EVENT, BOOKING, tickets, number)
    with pytest.raises(EventCancelled):
        require_printable(EVENT._replace(state="cancelled"), BOOKING, TICKETS, None)
