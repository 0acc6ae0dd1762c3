"""The list of changes: which types are meant, and where a cursor stands."""

import pytest

from fullhouse.rules.change import KINDS, Ends, cursor_at, kinds_of, position_at, require_kept
from fullhouse.rules.refusals import CursorTooOld, ValidationFailed


def test_types_are_meant_by_how_they_begin_in_the_order_of_the_list() -> None:
    assert kinds_of("refund.,event.c") == ["event.created", "event.changed", "event.cancelled", "refund.paid"]
    assert kinds_of("ticket") == ["tickets.cancelled", "ticket.transferred"]
    assert kinds_of("e,b,t,r") == list(KINDS)


@pytest.mark.parametrize("types", ["", ",", "event.,", "Event.", " event.", "event.created.", "seat", "\x00"])
def test_what_no_type_begins_with_is_refused(types: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        kinds_of(types)
    assert refused.value.facts == {"field": "types"}


def test_a_cursor_stands_where_it_was_made() -> None:
    for position in (0, 1, 10**17):
        assert position_at(cursor_at(position)) == position


@pytest.mark.parametrize("cursor", ["", "c", "7", "c-1", "c01", "c1 ", "c1\n", "C1", "c" + "9" * 19, "c٣"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        position_at(cursor)


def test_a_cursor_is_good_from_the_last_that_was_forgotten_to_the_last_that_was_given() -> None:
    ends = Ends(forgotten=5, numbered=9)
    for position in range(5, 10):
        require_kept(position, ends)
    with pytest.raises(CursorTooOld):
        require_kept(4, ends)
    with pytest.raises(ValidationFailed):
        require_kept(10, ends)
