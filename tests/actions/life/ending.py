"""How a life may end: the whole event is cancelled, page by page, by jobs that may stop at any of them."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from fullhouse.actions import event_cancellation
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import CancelRequest
from fullhouse.rules.event_cancellation import BookingCounts, Due, Progress
from fullhouse.store import event_cancellation as store
from tests.actions.life import cash_box
from tests.actions.life.altering import AlteredLife
from tests.actions.life.deal import Deal
from tests.actions.life.machine import which

LATE = 30
"""Steps of a life before its event may be cancelled, so that there is something to cancel."""
PAGE = 3
"""Bookings on a page of the job, where a serving process has many more: so there are several."""


class EndedLife(AlteredLife):
    """The life of bookings, of which the event may not take place."""

    steps = 0

    @precondition(lambda self: self.steps > LATE)
    @rule()
    def cancel_the_event(self) -> None:
        """Again, it changes nothing."""
        no = set() if self.offer.is_published else {"event_not_changeable"}
        begun = event_cancellation.begin(self.theatre.deps, self.offer.event_id, "Fire.", None, lambda _: seen())
        if self.does(begun, no) and not self.offer.is_cancelled:
            self.offer.is_cancelled, self.offer.looked_to = True, 0

    @property
    def is_at_it(self) -> bool:
        return self.offer.looked_to is not None

    @precondition(lambda self: self.is_at_it)
    @rule(pages=st.integers(1, 2))
    def the_job_does_some_pages(self, pages: int) -> None:
        """Then it is killed, and goes on another time."""
        for _ in range(pages):
            page = self._page()
            self.theatre.run(self._do_a_page())
            self._done(page)

    async def _do_a_page(self) -> None:
        job = event_cancellation.carry_on(self.theatre.deps)
        assert await anext(job, None) in {self.offer.event_id, None}
        await job.aclose()  # type: ignore[attr-defined] # it is a generator

    @precondition(lambda self: self.is_at_it and self.moves_left)
    @rule(cancelled=which)
    def the_job_is_killed_in_the_middle_of_a_page(self, cancelled: int) -> None:
        """Some of its bookings are cancelled, and nothing was sent back yet. Nobody else takes it for a while."""
        page = self._page()[: cancelled % (PAGE + 1)]

        async def begin() -> None:
            deps = self.theatre.deps
            async with deps.database.write() as conn:
                now = deps.clock()
                assert await store.take(conn, now, now - event_cancellation.LEFT_AFTER) is not None
            for deal in page:
                await deps.engine.submit(CancelRequest(deal.event_id, deal.id, by="event_cancellation"))
            assert [one async for one in event_cancellation.carry_on(deps)] == []

        self.theatre.run(begin())
        for deal in page:
            self._cancelled(deal)
        self._moves(timedelta(minutes=1, seconds=10))

    def _page(self) -> list[Deal]:
        """The bookings that are looked at next. What has run out may be released already: then it is let be."""
        released = {
            one
            for (one,) in self.theatre.all(
                "SELECT id::text FROM bookings WHERE event_id = %s AND status = 'expired'", self.offer.event_id
            )
        }
        for deal in self.deals:
            if deal.id in released and self.offer.has_run_out(deal):
                deal.state = "expired"
        looked_to = self.offer.looked_to or 0
        return list(self.offer.deals.values())[looked_to : looked_to + PAGE] if self.is_at_it else []

    def _done(self, page: list[Deal]) -> None:
        for deal in page:
            if deal.state in {"held", "confirmed"}:
                self._cancelled(deal)
        for deal in page:
            for one in deal.payments:
                if one.provider in cash_box.FAR:
                    cash_box.close(self.offer, deal, one)
                    cash_box.settle(deal, one)
        if self.offer.looked_to is not None:
            self.offer.looked_to = None if len(page) < PAGE else self.offer.looked_to + PAGE

    def _cancelled(self, deal: Deal) -> None:
        """All of it, or what is left."""
        _, chosen, back = self.offer.cancelling(deal, None, "full")
        self.offer.cancel(deal, chosen, back)

    def the_event_is_brought_to_its_end(self) -> None:
        """All bookings are cancelled, and what goes back by itself does; the desk owes what was paid there."""
        while self.is_at_it:
            self.the_job_does_some_pages(1)
        told = self.theatre.run(self._progress())
        assert told.cancellation.state == "done"
        states = [deal.state for deal in self.deals]
        assert set(states) <= {"cancelled", "expired"}
        assert told.bookings == BookingCounts(len(states), states.count("cancelled"))
        owed = {deal: cash_box.owed(deal) for deal in self.deals if cash_box.owed(deal) > 0}
        desk = [one for deal, minor in owed.items() for one in at_desk(deal, minor) if one > 0]
        assert told.owed.amount_minor == sum(owed.values())
        assert told.owed.to_hand_over == Due(len(desk), sum(desk))
        asked = [one.asked for _, one in self.paid_by("bank_transfer") if one.asked]
        assert told.to_transfer == Due(len(asked), sum(asked))

    async def _progress(self) -> Progress:
        async with self.theatre.deps.database.read() as conn:
            return await event_cancellation.progress(conn, self.offer.event_id)

    def staff_hand_over_what_is_owed(self) -> None:
        """Then nothing is owed for a payment at the desk."""
        for n, (deal, one) in enumerate(self.payments):
            if cash_box.to_hand_over(deal, one):
                self.give_back(n, cash_box.to_hand_over(deal, one))


def at_desk(deal: Deal, owed: int) -> list[int]:
    """What of a debt is handed over where the booking was paid."""
    asked = sum(one.asked for one in deal.payments)
    return [min(one.received - one.returned, owed - asked) for one in deal.payments if one.provider in cash_box.DESK]


def seen(*_: object) -> Answered:
    """An answer that nobody reads."""
    return Answered(200, {"done": True})
