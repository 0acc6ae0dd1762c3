"""Currencies: which codes of ISO 4217 there are."""

from functools import cache

from babel.core import get_global


@cache
def _current() -> frozenset[str]:
    """What is legal tender somewhere today, by the Unicode CLDR; so neither old money nor gold nor test codes."""
    by_territory = get_global("territory_currencies")
    return frozenset(
        code
        for currencies in by_territory.values()
        for code, _since, until, is_tender in currencies
        if is_tender and until is None
    )


def is_currency(code: str) -> bool:
    """Tell whether this is the ISO 4217 code of money that people pay with."""
    return code in _current()
