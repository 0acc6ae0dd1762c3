"""Mails as bytes: whatever names and subjects hold, headers stay those that we write, and can be read again."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fullhouse.printing.letter import Envelope, letter_of
from fullhouse.printing.mail import Rendered
from fullhouse.rules.mail import Letter

AT = datetime(2027, 3, 1, 20, tzinfo=UTC)
HEADERS = ["Message-ID", "From", "To", "Subject", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"]
ENVELOPE = Envelope("<1@example.org>", AT, "tickets@example.org", "Opera", "Ann", "ann@example.org")
TOLD = Rendered("Hello", "Hello Ann", "<p>Hello Ann</p>")


def read(letter: Letter) -> EmailMessage:
    return message_from_bytes(letter.content, policy=policy.default)


@given(
    organizer=st.text(max_size=300),
    name=st.text(max_size=300),
    subject=st.text(max_size=300).map(lambda text: " ".join("".join(c for c in text if c.isprintable()).split())),
)
@example(organizer='Eve"\r\nBcc: x@y.z', name="Ann\nBcc: x@y.z", subject="x" * 300)
@example(organizer="Müller, Söhne & Co. <x@y.z>", name="=?utf-8?q?x?=", subject="Ünïcödé " * 30)
@example(organizer="(comment)", name="a@b, c@d", subject="=?utf-8?q?x?=")
def test_nothing_that_people_write_makes_a_header(organizer: str, name: str, subject: str) -> None:
    envelope = ENVELOPE._replace(sender_name=organizer, to_name=name)
    letter = letter_of(envelope, TOLD._replace(subject=subject))
    head = letter.content.partition(b"\r\n\r\n")[0]
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert max(map(len, head.split(b"\r\n"))) <= 998, "no line is longer than RFC 5322 allows"
    found = read(letter)
    assert found.keys() == HEADERS
    assert [one.addr_spec for one in found["To"].addresses] == ["ann@example.org"]
    assert [one.addr_spec for one in found["From"].addresses] == ["tickets@example.org"]
    assert head.isascii()


@pytest.mark.parametrize(
    "name", ["Ann Example", 'Ann "the" Voice', "Jürgen Groß", "山田太郎", "a, b; c", "O'Neil (Ann)", "Ann <x@y.z>"]
)
def test_a_name_arrives_as_it_is(name: str) -> None:
    assert read(letter_of(ENVELOPE._replace(to_name=name), TOLD))["To"].addresses[0].display_name == name


@pytest.mark.parametrize("subject", ["Straße 7 – Öffnung", "x" * 200, "ü" * 150, "山" * 120, "a =?b?= c"])
def test_a_subject_arrives_as_it_is(subject: str) -> None:
    assert read(letter_of(ENVELOPE, TOLD._replace(subject=subject)))["Subject"] == subject


def test_both_parts_arrive_as_they_are_over_lines_of_seven_bits() -> None:
    told = Rendered("x", "Grüße\n" + "x" * 2_000, f"<p>Grüße {'y' * 2_000}</p>")
    letter = letter_of(ENVELOPE, told)
    assert letter.content.isascii()
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    found = read(letter)
    parts = [found.get_body((kind,)) for kind in ("plain", "html")]
    assert [part and part.get_content().replace("\r\n", "\n").rstrip("\n") for part in parts] == [told.text, told.html]


def test_the_domain_of_an_address_is_written_in_ascii() -> None:
    letter = letter_of(ENVELOPE._replace(to_email="ann@bücher.example.org", reply_to="büro@bücher.example.org"), TOLD)
    assert (letter.recipient, letter.needs_utf8) == ("ann@xn--bcher-kva.example.org", False)
    assert "Reply-To" not in read(letter), "a server without SMTPUTF8 would not take it"


def test_an_address_in_another_script_needs_a_server_that_can_that() -> None:
    letter = letter_of(ENVELOPE._replace(to_email="jürgen@bücher.example.org", to_name="Jürgen"), TOLD)
    assert (letter.recipient, letter.needs_utf8) == ("jürgen@xn--bcher-kva.example.org", True)
    assert "jürgen@xn--bcher-kva.example.org".encode() in letter.content


def test_what_is_no_address_is_left_as_it_is_for_the_server_to_refuse() -> None:
    assert letter_of(ENVELOPE._replace(to_email="jürgen@-"), TOLD).recipient == "jürgen@-"


def test_answers_go_to_the_organizer() -> None:
    found = read(letter_of(ENVELOPE._replace(reply_to="office@example.org"), TOLD))
    assert found["Reply-To"] == "Opera <office@example.org>"


def test_what_is_not_transactional_says_how_to_unsubscribe() -> None:
    url = f"https://tickets.example.org/{'long/' * 40}unsubscriptions/0190"
    head = letter_of(ENVELOPE._replace(unsubscribe_url=url), TOLD).content
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in head, "not folded, not encoded"
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head


def test_the_same_mail_has_the_same_headers_again() -> None:
    first, second = (letter_of(ENVELOPE, TOLD).content.partition(b"\r\nMIME-Version")[0] for _ in range(2))
    assert first == second
    assert b"Date: Mon, 01 Mar 2027 20:00:00 +0000" in first
    assert b"Message-ID: <1@example.org>" in first
