"""Attempts: some are free, then waits grow up to a limit, and after a day they are forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.rules.attempt import Attempts, Patience, forgiven, network_of, tried
from fullhouse.rules.people_refusals import TooManyAttempts

NOW = datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
PATIENCE = Patience(5, timedelta(minutes=15))
NONE = Attempts(0, None, NOW)


def waits(count: int) -> list[int]:
    """Seconds of wait after each of so many attempts, when everybody waits as long as he is told."""
    now, attempts, found = NOW, NONE, []
    for _ in range(count):
        attempts = tried(attempts, PATIENCE, now)
        wait = (attempts.waits_until or now) - now
        found.append(int(wait.total_seconds()))
        now += wait
    return found


def test_the_first_attempts_are_free_and_then_the_wait_doubles_up_to_its_limit() -> None:
    assert waits(17) == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_no_number_of_failures_is_too_large() -> None:
    many = Attempts(2_000_000_000, None, NOW)
    assert tried(many, PATIENCE, NOW).waits_until == NOW + timedelta(minutes=15)


def test_an_attempt_before_the_wait_is_over_is_refused_and_not_counted() -> None:
    waiting = Attempts(9, NOW + timedelta(seconds=15, milliseconds=200), NOW)
    with pytest.raises(TooManyAttempts) as refused:
        tried(waiting, PATIENCE, NOW)
    assert refused.value.facts == {"retry_after_seconds": 16}
    with pytest.raises(TooManyAttempts) as refused:
        tried(waiting, PATIENCE, NOW + timedelta(seconds=15, milliseconds=199))
    assert refused.value.facts == {"retry_after_seconds": 1}
    assert tried(waiting, PATIENCE, NOW + timedelta(seconds=15, milliseconds=200)).failures == 10


def test_after_a_day_attempts_are_counted_anew() -> None:
    old = Attempts(40, None, NOW - timedelta(hours=24))
    assert tried(old, PATIENCE, NOW) == Attempts(1, None, NOW)
    young = Attempts(40, None, NOW - timedelta(hours=23, minutes=59))
    assert tried(young, PATIENCE, NOW).failures == 41


def test_what_was_right_is_taken_back_and_nothing_more() -> None:
    assert forgiven(Attempts(7, NOW, NOW)) == Attempts(6, None, NOW)
    assert forgiven(NONE) == NONE


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_all_addresses_of_one_customer_are_counted_as_one(address: str, network: str) -> None:
    assert network_of(address) == network
