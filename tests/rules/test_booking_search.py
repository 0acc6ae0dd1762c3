"""What bookings are found by: as people write names, as they remember them, and as they read a reference aloud."""

import pytest

from fullhouse.rules.booking_search import Sought, sought, words_of
from fullhouse.rules.reference import number_of, reference_of

EVENT = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


@pytest.mark.parametrize(
    ("name", "email", "asked"),
    [
        ("Zoë O'Hara", "zoe@example.org", "zoe hara"),
        ("Zoë O'Hara", "zoe@example.org", "ZOË O'H"),
        ("Jürgen Müller-Lüdenscheidt", "jml@example.org", "mull lud"),
        ("Søren Łukasz Straße", "s@example.org", "soren lukasz strasse"),
        ("王小明", "wang@example.cn", "王小"),
        ("Ann Lee", "ann.lee+gigs@Example.org", "ANN.LEE+gigs@example"),
        ("Ann Lee", "ann.lee+gigs@example.org", "gigs"),
        ("Ann 100% Lee", "a@example.org", "100%"),
        ("Ｗｉｄｅ Name", "w@example.org", "wide"),
        ("محمد علي", "m@example.org", "علي"),
    ],
)
def test_a_buyer_is_found_by_the_beginnings_of_words_however_they_are_written(
    name: str, email: str, asked: str
) -> None:
    assert sought(asked).is_met_by(words_of([name], [email]))


@pytest.mark.parametrize("asked", ["ee", "bob", "ann bob", "example", "lee@example.org"])
def test_what_no_word_begins_with_is_not_found(asked: str) -> None:
    assert not sought(asked).is_met_by(words_of(["Ann Lee"], ["ann@example.org"]))


def test_the_bounds_of_a_word_hold_its_continuations_and_nothing_else() -> None:
    (low,), (high,) = sought("ann").bounds
    for word, is_between in {
        "ann": True,
        "anna": True,
        "ann\uffff": True,
        "anm": False,
        "ano": False,
        "an": False,
    }.items():
        assert (low <= word < high) is is_between


def test_a_whole_address_is_one_more_word() -> None:
    assert sought(None, "ann@example.org").words == ("ann@example.org",)
    assert sought("lee", "ann@example.org").words == ("ann@example.org", "lee")
    assert sought(None) == Sought(())


@pytest.mark.parametrize("asked", ["0196A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B", "0196a1b2c3d47e5f8a6b7c8d9e0f1a2b"])
def test_an_id_is_known_with_and_without_its_dashes(asked: str) -> None:
    assert sought(f" {asked} ").booking_id == asked.lower()
    assert sought(f"{asked} Lee").booking_id is None
    assert sought("Ann Lee").booking_id is None


def test_a_question_and_a_booking_have_a_bounded_number_of_words() -> None:
    assert len(sought(" ".join(map(str, range(100)))).words) == 6
    assert len(words_of(map(str, range(100)))) == 24
    assert words_of([None], [None]) == []
    assert words_of(["x" * 999]) == ["x" * 254]


@pytest.mark.parametrize("read", ["{0}-{1}", "{0} {1}", "{0}–{1}", " {0}{1} "])
def test_a_reference_is_known_as_it_is_read_aloud(read: str) -> None:
    reference = reference_of(EVENT, 4711)
    assert number_of(EVENT, read.format(reference[:3].lower(), reference[3:])) == 4711
