"""Selling in the demo: bookings through the engine, and how each of them ends."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime

from fullhouse.actions import acting, booking, cancellation, holder, payment, refund, statement
from fullhouse.actions.demo_cast import HOUSES
from fullhouse.actions.demo_houses import FAN_CLUB, FRIENDS, OnSale, Staff
from fullhouse.actions.demo_shows import SHOWS
from fullhouse.actions.demo_story import Order
from fullhouse.actions.deps import Deps
from fullhouse.rules.actor import Who
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import BasketRequest, Booked, Booking, CancelRequest, Outcome, to_pay_minor
from fullhouse.rules.minor_units import decimal_of
from fullhouse.rules.offer import Wanted
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import Refusal
from fullhouse.store import payment as payments

AT_ONCE = 64


class Desk:
    """Sells what is on sale, and remembers what is still to come of each order."""

    def __init__(self, deps: Deps, on_sale: Sequence[OnSale], staff: Sequence[Staff]) -> None:
        """Nothing is sold yet."""
        self.on_sale = on_sale
        self.staff = staff
        self._deps = deps
        self._later: list[tuple[datetime, int, Order, Booking, Payment | None]] = []
        self._number = itertools.count()

    async def serve(self, now: datetime, orders: Sequence[Order]) -> None:
        """Let run out what has run out, end what ends now, and sell what is ordered."""
        async for _ in booking.release_due(self._deps):
            pass
        while self._later and self._later[0][0] <= now:
            _, _, order, booked, opened = heapq.heappop(self._later)
            # What has been cancelled with its event since, or has begun, ends in no other way.
            with suppress(Refusal):
                await self._end(order, booked, opened)
        for some in (orders[n : n + AT_ONCE] for n in range(0, len(orders), AT_ONCE)):
            outcomes = await asyncio.gather(*(self._book(order) for order in some))
            for order, outcome in zip(some, outcomes, strict=True):
                if isinstance(outcome, Booked):
                    await self._remember(order, outcome.booking)

    def _book(self, order: Order) -> Awaitable[Outcome]:
        one, offered = self.on_sale[order.show], SHOWS[order.show].types[order.ticket_type]
        is_paid = offered.price_minor > 0
        is_online = not is_paid or order.ending in {"left", "transferred", "not_transferred"}
        code = FAN_CLUB if offered.visibility == "code" else FRIENDS if order.has_code and is_paid else None
        request = BasketRequest(
            one.id,
            (Wanted(one.type_ids[order.ticket_type], order.quantity),),
            order.buyer,
            paid_by=None if is_online else order.way,
            promo_code=code,
        )
        if is_online:
            return booking.book_basket(self._deps, request)
        with acting.acting_as(self._clerk(order), "POST /bookings"):
            return asyncio.ensure_future(booking.book_basket(self._deps, request))

    def _clerk(self, order: Order) -> Who:
        return self.staff[SHOWS[order.show].house].people[-1]

    async def _remember(self, order: Order, booked: Booking) -> None:
        opened = None
        if booked.status == "held" and order.ending in {"transferred", "not_transferred"}:
            # To a server that runs beside this a hold of months ago has run out, and it may be first.
            with suppress(Refusal):
                opened = await payment.begin(self._deps, booked.id, "bank_transfer")
        if order.later is not None and order.ending not in {"kept", "left", "not_transferred"}:
            heapq.heappush(self._later, (order.later, next(self._number), order, booked, opened))

    async def _end(self, order: Order, booked: Booking, opened: Payment | None) -> None:
        if order.ending == "transferred" and opened is not None:
            await self._transfer(order, opened)
        elif order.ending == "renamed":
            await self._rename(order, booked)
        elif order.ending in {"given_back", "one_given_back"}:
            await self._give_back(order, booked)

    async def _transfer(self, order: Order, opened: Payment) -> None:
        """A statement of the bank has it."""
        amount = decimal_of(opened.amount_minor, opened.currency)
        line = f"{self._deps.clock():%Y-%m-%d};{amount};{opened.currency};{order.buyer.name};{opened.reference}"
        text = f"date;amount;currency;payer;text\n{line}\n"
        organizer_id = self.on_sale[order.show].organizer_id
        with acting.acting_as(self.staff[SHOWS[order.show].house].people[0], "POST /payments/bank_transfer/statements"):
            await statement.read(self._deps, text.encode(), organizer_id)

    async def _rename(self, order: Order, booked: Booking) -> None:
        name = HOUSES[SHOWS[order.show].house].people[0].name.split()[0] + " " + order.buyer.name.split()[-1]
        await holder.change(self._deps, booked.id, 1, name, "buyer", None, lambda one: Answered(200, one.holder_name))

    async def _give_back(self, order: Order, booked: Booking) -> None:
        tickets = (1,) if order.ending == "one_given_back" and order.quantity > 1 else None
        with acting.acting_as(self._clerk(order), "POST /bookings/{booking_id}/cancellations"):
            await cancellation.cancel(self._deps, CancelRequest("", booked.id, tickets=tickets))
            if to_pay_minor(booked) and order.is_handed_back:
                await self._hand_over(booked)

    async def _hand_over(self, booked: Booking) -> None:
        """Give back at the desk what is owed."""
        async with self._deps.reading() as conn:
            made = await payments.of_booking(conn, booked.event_id, booked.number)
        for one in made:
            found = await booking.find(self._deps, booked.id)
            await refund.ask(self._deps, found, one.id, None if found.status == "cancelled" else one.amount_minor // 4)
