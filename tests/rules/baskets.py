"""Offers and baskets to be priced: builders for plain examples, and what Hypothesis invents."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hypothesis import strategies as st

from fullhouse.rules.offer import Fee, Offer, Tax, TicketType, Wanted

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
UNTAXED = Tax(0, is_included=True)


def ticket_type(name: str, price_minor: int, tax: Tax = UNTAXED) -> TicketType:
    return TicketType(name.lower(), name, price_minor, tax, 1, 1, None, None, None, "public", ())


def per_ticket(amount: int, tax: Tax = UNTAXED) -> Fee:
    return Fee("service", "Service", "fixed", amount, "ticket", tax)


def per_booking(amount: int, tax: Tax = UNTAXED) -> Fee:
    return Fee("handling", "Handling", "fixed", amount, "booking", tax)


def percent(fee: Fee) -> Fee:
    return fee._replace(kind="percent")


def offer_of(*ticket_types: TicketType, fees: Iterable[Fee] = ()) -> Offer:
    return Offer(
        "e", "organizer", 1, "published", NOW, None, None, "EUR", {one.id: one for one in ticket_types}, tuple(fees)
    )


# Small amounts meet halves, large ones show whether anything was ever a float.
minors = st.one_of(st.just(0), st.integers(1, 300), st.integers(1, 10**11))
basis_points = st.sampled_from([0, 700, 1900, 2000, 10_000]) | st.integers(0, 10_000)
taxes = st.builds(Tax, basis_points, st.booleans())
quantities = st.integers(1, 12) | st.integers(1, 10_000)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
pers = st.sampled_from(["ticket", "booking"])
fixed = st.builds(Fee, names, names, st.just("fixed"), minors, pers, taxes)
percentages = st.builds(Fee, names, names, st.just("percent"), basis_points, pers, taxes)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    """Up to four ticket types and five fees, in any mixture."""
    priced = draw(st.lists(st.tuples(names, minors, taxes), min_size=1, max_size=4))
    types = [ticket_type(name, price, tax)._replace(id=f"type-{n}") for n, (name, price, tax) in enumerate(priced)]
    charged = draw(st.lists(st.one_of(fixed, percentages), max_size=5))
    fees = [fee._replace(id=f"fee-{n}") for n, fee in enumerate(charged)]
    return offer_of(*types, fees=fees)._replace(currency=draw(st.sampled_from(["EUR", "JPY", "TND"])))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Offer, list[Wanted]]:
    """An offer, and a basket that may name a ticket type twice."""
    offer = draw(offers())
    lines = st.builds(Wanted, st.sampled_from(list(offer.ticket_types)), quantities)
    return offer, draw(st.lists(lines, max_size=5))
