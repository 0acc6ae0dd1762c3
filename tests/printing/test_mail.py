"""Mails as texts: every kind in every language, money and dates as people write them, and nobody's markup."""

from datetime import UTC, datetime

import pytest

from fullhouse.printing.mail import Rendered, moment, money, rendered
from fullhouse.rules.booking import Booking, Buyer
from fullhouse.rules.mail import CONTEXTS, KINDS, LANGUAGES, SECRET, EventSeen, Language, Mail, MailKind, Seen
from fullhouse.rules.price import Amount, Price, PricedLine
from fullhouse.rules.wording import Wording

URL = "https://tickets.example.org"
ID = "01900000-0000-7000-8000-000000000001"
AT = datetime(2027, 7, 1, 18, tzinfo=UTC)
EVENT = EventSeen(ID, "Tosca", "Opera", AT, None, "Europe/Berlin", None, "The Opera", None)
LINE = PricedLine(ID, "Adult", 2, Amount(5607, 393), (), 3000)
BOOKING = Booking(ID, ID, 7, 2, "confirmed", AT, None, AT, Buyer("Ann", "ann@example.org"), Price("EUR", (LINE,), ()))
SEEN = Seen(EVENT, BOOKING, {})
CONTEXT = {
    "amount_minor": 123456,
    "currency": "EUR",
    "fields": ["date", "venue", "name"],
    "organizer_name": "The Opera",
    "role": "manager",
    "url": "https://tickets.example.org/x",
    "subject": "Doors for {{ event_name }}",
    "text": "They open late.\n\nSorry.",
}


def show(
    kind: MailKind, language: Language = "en", seen: Seen | None = SEEN, wording: Wording | None = None
) -> Rendered:
    context = {name: CONTEXT[name] for name in CONTEXTS[kind]}
    return rendered(Mail(ID, kind, language, "Ann", "ann@example.org", context), seen, wording, URL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_read_in_every_language(kind: MailKind, language: Language) -> None:
    is_of_booking = kind not in {*SECRET, "webhook_switched_off"}
    said = show(kind, language, SEEN if is_of_booking else None)
    assert said.subject
    assert ("Guten Tag Ann," in said.text) == (language == "de")
    for part in (said.text, said.html):
        assert "{" not in part.replace("<p style", "")
        assert (f"{URL}/shop/bookings/{ID}" if is_of_booking else str(CONTEXT["url"])) in part
        assert not is_of_booking or ("Tosca" in part and "The Opera" in part)


@pytest.mark.parametrize("kind", [kind for kind, names in CONTEXTS.items() if names])
def test_a_kind_without_what_it_needs_is_an_error_and_no_half_mail(kind: MailKind) -> None:
    mail = Mail(ID, kind, "en", "Ann", "ann@example.org", {})
    with pytest.raises(KeyError):
        rendered(mail, None if kind in SECRET else SEEN, None, URL)


def test_money_and_dates_are_written_as_people_do_where_the_event_is() -> None:
    assert moment(AT, "Europe/Berlin", "de") == "Donnerstag, 1. Juli 2027, 20:00 MESZ"
    assert moment(AT, "America/New_York", "en").replace("\u202f", " ") == "Thursday, July 1, 2027, 2:00 PM EDT"
    assert moment(AT, "UTC", "en").replace("\u202f", " ") == "Thursday, July 1, 2027, 6:00 PM UTC"
    assert money(123456, "EUR", "de").replace("\xa0", " ") == "1.234,56 €"
    assert money(123456, "EUR", "en") == "€1,234.56"
    assert money(1234, "JPY", "en") == "¥1,234"
    assert money(1234, "KWD", "en") == "KWD1.234"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_confirmed_booking_links_what_is_to_be_printed_and_its_date_in_the_same_language(language: Language) -> None:
    said = show("booking_confirmed", language)
    for name in ("tickets.pdf", "calendar.ics"):
        link = f"{URL}/bookings/{ID}/{name}?language={language}"
        assert link in said.text
        assert link in said.html


def test_a_hold_says_what_to_pay_where_and_until_when() -> None:
    held = BOOKING._replace(status="held")
    instructions = {"holder": "The Opera", "iban": "DE02 1203", "reference": "RF18"}
    said = show("booking_held", "en", Seen(EVENT, held, instructions)).text
    for part in ("Please transfer €60.00", "Account holder: The Opera", "IBAN: DE02 1203", "Reference: RF18"):
        assert part in said
    assert "Please pay by Thursday, July 1, 2027" in said


def test_only_the_changes_that_matter_are_named() -> None:
    assert "gebucht haben, hat sich etwas geändert: Termin, Ort." in show("event_changed", "de").text


def test_a_cancelled_event_says_why() -> None:
    seen = SEEN._replace(event=EVENT._replace(cancellation_reason="The roof leaks."))
    assert "so is your booking.\n\nThe roof leaks.\n\n" in show("event_cancelled", "en", seen).text


def test_a_booking_that_only_counts_seats_says_how_many() -> None:
    assert "\n2 ×\n" in show("booking_confirmed", "en", SEEN._replace(booking=BOOKING._replace(price=None))).text


def test_names_bring_no_markup_and_no_lines_into_a_mail() -> None:
    seen = SEEN._replace(event=EVENT._replace(name='<b>Tosca</b> "x"', organizer_name="<i>O</i>"))
    said = show("booking_confirmed", "en", seen)
    assert "<b>Tosca</b>" in said.text
    assert "&lt;b&gt;Tosca&lt;/b&gt;" in said.html
    assert "<i>" not in said.html
    worded = show("reminder", "en", seen, Wording("", "reminder", "en", "A\r\nBcc: {{ event_name }}", None))
    assert worded.subject == 'A Bcc: <b>Tosca</b> "x"'


def test_what_names_say_is_never_read_as_a_template() -> None:
    seen = SEEN._replace(event=EVENT._replace(name="{{ 7 * 7 }}"))
    assert "{{ 7 * 7 }}" in show("message", "en", seen).subject


def test_a_message_says_how_to_get_no_more() -> None:
    mail = Mail(ID, "message", "en", "Ann", "ann@example.org", CONTEXT, token=ID)
    said = rendered(mail, SEEN, None, URL)
    assert said.subject == "Doors for Tosca"
    for part in (said.text, said.html):
        assert f"{URL}/unsubscriptions/{ID}" in part
