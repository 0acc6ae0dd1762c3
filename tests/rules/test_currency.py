"""Currencies that there are."""

import pytest

from fullhouse.rules.currency import is_currency


@pytest.mark.parametrize("code", ["EUR", "USD", "CHF", "JPY", "KWD", "GBP", "INR", "XOF", "XPF", "VES"])
def test_what_people_pay_with_is_a_currency(code: str) -> None:
    assert is_currency(code)


@pytest.mark.parametrize("code", ["DEM", "FRF", "XTS", "XAU", "AAA", "BTC", "eur", "EU", "EURO", "", "€"])
def test_what_is_gone_or_never_was_is_none(code: str) -> None:
    assert not is_currency(code)
