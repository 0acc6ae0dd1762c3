"""What may happen to the money of bookings: it comes in parts, late, twice and in other ways, and goes back."""

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from fullhouse.actions import booking, payment, refund, statement
from tests.actions.life import cash_box
from tests.actions.life.deal import Deal, Payment
from tests.actions.life.inventions import AMOUNTS, PROVIDERS, priced_wishes
from tests.actions.life.machine import Life, which
from tests.actions.life.notebook import Wish
from tests.actions.life.theatre import Theatre
from tests.outside.stripe_desk import signed
from tests.till import told


class PaidLife(Life):
    """The life of bookings with their money."""

    def __init__(self, theatre: Theatre) -> None:
        """No statement was read yet."""
        super().__init__(theatre)
        self.statements: list[bytes] = []

    def paid_by(self, provider: str) -> list[tuple[Deal, Payment]]:
        """Payments by one provider, the last one first."""
        return [(deal, one) for deal in self.deals for one in deal.payments[::-1] if one.provider == provider]

    @property
    def payments(self) -> list[tuple[Deal, Payment]]:
        """All of them."""
        return [(deal, one) for deal in self.deals for one in deal.payments]

    @property
    def payable(self) -> list[tuple[Deal, Payment]]:
        """What can still be paid by card, though it may be too late for the places."""
        return [(deal, one) for deal, one in self.paid_by("stripe") if one.state == "open" and not one.sent]

    @precondition(lambda self: self.deals)
    @rule(n=which, provider=st.sampled_from(PROVIDERS))
    def begin_to_pay_anything(self, n: int, provider: Any) -> None:
        self._begin(self.deals[n % len(self.deals)], provider)

    @precondition(lambda self: self.holds)
    @rule(n=which, provider=st.sampled_from(cash_box.FAR))
    def begin_to_pay_a_hold(self, n: int, provider: Any) -> None:
        self._begin(self.holds[n % len(self.holds)], provider)

    @rule(wish=priced_wishes, provider=st.sampled_from(cash_box.FAR))
    def book_and_begin_to_pay(self, wish: Wish, provider: Any) -> None:
        self.book(wish, keyed=False)
        for deal in self.holds[:1]:
            self._begin(deal, provider)

    @precondition(lambda self: self.holds)
    @rule(n=which)
    def who_pays_a_part_then_pays_otherwise(self, n: int) -> None:
        """The part is on its way back when all of it comes in another way."""
        deal = self.holds[n % len(self.holds)]
        self._begin(deal, "bank_transfer")
        for one in deal.payments[::-1]:
            if one.provider == "bank_transfer" and one.state == "open":
                self._transfer(deal, one, "part")
        self._begin(deal, "stripe")
        for one in deal.payments[::-1]:
            if one.provider == "stripe" and one.state == "open" and not one.sent:
                self._pay_by_card(deal, one)
                self._tell(deal, one, 1)

    def _begin(self, deal: Deal, provider: Any) -> None:
        no = cash_box.paying(self.offer, deal, provider)
        if provider in cash_box.DESK:
            if deal.state != "cancelled" and deal.price and not self.offer.confirming(deal):
                self._confirmed(deal, provider)
                for one in list(deal.payments):
                    cash_box.close(self.offer, deal, one)
            self.does(payment.begin(self.theatre.deps, deal.id, provider), no)
            return
        standing = None if no else cash_box.standing(self.offer, deal, provider)
        if deal.state == "confirmed":
            # The one that stood before was paid at this very moment.
            no = no | {"booking_not_held"}
        begun = self.does(payment.begin(self.theatre.deps, deal.id, provider), no)
        if standing is not None:
            assert begun is not None
            assert begun.id == standing.id
        elif begun is not None:
            one = Payment(begun.id, provider, deal.price, reference=begun.reference or "", expires=deal.expires)
            deal.payments.append(one)

    @precondition(lambda self: self.payable)
    @rule(n=which, is_heard=st.booleans())
    def pay_by_card(self, n: int, *, is_heard: bool) -> None:
        deal, one = self.payable[n % len(self.payable)]
        self._pay_by_card(deal, one)
        if is_heard:
            self._tell(deal, one, 1)

    def _pay_by_card(self, deal: Deal, one: Payment) -> None:
        self.theatre.run(self.theatre.stripe.pay(one.reference))
        one.sent = one.amount

    @precondition(lambda self: self.paid_by("stripe"))
    @rule(n=which, times=st.integers(1, 3))
    def tell(self, n: int, times: int) -> None:
        """A notice comes, for whatever reason, late or never before, and several times at once."""
        cards = self.paid_by("stripe")
        self._tell(*cards[n % len(cards)], times)

    def _tell(self, deal: Deal, one: Payment, times: int) -> None:
        async def all_at_once() -> None:
            body = await self.theatre.stripe.notice(one.reference)
            signature = signed(body)["stripe-signature"]
            deps = self.theatre.deps
            await asyncio.gather(*(payment.hear(deps, "stripe", body, signature) for _ in range(times)))

        self.theatre.run(all_at_once())
        cash_box.hear(self.offer, deal, one)

    @precondition(lambda self: self.paid_by("bank_transfer"))
    @rule(n=which, amount=st.sampled_from(AMOUNTS))
    def transfer(self, n: int, amount: str) -> None:
        transfers = self.paid_by("bank_transfer")
        self._transfer(*transfers[n % len(transfers)], amount)

    def _transfer(self, deal: Deal, one: Payment, amount: str) -> None:
        rest = max(one.amount - one.received, 1)
        minor = {"all": one.amount, "part": max(one.amount // 3, 1), "rest": rest, "too much": rest + 700}[amount]
        self.numbers += 1
        line = f"2030-05-01;{minor // 100}.{minor % 100:02};EUR;Ada;{one.reference} transfer {self.numbers}\n"
        self.statements.append(b"date;amount;currency;payer;text\n" + line.encode())
        (matched,) = self.theatre.run(statement.read(self.theatre.deps, self.statements[-1]))
        assert matched.payment is not None
        cash_box.arrives(self.offer, deal, one, minor)

    @precondition(lambda self: self.statements)
    @rule(n=which)
    def read_a_statement_again(self, n: int) -> None:
        body = self.statements[-1 - n % len(self.statements)]
        (matched,) = self.theatre.run(statement.read(self.theatre.deps, body))
        assert matched.result == "seen_before"

    @precondition(lambda self: any(deal.payments for deal in self.deals))
    @rule(n=which, part=st.sampled_from([None, None, 100, 1_000]))
    def give_back(self, n: int, part: int | None) -> None:
        """Staff send money back, whether or not it is owed."""
        deal, one = self.payments[n % len(self.payments)]
        left = one.received - one.returned
        amount = left if part is None else part
        no = set() if one.state == "paid" and 0 < amount <= left else {"refund_not_possible"}
        found = self.theatre.run(booking.find(self.theatre.deps, deal.id))
        if self.does(refund.ask(self.theatre.deps, found, one.id, part), no) is not None:
            cash_box.ask_back(deal, one, amount)

    @precondition(lambda self: any(one.asked for _, one in self.paid_by("bank_transfer")))
    @rule(n=which)
    def transfer_back(self, n: int) -> None:
        """Somebody has transferred what has to go back, and says so."""
        asked = [(deal, one) for deal, one in self.paid_by("bank_transfer") if one.asked]
        deal, one = asked[n % len(asked)]
        self.theatre.run(self._transferred_back(deal, one))
        cash_box.gone(deal, one)

    async def _transferred_back(self, deal: Deal, one: Payment) -> None:
        deps = self.theatre.deps
        payments, refunds = await payment.of_booking(deps, deal.id)
        (number,) = (found.number for found in payments if found.id == one.id)
        asked = [made for made in refunds if made.state == "asked" and made.payment_number == number]
        assert [made.amount_minor for made in asked] == [one.asked]
        await refund.complete(deps, await booking.find(deps, deal.id), asked[0].id, None, told)
