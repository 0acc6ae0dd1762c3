"""The short code of a booking that people read aloud. It opens nothing; the booking's id does.

It is the booking's number within its event, shuffled one-to-one, in Crockford's base 32 (no I, L, O, U):
unique by construction, and it does not tell how many were sold.
"""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"O": 0, "I": 1, "L": 1}
_PAUSES = frozenset(" \t-\u2010\u2011\u2012\u2013\u2014\u00a0")
_BITS = 30
_LENGTH = 6
_MASK = (1 << _BITS) - 1
NUMBER_MAX = _MASK
"""Bookings that one event can ever number; six digits of 32 hold no more."""

_ODD = 0x2C1B3C6D & _MASK | 1
_ODD_INVERSE = pow(_ODD, -1, 1 << _BITS)
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]


def _offset(event_id: str) -> int:
    """The start of an event's sequence, from the random tail of its id."""
    return int(event_id[-8:], 16) & _MASK


def reference_of(event_id: str, number: int) -> str:
    """Six characters for the booking `number` (1 to `NUMBER_MAX`) of an event."""
    shuffled = (number + _offset(event_id)) & _MASK
    shuffled = (shuffled ^ (shuffled >> 15)) * _ODD & _MASK
    shuffled ^= shuffled >> 15
    return _PAIRS[shuffled >> 20] + _PAIRS[shuffled >> 10 & 0x3FF] + _PAIRS[shuffled & 0x3FF]


def number_of(event_id: str, reference: str) -> int | None:
    """The booking's number, or None when `reference` can't be one.

    Small letters and O, I, L are forgiven, and blanks and dashes, with which people read it aloud.
    """
    values = [_VALUES.get(character) for character in reference.strip().upper() if character not in _PAUSES]
    if len(values) != _LENGTH:
        return None
    shuffled = 0
    for value in values:
        if value is None:
            return None
        shuffled = shuffled << 5 | value
    # A shift by half the width is its own inverse, so both xor steps undo themselves.
    shuffled ^= shuffled >> 15
    shuffled = shuffled * _ODD_INVERSE & _MASK
    shuffled ^= shuffled >> 15
    return (shuffled - _offset(event_id)) & _MASK
