"""Time zones: which names of the IANA database there are, and what their clocks show."""

from datetime import datetime, tzinfo
from functools import cache
from zoneinfo import available_timezones


@cache
def _names() -> frozenset[str]:
    # A set of names, since opening a zone by its name would follow any path, and large and small letters on some disks.
    # "localtime" and "Factory" are no places: they mean what the server happens to be set to, and nothing.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def zone_names() -> list[str]:
    """Their names in order: those of places, without old ones that stand for the same."""
    return sorted(name for name in _names() if name == "UTC" or name.partition("/")[0] in _REGIONS)


_REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


def is_time_zone(name: str) -> bool:
    """Tell whether this is a name as `Europe/Berlin`."""
    return name in _names()


def on_clocks(moment: datetime, zone: tzinfo) -> datetime:
    """A moment as the clocks of a zone show it; as it is where that is beyond the years 1 to 9999.

    Events may begin in the last hour of 9999. What shows one also shows others, so it has to go on.
    """
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment
