"""Texts of users on paper."""

import pytest

from fullhouse.printing.text import user_text


@pytest.mark.parametrize(
    ("text", "is_from_right"),
    [
        ("Ann", False),
        ("محمد", True),
        ("שלום", True),
        ("2041 محمد", True),
        ("Ann محمد", False),
        ("123", False),
        ("", False),
    ],
)
def test_a_text_runs_as_its_first_letter_does(text: str, *, is_from_right: bool) -> None:
    assert user_text(text)["rtl"] is is_from_right


def test_nothing_turns_the_line_around_it() -> None:
    assert user_text("a\u202eb\u2066c\x00d\te")["text"] == "a b c d e"


def test_what_joins_letters_and_pictures_stays() -> None:
    for text in ("👩\u200d👧", "می\u200cخواهم"):
        assert user_text(text)["text"] == text


def test_only_what_is_longer_than_any_word_may_break() -> None:
    assert user_text("Donaudampfschifffahrt")["text"] == "Donaudampfschifffahrt"
    assert user_text("x" * 25)["text"] == "\u200b".join(["x" * 12, "x" * 12, "x"])
