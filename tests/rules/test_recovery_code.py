"""Recovery codes: ten, unlike each other, and easy to type."""

import random
import re

import pytest

from fullhouse.rules import recovery_code

PERSON = "01900000-0000-7000-8000-000000000001"


def test_ten_codes_come_of_a_hundred_random_bytes() -> None:
    codes = recovery_code.codes_of(random.Random(1).randbytes(recovery_code.CODES * recovery_code.RANDOM_BYTES))
    assert len(set(codes)) == 10
    assert all(re.fullmatch("([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code) for code in codes)


def test_every_random_bit_is_in_a_code() -> None:
    codes = recovery_code.codes_of(bytes(10) + b"\xff" * 10 + b"\x80" + bytes(9) + bytes(9) + b"\x01" + bytes(60))
    assert codes[:4] == ["0000-0000-0000-0000", "zzzz-zzzz-zzzz-zzzz", "g000-0000-0000-0000", "0000-0000-0000-0001"]


@pytest.mark.parametrize("typed", ["10AB-CDEF-GHJK-MNPQ", "10ab cdef ghjk mnpq", " loabcdefghjkmnpq"])
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert recovery_code.hash_of(PERSON, typed) == recovery_code.hash_of(PERSON, "10ab-cdef-ghjk-mnpq")


def test_a_code_of_one_person_is_none_of_another() -> None:
    other = PERSON.replace("1", "2")
    assert recovery_code.hash_of(PERSON, "10ab-cdef-ghjk-mnpq") != recovery_code.hash_of(other, "10ab-cdef-ghjk-mnpq")


def test_what_no_keyboard_types_is_only_another_wrong_code() -> None:
    assert len(recovery_code.hash_of(PERSON, "\udcff\x00")) == 32
