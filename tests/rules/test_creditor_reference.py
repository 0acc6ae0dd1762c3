"""Creditor references: banks and people may respace them, but a wrong digit is noticed."""

from hypothesis import assume, given
from hypothesis import strategies as st

from fullhouse.rules.creditor_reference import creditor_reference, is_right, references_in

ids = st.uuids().map(str)


def test_the_example_of_the_standard_is_right() -> None:
    assert is_right("RF18539007547034")
    assert not is_right("RF18539007547043")


@given(ids)
def test_our_references_are_right_and_short_enough(payment_id: str) -> None:
    reference = creditor_reference(payment_id)
    assert is_right(reference)
    assert len(reference) == 19
    assert reference == creditor_reference(payment_id)


@given(
    ids,
    st.sampled_from(["{}", "Tickets {} thanks", "ref:{}", "/ROC/{}/X", "{}EREF+NOTPROVIDED", "RF00 {}"]),
    st.booleans(),
)
def test_a_reference_is_found_however_it_is_written(payment_id: str, text: str, is_spaced: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
    reference = creditor_reference(payment_id)
    written = " ".join(reference[n : n + 4] for n in range(0, 19, 4)).lower() if is_spaced else reference
    assert reference in references_in(text.format(written))


@given(ids, st.integers(2, 18), st.sampled_from("0123456789ABCDEF"))
def test_a_wrong_character_of_the_same_kind_is_noticed(payment_id: str, place: int, character: str) -> None:
    """Modulo 97 promises no more: a letter counts for two digits, so one for the other may go unnoticed."""
    reference = creditor_reference(payment_id)
    assume(reference[place].isdigit() == character.isdigit())
    wrong = reference[:place] + character + reference[place + 1 :]
    assert wrong == reference or not is_right(wrong)
