"""Recovery codes: what lets a person in who has lost the second factor. Each is good once.

80 random bits in Crockford's base 32, in groups of four, so that they can be written down and read aloud.
"""

from hashlib import sha256

CODES = 10
RANDOM_BYTES = 10
"""Of one code."""

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_FORGIVEN = str.maketrans("oil", "011", " -")
_LENGTH = 16
_GROUP = 4


def codes_of(random: bytes) -> list[str]:
    """Ten codes of 100 random bytes."""
    return [_code_of(random[start : start + RANDOM_BYTES]) for start in range(0, CODES * RANDOM_BYTES, RANDOM_BYTES)]


def _code_of(random: bytes) -> str:
    number = int.from_bytes(random)
    digits = "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(digits[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def hash_of(person_id: str, code: str) -> bytes:
    """The hash that a code is kept as. Capital letters, spaces, hyphens, and O, I, L for 0 and 1 are forgiven.

    A plain SHA-256 is enough for 80 random bits; with the person in it, one guess counts for one person.
    """
    return sha256(f"{person_id}:{code.lower().translate(_FORGIVEN)}".encode("utf-8", "surrogateescape")).digest()
