"""What may happen to single tickets and to holds: tickets are given back or passed on, holds get other lines."""

from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from fullhouse.actions import cancellation, holder, lines
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Actor, CancelRequest, Changed, ChangeRequest, Outcome, Ticket
from fullhouse.rules.offer import Wanted
from tests.actions.life import cash_box
from tests.actions.life.deal import Deal
from tests.actions.life.inventions import BUYERS, PROVIDERS, wishes
from tests.actions.life.machine import as_noted, nothing, which
from tests.actions.life.notebook import No, Wish
from tests.actions.life.paying import PaidLife

NAMES = ("Ada", "Grace")


class Asking(NamedTuple):
    """How tickets are given back: chosen among those that are valid or from all numbers, there or not."""

    of_valid: bool
    numbers: list[int] | None
    refunding: Any
    expected: str


askings = st.builds(
    Asking,
    st.sampled_from([True, True, False]),
    st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True) | st.none(),
    st.sampled_from(["by_policy", "by_policy", "full", "none"]),
    st.sampled_from(["whatever", "right", "right", "wrong"]),
)
several = st.builds(
    Wish,
    st.sampled_from(
        [(("adult", 2),), (("adult", 3),), (("family", 2),), (("child", 2),), (("adult", 2), ("child", 1))]
    ),
    st.sampled_from(BUYERS),
    st.sampled_from([None, None, "HALF", "GIFT"]),
    st.none(),
    st.just(value=False),
)
"""Tickets of which some can be given back."""


class AlteredLife(PaidLife):
    """The life of bookings with their money, of which parts change."""

    @property
    def sold(self) -> list[Deal]:
        """Bookings with tickets, of which those with several come first."""
        return sorted((deal for deal in self.deals if deal.state == "confirmed"), key=lambda deal: len(deal.valid) < 2)

    @precondition(lambda self: self.sold)
    @rule(n=which, asking=askings, keyed=st.booleans())
    def give_tickets_back(self, n: int, asking: Asking, *, keyed: bool) -> None:
        self._give_back(self.sold[n % len(self.sold)], asking, keyed=keyed)

    @precondition(lambda self: self.deals)
    @rule(n=which, asking=askings, where=st.booleans())
    def give_anything_back(self, n: int, asking: Asking, *, where: bool) -> None:
        """Also of holds, of what is cancelled, and of what only counts seats."""
        deals = self.deals if where or not self.plain.deals else list(self.plain.deals.values())
        self._give_back(deals[n % len(deals)], asking, keyed=False)

    @precondition(lambda self: self.sold)
    @rule(n=which, refunding=st.sampled_from(["full", "full", "by_policy"]))
    def give_one_ticket_after_the_other_back(self, n: int, refunding: Any) -> None:
        deal = self.sold[n % len(self.sold)]
        for _ in range(len(deal.valid)):
            self._give_back(deal, Asking(True, [1], refunding, "right"), keyed=False)

    def _give_back(self, deal: Deal, asking: Asking, *, keyed: bool) -> None:
        book = self.book_of(deal)
        tickets = None if asking.numbers is None else tuple(asking.numbers)
        if tickets is not None and asking.of_valid and deal.valid:
            tickets = tuple({deal.valid[number % len(deal.valid)] for number in tickets})
        no, chosen, back = book.cancelling(deal, tickets, asking.refunding)
        expected = {"whatever": None, "right": sum(back), "wrong": sum(back) + 1}[asking.expected]
        if chosen and asking.expected == "wrong":
            no = no | {"refund_changed"}
        by: Actor = "buyer" if asking.refunding == "by_policy" else "staff"
        request = CancelRequest("", deal.id, self.key(keyed=keyed), tickets, asking.refunding, expected, by)

        async def asked() -> Outcome:
            return await cancellation.cancel(self.theatre.deps, request)

        noted = nothing if no else lambda: cash_box.settle_all(deal)
        done = self.does_again(asked, no, noted) if keyed else self.does(asked(), no)
        if done is None:
            return
        if chosen or deal.state != "confirmed":
            book.cancel(deal, chosen, back)
        cash_box.settle_all(deal)

    @rule(
        wish=several,
        provider=st.sampled_from(PROVIDERS),
        amount=st.sampled_from(["all", "all", "too much"]),
        asking=askings,
        then=st.sampled_from(["by_policy", "full"]),
    )
    def buy_some_and_give_back_first_a_part_then_the_rest(
        self, wish: Wish, provider: Any, amount: str, asking: Asking, then: Any
    ) -> None:
        before = len(self.deals)
        self.book(wish, keyed=False)
        if len(self.deals) == before:
            return
        deal = self.deals[0]
        if deal.state == "held":
            self._begin(deal, provider)
        for one in deal.payments:
            if one.state == "open" and one.provider == "stripe":
                self._pay_by_card(deal, one)
                self._tell(deal, one, 1)
            elif one.state == "open":
                self._transfer(deal, one, amount)
        self._give_back(deal, asking, keyed=False)
        self._give_back(deal, Asking(True, [1], then, "right"), keyed=False)
        self._give_back(deal, Asking(True, None, then, "right"), keyed=False)

    @precondition(lambda self: self.holds)
    @rule(n=which, wish=wishes)
    def want_something_else(self, n: int, wish: Wish) -> None:
        """A hold gets other lines, in place of its own."""
        self._change(self.holds[n % len(self.holds)], wish)

    @precondition(lambda self: self.deals)
    @rule(n=which, wish=wishes)
    def change_the_lines_of_anything(self, n: int, wish: Wish) -> None:
        self._change(self.deals[n % len(self.deals)], wish)

    @precondition(lambda self: self.holds)
    @rule(n=which, count=st.integers(1, 3), provider=st.sampled_from(cash_box.FAR), is_paid=st.booleans())
    def begin_to_pay_then_want_something_else(self, n: int, count: int, provider: Any, *, is_paid: bool) -> None:
        """The payment is closed first; if its money came at this very moment, nothing changes."""
        deal = self.holds[n % len(self.holds)]
        self._begin(deal, provider)
        for one in deal.payments[::-1]:
            if is_paid and one.provider == provider and one.state == "open" and not one.sent:
                if provider == "stripe":
                    self._pay_by_card(deal, one)
                else:
                    self._transfer(deal, one, "part")
        self._change(deal, Wish((("adult", count),), code=deal.code))
        if deal.state == "held":
            self._begin(deal, provider)

    def _change(self, deal: Deal, wish: Wish) -> None:
        wish = Wish(wish.lines, deal.buyer, wish.code)
        wanted = tuple(Wanted(self.offer.kinds[name].id, count) for name, count in wish.lines)
        no = self._changing(deal, wish)
        done = self.does(lines.change(self.theatre.deps, ChangeRequest("", deal.id, wanted, wish.code)), no)
        if done is None:
            return
        assert isinstance(done, Changed)
        self.offer.agree(deal, wish, wish.lines)
        as_noted(done.booking, deal)

    def _changing(self, deal: Deal, wish: Wish) -> No:
        """Why a booking can't have other lines, when the payment that is open is closed."""
        for one in deal.payments:
            cash_box.close(self.offer, deal, one)
        if deal.state != "held" or self.offer.has_run_out(deal):
            return {"booking_not_held"}
        # What it has is there for the new lines, too.
        deal.state = "put back"
        no, _ = self.offer.basket(wish)
        deal.state = "held"
        return no

    @precondition(lambda self: self.deals)
    @rule(n=which, number=st.integers(1, 3), name=st.sampled_from(NAMES), of_sold=st.sampled_from([True, True, False]))
    def name_who_attends(self, n: int, number: int, name: str, *, of_sold: bool) -> None:
        deals = self.sold if of_sold and self.sold else self.deals
        deal = deals[n % len(deals)]
        self._name(deal, number, name)

    @precondition(lambda self: self.sold)
    @rule(n=which, first=st.sampled_from(NAMES))
    def pass_a_ticket_on(self, n: int, first: str) -> None:
        deal = self.sold[n % len(self.sold)]
        for name in (first, *NAMES):
            self._name(deal, deal.valid[-1], name)

    def _name(self, deal: Deal, number: int, name: str) -> None:
        no = self.offer.naming(deal, number)
        deps = self.theatre.deps
        told = self.does(holder.change(deps, deal.id, number, name, "buyer", None, code_of), no)
        if told is None:
            return
        if deal.names.get(number, name) != name:
            self.offer.old_codes.add(deal.codes.pop(number))
            deal.codes[number] = str(told.body)
        assert told.body == deal.codes[number]
        deal.names[number] = name


def code_of(ticket: Ticket) -> Answered:
    """What opens the door."""
    return Answered(200, str(UUID(ticket.code)))
