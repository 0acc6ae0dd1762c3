"""Persons: which mail addresses are one account."""

import pytest

from fullhouse.rules.person import email_key


@pytest.mark.parametrize(
    "email", ["Olga@House.example", "olga@house.example ", "OLGA@HOUSE.EXAMPLE", "\tolga@house.example"]
)
def test_one_address_in_any_writing_is_one_account(email: str) -> None:
    assert email_key(email) == "olga@house.example"


def test_letters_that_only_look_alike_are_two_accounts() -> None:
    """A password's reset for one must never be asked for by the other's name."""
    assert email_key("m\u0131ke@house.example") != email_key("mike@house.example")
    assert email_key("\uff4dike@house.example") != email_key("mike@house.example")
    assert email_key("stra\u00dfe@house.example") != email_key("strasse@house.example")
