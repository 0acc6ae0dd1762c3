"""Keys that stand for requests, and answers that survive being written down as JSON."""

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from fullhouse.rules.booking import Booked, Booking, Buyer, Cancelled, Confirmed, Refused
from fullhouse.rules.idempotency import answer_of, answered_with, key_for, outcome_of, record_of
from fullhouse.rules.refusals import REFUSALS, Refusal

# What comes over HTTP and out of PostgreSQL has no lone surrogates and no NUL.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)
moments = st.datetimes(timezones=st.just(UTC))
ids = st.uuids(version=4).map(str)
bookings = st.builds(
    Booking,
    id=ids,
    event_id=ids,
    number=st.integers(1, 2**30),
    places=st.integers(1, 100),
    status=st.sampled_from(["held", "confirmed", "expired", "cancelled"]),
    created_at=moments,
    cancelled_at=st.none() | moments,
    expires_at=st.none() | moments,
    buyer=st.none() | st.builds(Buyer, words, words),
    drawn=st.none() | st.dictionaries(ids, st.integers(0, 100), max_size=2),
    paid_by=st.sampled_from([None, "cash", "card_terminal", "comp"]),
)
facts = st.dictionaries(st.sampled_from(["field", "available_seats", "limit_bytes"]), st.integers() | words)
refusals: st.SearchStrategy[Refusal] = st.builds(
    lambda kind, detail, known: kind(detail, **known), st.sampled_from(list(REFUSALS.values())), words, facts
)
outcomes = st.builds(Refused, refusals)


def written_and_read(outcome: Refused) -> Refused:
    return outcome_of(json.loads(to_json(record_of(outcome))))


@given(outcomes)
def test_an_answer_comes_back_from_json_as_it_was(outcome: Refused) -> None:
    again = written_and_read(outcome)
    assert again == outcome._replace(replayed=False)
    assert type(again) is type(outcome)


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_comes_back_from_json_as_it_was(code: str) -> None:
    no = Refused(REFUSALS[code]("No, because of “this”.", field="num_seats", available_seats=3))
    again = written_and_read(no)
    assert isinstance(again, Refused)
    assert again == no
    assert type(again.refusal) is REFUSALS[code]


@given(bookings)
def test_a_booking_that_was_cancelled_since_is_answered_as_it_was_booked(booking: Booking) -> None:
    again = answered_with(booking, "confirmed")
    assert again == Booked(booking._replace(status="confirmed", cancelled_at=None))
    assert type(again) is Booked


@given(bookings)
def test_a_hold_is_answered_as_it_was_made_whatever_became_of_it(booking: Booking) -> None:
    again = answered_with(booking, "held")
    assert again == Booked(booking._replace(status="held", cancelled_at=None, paid_by=None))
    assert type(again) is Booked


@given(bookings)
def test_a_confirmation_is_answered_with_how_it_was_paid_though_it_was_cancelled_since(booking: Booking) -> None:
    again = answered_with(booking, "confirmation")
    assert again == Confirmed(booking._replace(status="confirmed", cancelled_at=None))
    assert type(again) is Confirmed


@given(bookings)
def test_what_was_answered_is_remembered_apart_from_the_booking(booking: Booking) -> None:
    assert answer_of(Booked(booking._replace(status="held"))) == "held"
    assert answer_of(Booked(booking._replace(status="confirmed"))) == "confirmed"
    assert answer_of(Confirmed(booking)) == "confirmation"
    assert answer_of(Cancelled(booking)) == "cancelled"


@given(bookings)
def test_a_cancellation_is_answered_with_the_booking_as_it_is(booking: Booking) -> None:
    again = answered_with(booking, "cancelled")
    assert again == Cancelled(booking)
    assert type(again) is Cancelled


@given(outcomes)
def test_that_an_answer_was_a_repetition_is_not_remembered(outcome: Refused) -> None:
    assert not written_and_read(outcome._replace(replayed=True)).replayed


callers = st.sampled_from(["ann", "bob", "annP", "an"])


@given(st.tuples(callers, words, words), st.tuples(callers, words, words), words, words)
def test_a_key_is_another_one_for_another_caller_path_or_text(
    one: tuple[str, str, str], other: tuple[str, str, str], asked: str, asked_else: str
) -> None:
    first, second = key_for(*one, asked), key_for(*other, asked_else)
    assert (first.id == second.id) is (one == other)
    assert (first.fingerprint == second.fingerprint) is (asked == asked_else)
    assert len(first.id) == len(first.fingerprint) == 32


def test_letters_moved_from_one_part_of_a_key_to_the_next_make_another_key() -> None:
    assert len({key_for(*parts, "").id for parts in (("ab", "c", "d"), ("a", "bc", "d"), ("a", "b", "cd"))}) == 3
