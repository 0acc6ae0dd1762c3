"""What else may happen to bookings: time goes by, jobs run, and the organizer changes what he offers."""

from datetime import timedelta
from math import ceil
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from fullhouse.actions import event, pool, promo_code, publication, ticket_type
from tests.actions.life import cash_box
from tests.actions.life.ending import EndedLife, seen
from tests.actions.life.inventions import POOLS, changes
from tests.actions.life.machine import which
from tests.actions.life.notebook import Notebook, Policy, Wish
from tests.actions.life.opening import refund_policy
from tests.actions.life.theatre import LONG
from tests.actions.life.verdict import agree, nothing_is_left_over

MINUTES = (1, 4, 4, 9, 16, 31, 24 * 60, 8 * 24 * 60)


class WholeLife(EndedLife):
    """The life of bookings, with time and an organizer."""

    # ------------------------------------------------------------------------------------------------------ time

    @precondition(lambda self: self.moves_left)
    @rule(minutes=st.sampled_from(MINUTES))
    def time_goes_by(self, minutes: int) -> None:
        self._moves(timedelta(minutes=minutes, seconds=10))

    @precondition(lambda self: self.moves_left and self.holds)
    @rule(n=which, by_card=st.booleans())
    def somebody_else_is_quicker(self, n: int, *, by_card: bool) -> None:
        """A hold runs out, somebody else asks for the same, and then the first one pays after all."""
        deal = self.holds[n % len(self.holds)]
        if by_card:
            self._begin(deal, "stripe")
        assert deal.expires is not None
        self.time_goes_by(max(0, ceil((deal.expires - self.theatre.now) / timedelta(minutes=1))))
        self.book(Wish(deal.lines, deal.buyer, deal.code), keyed=False)
        payable = [one for whose, one in self.payable if whose is deal]
        if payable:
            self._pay_by_card(deal, payable[0])
            self._tell(deal, payable[0], 2)
        else:
            self.confirm(self.deals.index(deal), "cash", keyed=False)

    @rule()
    def the_jobs_run(self) -> None:
        self.theatre.run(self.theatre.sweep())
        for book in self.books.values():
            book.release()
            for deal in book.deals.values():
                for one in deal.payments:
                    if one.expires is not None and one.expires <= book.now:
                        cash_box.close(book, deal, one)

    # ----------------------------------------------------------------------------------------------- the organizer

    def _taken(self, book: Notebook, pool_id: str) -> int:
        """What is written as taken: what has run out counts until it is released."""
        (row,) = self.theatre.all(
            "SELECT taken FROM houses WHERE event_id = %s UNION ALL SELECT taken FROM pools WHERE id = %s LIMIT 1",
            pool_id,
            pool_id,
        )
        return int(row[0])

    @rule(change=changes)
    def the_organizer_changes_something(self, change: tuple[str, dict[str, Any]]) -> None:
        what, given = change
        if self.offer.is_cancelled and given.get("where") is not True:
            return
        getattr(self, what)(**given)

    def change_the_house(self, capacity: int, held_back: int, *, where: bool) -> None:
        book = self.plain if where else self.offer
        no = {"pool_in_use"} if self._taken(book, book.event_id) + held_back > capacity else set()
        given = {"capacity": capacity, "held_back": held_back}
        if self.does(pool.change(self.theatre.deps, book.event_id, book.event_id, given, None, seen), no):
            book.capacity, book.held_back = capacity, held_back

    def change_a_pool(self, n: int, capacity: int | None) -> None:
        pool_id = list(self.offer.pools)[n]
        is_less = capacity is not None and self._taken(self.offer, pool_id) > capacity
        no = {"pool_in_use"} if is_less else set()
        given = {"capacity": capacity}
        if self.does(pool.change(self.theatre.deps, self.offer.event_id, pool_id, given, None, seen), no):
            self.offer.pools[pool_id] = capacity

    def offer_otherwise(self, name: str, price: int, pools: list[str], places: int) -> None:
        kind = self.offer.kinds[name]
        pool_ids = [list(self.offer.pools)[POOLS.index(one)] for one in pools]
        given: dict[str, Any] = {"price_minor": price, "pool_ids": tuple(pool_ids), "places": places}
        deps = self.theatre.deps
        assert self.does(ticket_type.change(deps, self.offer.event_id, kind.id, given, None, seen), set())
        kind.price, kind.pools, kind.places = price, pool_ids, places

    def limit_a_code(self, name: str, limits: tuple[int | None, int | None, int | None]) -> None:
        code = self.offer.codes[name]
        (used,) = self.theatre.all(
            "SELECT tickets_used, bookings_used, money_used_minor FROM promo_codes WHERE id = %s", code.id
        )
        is_less = any(most is not None and count > most for count, most in zip(used, limits, strict=True))
        no = {"promo_code_in_use"} if is_less else set()
        given = dict(zip(("tickets_max", "bookings_max", "money_max_minor"), limits, strict=True))
        if self.does(promo_code.change(self.theatre.deps, self.offer.event_id, code.id, given, None, seen), no):
            code.limits = limits

    def agree_on_refunds_otherwise(self, policy: Policy | None) -> None:
        """For who buys from now on; for who has bought, what he was told remains."""
        no = {"event_not_changeable"} if self.offer.is_over else set()
        given = {"refund_policy": refund_policy(policy)}
        if self.does(event.change(self.theatre.deps, self.offer.event_id, given, None, seen), no):
            self.offer.policy = policy

    def take_back_or_publish(self, *, where: bool) -> None:
        book = self.plain if where else self.offer
        no = {"event_not_changeable"} if book.starts <= book.now else set()
        if not book.is_published:
            if self.does(publication.publish(self.theatre.deps, book.event_id, None, seen), no):
                book.is_published = True
            return
        if self._taken(book, book.event_id):
            no.add("event_in_use")
        if self.does(publication.withdraw(self.theatre.deps, book.event_id, None, seen), no):
            book.is_published = False

    # ------------------------------------------------------------------------------------------------- the verdict

    @invariant()
    def the_rows_say_what_the_clerk_noted(self) -> None:
        self.steps += 1
        agree(self.theatre, self.books.values())

    def teardown(self) -> None:
        """Let everything come to its end, then look at all of it once more."""
        if not self.books:
            return
        if self.offer.is_cancelled:
            self.the_event_is_brought_to_its_end()
        self._moves(LONG)
        self.the_jobs_run()
        while any(one.asked for _, one in self.paid_by("bank_transfer")):
            self.transfer_back(0)
        if self.offer.is_cancelled and len(self.deals) % 2:
            self.staff_hand_over_what_is_owed()
            assert not any(cash_box.to_hand_over(*paid) for paid in self.payments)
        for book in self.books.values():
            nothing_is_left_over(self.theatre, book)
