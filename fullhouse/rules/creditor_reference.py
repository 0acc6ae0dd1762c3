"""Creditor references (ISO 11649): `RF`, two check digits, and up to 21 letters and digits. Banks carry them on."""

import re

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 15
"""75 bits: two payments share a reference by chance as good as never."""

_LIKE_ONE = re.compile(r"(?=(RF[0-9]{2}[0-9A-Z]{1,21}))")


def creditor_reference(payment_id: str) -> str:
    """The reference of a payment, made of the end of its id."""
    number = int(payment_id.replace("-", ""), 16)
    body = "".join(_DIGITS[number >> 5 * n & 31] for n in reversed(range(_LENGTH)))
    return f"RF{98 - _remainder(body + 'RF00'):02}{body}"


def _remainder(text: str) -> int:
    """The remainder by 97 (ISO 7064, MOD 97-10), where A counts as 10 and Z as 35."""
    return int("".join(str(int(character, 36)) for character in text)) % 97


def is_right(reference: str) -> bool:
    """Tell whether the check digits of a reference in capitals and without spaces are right."""
    return _remainder(reference[4:] + reference[:4]) == 1


def references_in(text: str) -> list[str]:
    """All references of ours that a text may mean, however they are spaced and written."""
    packed = re.sub(r"[^0-9A-Z]", "", text.upper())
    # Other words may follow without a space, so only the length tells where a reference ends.
    found = [match[1][: _LENGTH + 4] for match in _LIKE_ONE.finditer(packed)]
    return list(dict.fromkeys(one for one in found if len(one) == _LENGTH + 4 and is_right(one)))
