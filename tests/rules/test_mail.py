"""Mails: when one is tried again, and whom a mailing or a notice is for."""

from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.rules.booking import Buyer, Status
from fullhouse.rules.mail import CONTEXTS, KINDS, LoggedMail, Mail, MailSettings, after_failure, message_id_of
from fullhouse.rules.mail_example import EXAMPLE_ID, example_mail, example_of
from fullhouse.rules.mailing import Mailing, Reached, is_meant, key_of, mails_of, pause_between
from fullhouse.rules.notice import Notice
from fullhouse.rules.telling import MAILS, Addressed, is_to_all, mails_for, told_by
from fullhouse.rules.wording import WORDED

NOW = datetime(2027, 3, 1, 20, tzinfo=UTC)
DAYS = timedelta(days=3)
ANN = Buyer("Ann", "Ann+shop@example.org")
MAILING = Mailing("event", "m1", "organizer", "message", None, {"subject": "x"}, 60, None, NOW)


def tried(attempts: int, created_at: datetime = NOW) -> LoggedMail:
    mail = Mail("id", "message", "en", "Ann", "ann@example.org", {})
    return LoggedMail(mail, "<id@x>", "waiting", attempts, NOW, None, created_at, None)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (5, 16), (8, 128), (9, 240), (5_000, 240)])
def test_the_pauses_double_until_they_are_hours(attempts: int, minutes: int) -> None:
    outcome = after_failure(tried(attempts), "451 later", NOW, DAYS)
    assert outcome == ("id", "waiting", NOW + timedelta(minutes=minutes), "451 later", 0)


def test_a_mail_is_given_up_when_its_next_try_would_be_too_late() -> None:
    just = tried(1, NOW - DAYS + timedelta(minutes=1))
    assert after_failure(just, "no", NOW, DAYS).state == "waiting"
    assert after_failure(just, "no", NOW + timedelta(seconds=1), DAYS) == ("id", "failed", None, "no", 0)


def test_the_message_id_is_always_that_of_the_mail() -> None:
    assert message_id_of("0190", "example.org") == "<0190@example.org>"


def test_every_kind_says_what_it_needs_and_only_kinds_that_there_are_can_be_worded() -> None:
    assert tuple(CONTEXTS) == KINDS
    assert set(WORDED) < set(KINDS)
    assert set(MAILS.values()) < set(KINDS)


def test_a_message_is_for_who_has_tickets_and_a_change_for_who_holds_places_too() -> None:
    has, held, gone = (
        Reached(1, status, ANN, has_tickets=status == "confirmed") for status in ("confirmed", "held", "cancelled")
    )
    assert [is_meant("message", one) for one in (has, held, gone)] == [True, False, False]
    assert [is_meant("event_changed", one) for one in (has, held, gone)] == [True, True, False]


def test_a_message_reaches_an_address_and_a_reminder_a_booking() -> None:
    assert key_of("message", 7, ANN) == "ann@example.org"
    assert key_of("reminder", 7, ANN) == "7"


def test_a_page_of_a_mailing_leaves_out_who_has_no_address_no_ticket_or_enough() -> None:
    page = [
        Reached(1, "confirmed", None, has_tickets=True),
        Reached(2, "confirmed", ANN, has_tickets=False),
        Reached(3, "confirmed", Buyer("Bob", "bob@example.org"), has_tickets=True),
        Reached(4, "confirmed", ANN, has_tickets=True),
    ]
    ids = [str(n) for n in range(8)]
    (mail,) = mails_of(MAILING, page, {"bob@example.org"}, "de", ids)
    assert mail == Mail(
        "3", "message", "de", *ANN, {"subject": "x"}, "organizer", "event", 4, "m1", "ann@example.org", "7"
    )
    changed = mails_of(MAILING._replace(kind="event_changed"), page, {"bob@example.org"}, "de", ids)
    assert [(one.booking_number, one.token) for one in changed] == [(3, None), (4, None)], "news is no advertising"


def test_a_rate_is_a_pause_between_mails() -> None:
    assert pause_between(60) == timedelta(seconds=1)


def notice(kind: str, numbers: tuple[int, ...] = (7,), **details: object) -> Notice:
    return Notice("event", 1, "organizer", kind, NOW, numbers, details or None, 1)  # type: ignore[arg-type] # any kind


def test_what_is_not_worth_a_mail_tells_nobody() -> None:
    silent = ("booking.changed", "booking.expired", "event.created", "event.published", "ticket.transferred")
    assert told_by([notice(kind) for kind in silent]) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (notice("event.changed", (), fields=["date"]), True),
        (notice("event.changed", (), fields=["venue", "name"]), True),
        (notice("event.changed", (), fields=["name"]), False),
        (notice("event.changed", ()), False),
        (notice("event.cancelled", ()), False),
    ],
)
def test_all_are_told_of_another_date_or_place(told: Notice, *, expected: bool) -> None:
    assert is_to_all(told) is expected


def test_each_buyer_is_told_in_his_organizers_language_what_happened_to_his_booking() -> None:
    told = told_by(
        [notice("booking.confirmed", (7, 8, 9)), notice("booking.cancelled"), notice("tickets.cancelled", tickets=[1])]
    )
    addressed = {("event", 7): Addressed("confirmed", ANN)}
    ids = [str(n) for n in range(len(told))]
    with_event = {("event", 7)}
    mails = mails_for(told, addressed, with_event, {"organizer": MailSettings("de")}, "en", ids)
    assert [(one.id, one.kind, one.language) for one in mails] == [
        ("0", "booking_confirmed", "de"),
        ("3", "event_cancelled", "de"),
        ("4", "booking_cancelled", "de"),
    ]
    mails = mails_for(told, addressed, set(), {}, "en", ids)
    assert [(one.kind, one.language) for one in mails][1:] == [("booking_cancelled", "en")] * 2


@pytest.mark.parametrize(("status", "kinds"), [("held", ["booking_held"]), ("confirmed", []), ("expired", [])])
def test_how_to_pay_is_told_only_while_there_is_something_to_pay(status: Status, kinds: list[str]) -> None:
    told = told_by([notice("booking.held")])
    mails = mails_for(told, {("event", 7): Addressed(status, ANN)}, set(), {}, "en", ["0"])
    assert [one.kind for one in mails] == kinds


def test_an_example_is_a_booking_as_its_kind_is_about() -> None:
    for kind in WORDED:
        mail = example_mail("id", kind, "en", "organizer", "ann@example.org", NOW)
        seen = example_of(mail, "The Opera")
        assert seen.booking.status == ("held" if kind == "booking_held" else "confirmed")
        assert (seen.event.id, seen.event.organizer_name) == (EXAMPLE_ID, "The Opera")
        assert seen.event.starts_at > NOW
        assert set(CONTEXTS[kind]) <= mail.context.keys()
