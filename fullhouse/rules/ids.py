"""UUIDv7 (RFC 9562, section 5.7) from a moment and random bytes that the caller supplies."""

from datetime import UTC, datetime, timedelta

RANDOM_BYTES_PER_ID = 10
"""74 random bits are used; the six spare ones keep the slices on whole digits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uuid7s(moment: datetime, random: bytes) -> list[str]:
    """Make one id for every ten bytes of `random`, as lowercase text, sortable by `moment` to the millisecond."""
    milliseconds = f"{(moment - _EPOCH) // _MILLISECOND:012x}"
    head = f"{milliseconds[:8]}-{milliseconds[8:]}-7"
    digits = random.hex()
    step = 2 * RANDOM_BYTES_PER_ID
    return [
        f"{head}{digits[i : i + 3]}-{_VARIANT[digits[i + 3]]}{digits[i + 4 : i + 7]}-{digits[i + 7 : i + 19]}"
        for i in range(0, len(digits) - step + 1, step)
    ]
