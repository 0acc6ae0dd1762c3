"""The code of a booking that people read aloud: one for each number, and no two alike."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.reference import NUMBER_MAX, number_of, reference_of

EVENT = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
events = st.uuids(version=4).map(str)
numbers = st.integers(1, NUMBER_MAX)


@given(events, numbers)
def test_the_reference_leads_back_to_the_number(event_id: str, number: int) -> None:
    reference = reference_of(event_id, number)
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{6}", reference)
    assert number_of(event_id, reference) == number


@given(events, st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=6, max_size=6))
def test_every_code_stands_for_exactly_one_number(event_id: str, reference: str) -> None:
    number = number_of(event_id, reference)
    assert number is not None
    assert 0 <= number <= NUMBER_MAX
    assert reference_of(event_id, number) == reference


def test_the_first_hundred_thousand_bookings_and_the_last_ones_all_have_different_references() -> None:
    some = [*range(1, 100_001), *range(NUMBER_MAX - 1_000, NUMBER_MAX + 1)]
    assert len({reference_of(EVENT, number) for number in some}) == len(some)


def test_a_reference_does_not_tell_how_many_were_sold() -> None:
    first = [reference_of(EVENT, number) for number in range(1, 1_001)]
    assert first != sorted(first)
    for place in range(6):
        letters = {reference[place] for reference in first}
        assert len(letters) > 20, "every one of the six characters changes"


@given(events, numbers)
def test_small_letters_spaces_and_letters_that_look_like_digits_are_forgiven(event_id: str, number: int) -> None:
    reference = reference_of(event_id, number)
    for zero, one in (("O", "I"), ("o", "l"), ("O", "L"), ("o", "i")):
        spoken = reference.lower().replace("0", zero).replace("1", one)
        assert number_of(event_id, f" {spoken}\n") == number


@pytest.mark.parametrize(
    "rubbish", ["", "ABC", "ABCDEFG", "ABCDEU", "ABC-EF", "ABC EF", "ABCDE\N{FULLWIDTH DIGIT ONE}", "ßßßßß", "💺" * 6]
)
def test_rubbish_is_no_reference(rubbish: str) -> None:
    assert number_of(EVENT, rubbish) is None


@given(events, st.text())
def test_whatever_is_typed_either_is_a_reference_or_is_not(event_id: str, text: str) -> None:
    number = number_of(event_id, text)
    assert number is None or 0 <= number <= NUMBER_MAX
