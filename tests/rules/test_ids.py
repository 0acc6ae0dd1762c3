"""Ids are UUIDs of version 7 (RFC 9562): in order of time, and never the same twice."""

import os
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the time zone is given apart, as Hypothesis wants it
random = st.binary(min_size=RANDOM_BYTES_PER_ID, max_size=RANDOM_BYTES_PER_ID)


def test_the_example_of_the_standard_is_made_from_its_parts() -> None:
    # RFC 9562, appendix A.6: unix_ts_ms 017F22E279B0, rand_a CC3, rand_b 18C4DC0C0C07398F with its variant bits.
    moment = datetime.fromisoformat("2022-02-22T14:22:22-05:00")
    assert uuid7s(moment, bytes.fromhex("cc30" + "8c4dc0c0c07398f" + "0")) == ["017f22e2-79b0-7cc3-88c4-dc0c0c07398f"]


@given(moments, random)
def test_version_variant_and_time_stand_where_the_standard_wants_them(moment: datetime, chance: bytes) -> None:
    (text,) = uuid7s(moment, chance)
    found = uuid.UUID(text)
    assert str(found) == text, "canonical and in small letters"
    assert (found.version, found.variant) == (7, uuid.RFC_4122)
    assert found.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(moments, random, random, st.integers(1, 10**9))
def test_a_later_millisecond_gives_a_greater_id(moment: datetime, one: bytes, other: bytes, later_ms: int) -> None:
    later = min(moment, datetime(9000, 1, 1, tzinfo=UTC)) + timedelta(milliseconds=later_ms)
    earlier = later - timedelta(milliseconds=later_ms)
    assert uuid7s(earlier, one) < uuid7s(later, other)


@given(st.lists(random, min_size=2, max_size=20))
def test_there_is_an_id_for_every_ten_random_bytes(chances: list[bytes]) -> None:
    together = uuid7s(NOW, b"".join(chances))
    assert together == [uuid7s(NOW, chance)[0] for chance in chances]
    assert uuid7s(NOW, b"".join(chances) + b"too few") == together


def test_a_hundred_thousand_ids_of_one_moment_are_all_different() -> None:
    assert len(set(uuid7s(NOW, os.urandom(RANDOM_BYTES_PER_ID * 100_000)))) == 100_000


def test_each_random_bit_of_an_id_comes_from_chance() -> None:
    every = [uuid.UUID(text).int for text in uuid7s(NOW, os.urandom(RANDOM_BYTES_PER_ID * 1_000))]
    set_somewhere, set_everywhere = 0, (1 << 128) - 1
    for value in every:
        set_somewhere |= value
        set_everywhere &= value
    assert (set_somewhere ^ set_everywhere).bit_count() == 74
