"""What may happen to bookings, in any order: they are made, confirmed, cancelled, and asked for again.

A new thing that can happen is one more rule: `self.does(what is asked, why it may be refused)`, then the clerk's note.
What is paid is in paying.py; time, jobs and the organizer, and the verdict after each step, are in organizing.py.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from fullhouse.actions import booking, cancellation
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    Buyer,
    Cancelled,
    CancelRequest,
    Changed,
    Confirmed,
    ConfirmRequest,
    IdempotencyKey,
    Outcome,
    Refused,
    Request,
)
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import Refusal
from tests.actions.life import cash_box
from tests.actions.life.deal import Deal, Lines
from tests.actions.life.inventions import Plan, pages, plans, priced_wishes, wishes
from tests.actions.life.notebook import No, Notebook, Wish
from tests.actions.life.opening import opened
from tests.actions.life.theatre import Theatre
from tests.cast import key as key_of

MOVES_MAX = 25
"""Moves of the clock in an example. Each ends ten seconds beside the whole minutes that all times are told in: so no
hold runs out at the very moment of a request, which comes some milliseconds before its batch."""

T = TypeVar("T")

which = st.integers(0, 9)
"""The last one, the one before, ..."""


class Asked(NamedTuple):
    """Something that was asked for under a key, what was answered, and what is done each time it is asked for."""

    again: Callable[[], Coroutine[Any, Any, Outcome]]
    told: str
    noted: Callable[[], None]


class Life(RuleBasedStateMachine):
    """Bookings of two events, one with an offer and one that only counts seats."""

    def __init__(self, theatre: Theatre) -> None:
        """Open no event yet."""
        super().__init__()
        self.theatre = theatre
        self.numbers = 0
        self.moves = 0
        self.books: dict[str, Notebook] = {}
        self.answers: list[Asked] = []

    @initialize(plan=plans, first=st.lists(priced_wishes, min_size=1, max_size=3))
    def open(self, plan: Plan, first: list[Wish]) -> None:
        """Two events are put on sale, and the first buyers come at once."""
        self.offer, self.plain = self.theatre.run(opened(self.theatre.deps, plan))
        self.books = {book.event_id: book for book in (self.offer, self.plain)}
        self._rush([(wish, None) for wish in first])

    # ------------------------------------------------------------------------------------------- how it is asked

    def does(self, asked: Coroutine[Any, Any, T], no: No) -> T | None:
        """Do it; it must be refused, and for such a reason, exactly when there is one. None is what was refused."""
        try:
            answer = self.theatre.run(asked)
        except Refusal as refusal:
            said = refusal
        else:
            if not isinstance(answer, Refused):
                assert not no, f"it should have been refused: {no}"
                return answer
            said = answer.refusal
        assert said.code in no, f"{said.code}: {said} {said.facts}"
        return None

    def does_again(
        self, asked: Callable[[], Coroutine[Any, Any, Outcome]], no: No, noted: Callable[[], None]
    ) -> Outcome | None:
        """Do what has a key, and remember it; `noted` is what is done even when it was done before."""
        answers: list[Outcome] = []

        async def once() -> Outcome:
            answers.append(await asked())
            return answers[0]

        done = self.does(once(), no)
        self.answers.append(Asked(asked, told(answers[0]), noted))
        return done

    def key(self, *, keyed: bool) -> IdempotencyKey | None:
        """A key that nobody had before."""
        self.numbers += 1
        return key_of(f"{self.offer.event_id} {self.numbers}") if keyed else None

    def book_of(self, deal: Deal) -> Notebook:
        return self.books[deal.event_id]

    def request(self, wish: Wish, key: IdempotencyKey | None) -> BasketRequest:
        lines = tuple(Wanted(self.offer.kinds[name].id, count) for name, count in wish.lines)
        buyer = None if wish.buyer is None else Buyer("Ada", wish.buyer)
        return BasketRequest(self.offer.event_id, lines, buyer, wish.fewer, wish.desk, key, wish.code)  # type: ignore[arg-type] # a way to pay

    # ------------------------------------------------------------------------------------------------------ time

    @property
    def moves_left(self) -> bool:
        return self.moves < MOVES_MAX

    def _moves(self, step: timedelta) -> None:
        self.moves += 1
        self.theatre.now += step
        for book in self.books.values():
            book.now = self.theatre.now

    # ------------------------------------------------------------------------------------------- what there is

    @property
    def deals(self) -> list[Deal]:
        """All bookings of the event with an offer, the last one first."""
        return list(self.offer.deals.values())[::-1]

    @property
    def holds(self) -> list[Deal]:
        """Those that may still be paid."""
        return [deal for deal in self.deals if deal.state == "held"]

    # -------------------------------------------------------------------------------------------------- booking

    @rule(wish=wishes, keyed=st.booleans())
    def book(self, wish: Wish, *, keyed: bool) -> None:
        request = self.request(wish, self.key(keyed=keyed))
        no, lines = self.offer.basket(wish)

        async def asked() -> Outcome:
            return await booking.book_basket(self.theatre.deps, request)

        done = self.does_again(asked, no, nothing) if keyed else self.does(asked(), no)
        if done is not None:
            self._sold(done, wish, lines)

    @rule(count=st.integers(1, 4), where=st.sampled_from([True, True, True, False]))
    def book_seats(self, count: int, *, where: bool) -> None:
        book = self.plain if where else self.offer
        done = self.does(booking.book(self.theatre.deps, book.event_id, count, None), book.seats(count))
        if done is not None:
            assert isinstance(done, Booked)
            lines = (("general", count),)
            book.sell(done.booking.id, Wish(lines), lines)

    def _sold(self, outcome: Outcome, wish: Wish, lines: Lines) -> None:
        """The clerk notes a booking as it should have been answered."""
        assert isinstance(outcome, Booked)
        deal = self.offer.sell(outcome.booking.id, wish, lines)
        cash_box.pay_at_desk(deal)
        as_noted(outcome.booking, deal)

    @precondition(lambda self: self.deals)
    @rule(n=which, way=st.sampled_from(["cash", "card_terminal", "comp"]), keyed=st.booleans())
    def confirm(self, n: int, way: Any, *, keyed: bool) -> None:
        deal = self.deals[n % len(self.deals)]
        key = self.key(keyed=keyed)
        no = self.offer.confirming(deal)

        async def asked() -> Outcome:
            return await booking.confirm(self.theatre.deps, deal.id, way, key)

        done = self.does_again(asked, no, nothing) if keyed else self.does(asked(), no)
        if done is not None:
            self._confirmed(deal, way)

    def _confirmed(self, deal: Deal, way: str) -> None:
        if self.offer.confirm(deal, way):
            cash_box.pay_at_desk(deal)

    @rule(n=which, keyed=st.booleans(), where=st.sampled_from([True, True, False]))
    def cancel(self, n: int, *, keyed: bool, where: bool) -> None:
        deals = self.deals if where else list(self.plain.deals.values())
        if not deals:
            return
        deal = deals[n % len(deals)]
        key = self.key(keyed=keyed)

        async def asked() -> Outcome:
            return await cancellation.cancel(self.theatre.deps, CancelRequest("", deal.id, key))

        self.does_again(asked, set(), lambda: cash_box.settle_all(deal)) if keyed else self.does(asked(), set())
        cash_box.cancel(self.book_of(deal), deal)

    @rule(page=pages, n=which)
    def rush(self, page: list[Wish | str], n: int) -> None:
        """Several at once, for one event in one batch: they are served in the order in which they came."""
        some = self.deals[n % 4 :][:2]
        self._rush(
            [
                (step, some[turn % len(some)] if isinstance(step, str) else None)
                for turn, step in enumerate(page)
                if some or not isinstance(step, str)
            ]
        )

    def _rush(self, steps: list[tuple[Wish | str, Deal | None]]) -> None:
        deps = self.theatre.deps

        async def all_at_once() -> list[Outcome]:
            return await asyncio.gather(*(deps.engine.submit(self._rushed(*step)) for step in steps))

        for (step, deal), outcome in zip(steps, self.theatre.run(all_at_once()), strict=True):
            if isinstance(step, Wish):
                no, lines = self.offer.basket(step)
                if self.does(as_it_is(outcome), no) is not None:
                    self._sold(outcome, step, lines)
            elif step == "cancel" and deal is not None:
                assert isinstance(outcome, Cancelled)
                _, chosen, back = self.offer.cancelling(deal, None, "full")
                self.offer.cancel(deal, chosen, back)
            elif deal is not None:
                done = self.does(as_it_is(outcome), self.offer.confirming(deal))
                if done is not None:
                    self._confirmed(deal, "cash")
        for deal in {deal for _, deal in steps if deal is not None and deal.state == "cancelled"}:
            # What the action does behind the engine.
            self.does(cancellation.cancel(deps, CancelRequest("", deal.id)), set())
            cash_box.settle_all(deal)

    def _rushed(self, step: Wish | str, deal: Deal | None) -> Request:
        if isinstance(step, Wish):
            return self.request(step, None)
        assert deal is not None
        ends = CancelRequest(deal.event_id, deal.id)
        return ends if step == "cancel" else ConfirmRequest(deal.event_id, deal.id, "cash")

    @precondition(lambda self: self.answers)
    @rule(n=which, times=st.integers(1, 3))
    def ask_again(self, n: int, times: int) -> None:
        """The same key gets the same answer, whatever has happened since, and has no effect a second time."""
        asked = self.answers[-1 - n % len(self.answers)]

        async def all_at_once() -> list[Outcome]:
            return await asyncio.gather(*(asked.again() for _ in range(times)))

        for outcome in self.theatre.run(all_at_once()):
            assert told(outcome) == asked.told
            assert outcome.replayed
        asked.noted()


async def as_it_is(outcome: Outcome) -> Outcome:
    """What was answered already."""
    return outcome


def as_noted(made: Booking, deal: Deal) -> None:
    """A booking was answered as the clerk has noted it."""
    assert made.price is not None
    answered = (made.id, made.status, made.places, made.price.total.gross_minor, made.expires_at)
    assert answered == (deal.id, deal.state, deal.places, deal.price, deal.expires)


def nothing() -> None:
    """Nothing to note."""


def told(outcome: Outcome) -> str:
    """What of an answer never changes."""
    if isinstance(outcome, Refused):
        return repr(vars(outcome.refusal))
    assert isinstance(outcome, Booked | Confirmed | Cancelled | Changed)
    name = f"{type(outcome).__name__} {outcome.booking.id}"
    # Tickets may be cancelled since, or the rest of them.
    return f"{name} {outcome.booking.status}" if isinstance(outcome, Booked | Confirmed) else name
