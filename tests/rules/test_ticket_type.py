"""The rules of ticket types: parts that go together."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.offer import Tax
from fullhouse.rules.refusals import LimitReached, TicketTypeInUse, ValidationFailed
from fullhouse.rules.ticket_type import (
    TICKET_TYPES_MAX,
    TicketTypeEntry,
    checked,
    require_never_sold,
    require_room,
)

ADULT = TicketTypeEntry(
    *("adult", "event", "Adult", "", 0, 2500, "EUR", Tax(1900, is_included=True)), 1, 1, None, None, None, "public", ()
)
moments = st.none() | st.integers(1, 5).map(lambda day: datetime(2030, 1, day, tzinfo=UTC))


@given(st.integers(1, 5), st.none() | st.integers(1, 5))
def test_the_most_tickets_are_at_least_the_fewest(fewest: int, most: int | None) -> None:
    entry = ADULT._replace(tickets_min=fewest, tickets_max=most)
    if most is None or most >= fewest:
        assert checked(entry, ()) is entry
    else:
        with pytest.raises(ValidationFailed) as refused:
            checked(entry, ())
        assert refused.value.facts == {"field": "tickets_max"}


@given(moments, moments)
def test_selling_ends_after_it_begins(since: datetime | None, until: datetime | None) -> None:
    entry = ADULT._replace(sales_from=since, sales_until=until)
    if since is None or until is None or until > since:
        assert checked(entry, ()) is entry
    else:
        with pytest.raises(ValidationFailed) as refused:
            checked(entry, ())
        assert refused.value.facts == {"field": "sales_until"}


def test_it_draws_on_pools_that_there_are_and_not_on_the_house() -> None:
    pool_ids = {"event", "a", "b"}
    for good in ((), ("a",), ("a", "b")):
        checked(ADULT._replace(pool_ids=good), pool_ids)
    for wrong in (("event",), ("a", "event"), ("c",), ("a", "c")):
        with pytest.raises(ValidationFailed) as refused:
            checked(ADULT._replace(pool_ids=wrong), pool_ids)
        assert refused.value.facts == {"field": "pool_ids"}


def test_there_are_only_so_many() -> None:
    require_room(TICKET_TYPES_MAX - 1)
    with pytest.raises(LimitReached):
        require_room(TICKET_TYPES_MAX)


def test_what_was_sold_stays() -> None:
    require_never_sold(is_sold=False)
    with pytest.raises(TicketTypeInUse, match="archived"):
        require_never_sold(is_sold=True)
