"""The dates of a series: by the calendar and the clock of the venue, and never more than can be made at once."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.series import dates_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int) -> datetime:
    """A moment on Berlin's clock, in UTC."""
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc,arg-type] # year, month, day, hour ...


def local(rule: str, starts_at: datetime, zone: str = "Europe/Berlin") -> list[str]:
    """The dates of a rule as the venue's clock shows them."""
    return [f"{date.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for date in dates_of(rule, starts_at, zone)]


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;COUNT=3", "freq=weekly;count=3", "RRULE:COUNT=3;FREQ=WEEKLY", " FREQ=WEEKLY;COUNT=3\n"]
)
def test_the_event_is_the_first_of_as_many_as_are_counted(rule: str) -> None:
    assert local(rule, at(2041, 5, 1, 20)) == ["2041-05-01 20:00", "2041-05-08 20:00", "2041-05-15 20:00"]


def test_eight_in_the_evening_stays_eight_in_the_evening_when_the_clocks_change() -> None:
    spring = dates_of("FREQ=WEEKLY;COUNT=3", at(2041, 3, 24, 20), "Europe/Berlin")
    assert spring == [
        datetime(2041, 3, 24, 19, tzinfo=UTC),
        datetime(2041, 3, 31, 18, tzinfo=UTC),
        datetime(2041, 4, 7, 18, tzinfo=UTC),
    ]
    assert local("FREQ=DAILY;COUNT=3", at(2041, 10, 26, 20)) == [
        "2041-10-26 20:00",
        "2041-10-27 20:00",
        "2041-10-28 20:00",
    ]


def test_a_day_whose_clock_leaves_the_time_out_is_left_out_and_not_counted() -> None:
    assert local("FREQ=DAILY;COUNT=3", at(2041, 3, 30, 2, 30)) == [
        "2041-03-30 02:30",
        "2041-04-01 02:30",
        "2041-04-02 02:30",
    ]


def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two() -> None:
    dates = dates_of("FREQ=DAILY;COUNT=3", at(2041, 10, 26, 2, 30), "Europe/Berlin")
    assert [date.hour for date in dates] == [0, 0, 1]


def test_the_29th_of_february_comes_every_fourth_year_but_not_at_the_turn_of_most_centuries() -> None:
    assert local("FREQ=YEARLY;COUNT=3", at(2092, 2, 29, 20)) == [
        "2092-02-29 20:00",
        "2096-02-29 20:00",
        "2104-02-29 20:00",
    ]


def test_months_without_a_31st_are_left_out() -> None:
    assert local("FREQ=MONTHLY;COUNT=3", at(2041, 1, 31, 20)) == [
        "2041-01-31 20:00",
        "2041-03-31 20:00",
        "2041-05-31 20:00",
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=1TH;COUNT=3", ["05-02", "06-06", "07-04"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", ["05-02", "05-31", "06-28"]),
        ("FREQ=WEEKLY;BYDAY=FR,SA;COUNT=4", ["05-02", "05-03", "05-04", "05-10"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH;WKST=SU;COUNT=3", ["05-02", "05-16", "05-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", ["05-02", "05-31", "06-28"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,25,26;COUNT=4", ["05-02", "12-24", "12-25", "12-26"]),
        ("FREQ=YEARLY;BYYEARDAY=-1;COUNT=2", ["05-02", "12-31"]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2", ["05-02", "05-13"]),
    ],
)
def test_rules_mean_what_the_rfc_says_and_the_event_is_first_even_beside_the_rule(rule: str, days: list[str]) -> None:
    # The 2nd of May 2030 is a Thursday.
    assert local(rule, at(2030, 5, 2, 20)) == [f"2030-{day} 20:00" for day in days]


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20300505", 4),
        ("20300505T180000Z", 4),
        ("20300505T175959Z", 3),
        ("20300505T200000", 4),
        ("20300505T195959", 3),
        ("20300502", 1),
    ],
)
def test_until_takes_its_own_day_or_moment_in(until: str, count: int) -> None:
    assert len(dates_of(f"FREQ=DAILY;UNTIL={until}", at(2030, 5, 2, 20), "Europe/Berlin")) == count


def test_seconds_and_less_stay_what_they_are() -> None:
    starts_at = datetime(2041, 5, 1, 18, 0, 7, 123456, tzinfo=UTC)
    assert dates_of("FREQ=DAILY;COUNT=2", starts_at, "UTC") == [starts_at, starts_at.replace(day=2)]


def test_two_hundred_dates_can_be_made_and_one_more_can_not() -> None:
    assert len(dates_of("FREQ=DAILY;COUNT=200", at(2041, 5, 1, 20), "Europe/Berlin")) == 200
    assert len(dates_of("FREQ=DAILY;UNTIL=20411116", at(2041, 5, 1, 20), "Europe/Berlin")) == 200
    for rule in ("FREQ=DAILY;COUNT=201", "FREQ=DAILY;COUNT=999999999", "FREQ=DAILY;UNTIL=20411117"):
        with pytest.raises(ValidationFailed, match="at most 200"):
            dates_of(rule, at(2041, 5, 1, 20), "Europe/Berlin")


WRONG = [
    *("", " ", "x", "FREQ=WEEKLY", "COUNT=8", "FREQ=WEEKLY;COUNT=8;UNTIL=20420101", "FREQ=WEEKLY;COUNT=0"),
    *("FREQ=HOURLY;COUNT=8", "FREQ=MINUTELY;COUNT=8", "FREQ=SECONDLY;COUNT=8", "FREQ=DAILY;BYHOUR=1,2;COUNT=8"),
    *("FREQ=DAILY;BYMINUTE=0,30;COUNT=8", "FREQ=DAILY;BYSECOND=1;COUNT=8", "FREQ=FORTNIGHTLY;COUNT=2"),
    *("FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;COUNT=1.5", "FREQ=WEEKLY;COUNT=٣", "FREQ=WEEKLY;COUNT=" + "9" * 5_000),
    *("FREQ=WEEKLY;INTERVAL=0;COUNT=2", "FREQ=WEEKLY;INTERVAL=-1;COUNT=2", "FREQ=DAILY;INTERVAL=99999;COUNT=2"),
    *("FREQ=WEEKLY;COUNT=2;COUNT=3", "FREQ=WEEKLY;;COUNT=2", "FREQ=WEEKLY;COUNT=2;", "FREQ=WEEKLY COUNT=2"),
    *(
        "FREQ=WEEKLY;UNTIL=20420230",
        "FREQ=WEEKLY;UNTIL=2042",
        "FREQ=WEEKLY;UNTIL=20420101T250000Z",
        "FREQ=DAILY;UNTIL=x",
    ),
    *("FREQ=WEEKLY;UNTIL=20410430", "FREQ=WEEKLY;UNTIL=00010101", "FREQ=WEEKLY;UNTIL=00000101"),
    *("FREQ=WEEKLY;BYDAY=XX;COUNT=2", "FREQ=WEEKLY;BYDAY=;COUNT=2", "FREQ=MONTHLY;BYDAY=0MO;COUNT=2"),
    *("FREQ=YEARLY;BYMONTH=13;COUNT=2", "FREQ=YEARLY;BYMONTH=0;COUNT=2", "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO;COUNT=2"),
    *("FREQ=YEARLY;BYEASTER=0;COUNT=2", "FREQ=WEEKLY;X-ODD=1;COUNT=2", "EXRULE:FREQ=WEEKLY;COUNT=2", "a\0b"),
    *("DTSTART:20410501T200000Z\nRRULE:FREQ=DAILY;COUNT=2", "FREQ=DAILY;COUNT=2\nEXDATE:20410502", "RRULE:"),
    *("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=200", "FREQ=YEARLY;INTERVAL=9999;COUNT=2"),
]


@pytest.mark.parametrize("rule", WRONG)
def test_what_is_no_rule_for_a_series_is_refused(rule: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        dates_of(rule, at(2041, 5, 1, 20), "Europe/Berlin")
    assert refused.value.facts == {"field": "rule"}
    assert refused.value.detail.startswith("rule: ")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2",
        "FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2;COUNT=2",
        "FREQ=YEARLY;BYWEEKNO=54;COUNT=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300;COUNT=2",
    ],
)
def test_a_rule_that_fits_no_day_is_refused_in_a_moment(rule: str) -> None:
    began = time.process_time()
    with pytest.raises(ValidationFailed, match="not as many dates"):
        dates_of(rule, at(2041, 5, 1, 20), "Europe/Berlin")
    assert time.process_time() - began < 3


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue"])
def test_the_end_of_the_calendar_is_no_defect(zone: str) -> None:
    for starts_at in (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)):
        with pytest.raises(ValidationFailed):
            dates_of("FREQ=DAILY;COUNT=5", starts_at, zone)
    assert len(dates_of("FREQ=DAILY;COUNT=5", datetime(9900, 1, 1, tzinfo=UTC), zone)) == 5
