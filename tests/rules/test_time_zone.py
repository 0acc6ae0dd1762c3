"""Time zones that there are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fullhouse.rules.time_zone import is_time_zone, on_clocks


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Asia/Kolkata", "Etc/GMT+12"])
def test_a_place_of_the_iana_database_is_a_time_zone(name: str) -> None:
    assert is_time_zone(name)
    assert ZoneInfo(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Europe", "Europe/", "europe/berlin", "Europe/Berlin ", "Berlin", "+01:00", "Mars/Olympus", "\0"),
        *("../UTC", "/etc/localtime", "localtime", "Factory", "posix/UTC", "right/UTC", "zone.tab", "x" * 5_000),
    ],
)
def test_anything_else_is_none(name: str) -> None:
    assert not is_time_zone(name)


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        (datetime(2041, 5, 1, 18, tzinfo=UTC), "Europe/Berlin", "2041-05-01T20:00:00+02:00"),
        (datetime(9999, 12, 31, 23, 30, tzinfo=UTC), "Asia/Tokyo", "9999-12-31T23:30:00+00:00"),
        (datetime(1, 1, 1, tzinfo=UTC), "America/Bogota", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_a_moment_that_no_clock_there_shows_stays_as_it_is(moment: datetime, zone: str, shown: str) -> None:
    assert on_clocks(moment, ZoneInfo(zone)).isoformat() == shown
