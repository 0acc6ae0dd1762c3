"""Time zones that there are."""

from zoneinfo import ZoneInfo

import pytest

from fullhouse.rules.time_zone import is_time_zone


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
