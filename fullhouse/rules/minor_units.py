"""Minor units: how many digits a currency has, and amounts written as decimals."""

import re
from decimal import Decimal

_DIGITS = (
    dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0)  # noqa: SIM905 - a table reads best so
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)  # noqa: SIM905 - the same
)
"""Those of ISO 4217 that have other than two digits."""

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,12})(?:[.,]([0-9]{1,5}))?")


def minor_of(text: str, currency: str) -> int:
    """An amount as a decimal, with a point or a comma and without groups, in minor units. Raises ValueError."""
    found = _AMOUNT.fullmatch(text.strip())
    digits = digits_of(currency)
    if found is None:
        raise ValueError(f"{text[:30]!r} is no amount")
    sign, whole, part = found[1], found[2], (found[3] or "").rstrip("0")
    if len(part) > digits:
        raise ValueError(f"{text[:30]!r} has more digits than {currency} has")
    return int(whole + part.ljust(digits, "0")) * (-1 if sign == "-" else 1)


def digits_of(currency: str) -> int:
    """How many digits a currency has behind the point (ISO 4217)."""
    return _DIGITS.get(currency, 2)


def decimal_of(amount_minor: int, currency: str) -> Decimal:
    """An amount as a decimal with as many digits as the currency has, 25.00 for instance."""
    return Decimal(amount_minor).scaleb(-digits_of(currency))
