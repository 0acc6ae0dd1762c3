"""Passwords: long ones that nobody guesses first are allowed, with any signs or none."""

import pytest

from fullhouse.outside.breached import common_passwords
from fullhouse.rules.password import LENGTH_MIN, prepared, require_allowed
from fullhouse.rules.people_refusals import PasswordNotAllowed

OWN = ("Olga Owner", "olga.owner@house.example")


@pytest.mark.parametrize(
    "password",
    [
        "a tram to the harbour",
        "zwölf graue Möwen",
        "owner of nine umbrellas",
        "correcthorsebatterystaple",
        "\U0001f3ad\U0001f3bb\U0001f3ba\U0001f3b7" + "tonight!",
        "7#kQ92 letmein zz",
        "x" * 5 + "monolith" + "y" * 5,
    ],
)
def test_a_long_password_of_any_signs_is_allowed(password: str) -> None:
    require_allowed(password, common_passwords(), OWN)


@pytest.mark.parametrize(
    "password",
    [
        "motherfucker",
        "MotherFucker",
        "justinbieber",
        "passwordpassword",
        "password1234567",
        "!!!!!Letmein!!!!!",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "abcdefghijklm",
        "12345678901234",
        "mlkjihgfedcba",
        "qwertyuiopas",
        "letmein letmein letmein ",
    ],
)
def test_what_is_guessed_first_and_what_is_like_it_is_refused(password: str) -> None:
    with pytest.raises(PasswordNotAllowed, match="among the first"):
        require_allowed(password, common_passwords(), ())


@pytest.mark.parametrize(
    "password", ["olga.owner@house.example", "OLGA.OWNER12", "Olga Owner 1985", "olga owner!!", "olga.owner2027!"]
)
def test_ones_own_name_and_address_are_no_passwords(password: str) -> None:
    with pytest.raises(PasswordNotAllowed, match="own name"):
        require_allowed(password, common_passwords(), OWN)


def test_a_short_name_may_be_in_a_password() -> None:
    require_allowed("ann 1234567890 1", frozenset(), ("Ann", "ann@house.example"))


def test_a_password_that_is_short_once_its_letters_are_put_together_is_refused() -> None:
    """Each of these letters was sent as two signs."""
    with pytest.raises(PasswordNotAllowed, match=f"at least {LENGTH_MIN}"):
        require_allowed("e\u0301a\u0301" * 5, frozenset(), ())


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    assert prepared("cafe\u0301\u00a0au\u3000lait") == "caf\u00e9 au lait"
    assert prepared("Straße") != prepared("STRASSE")


def test_the_list_of_common_passwords_is_long_and_in_lower_case() -> None:
    listed = common_passwords()
    assert len(listed) > 19_000
    assert {"password", "123456", "qwerty"} <= listed
    assert all(one == one.lower() for one in listed)
