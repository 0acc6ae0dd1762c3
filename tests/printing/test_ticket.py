"""Tickets as PDFs: what they say can be read, in any script, and nothing of it is ever markup."""

import asyncio
import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, UnidentifiedImageError
from pypdf import PageObject

from fullhouse.printing import press as presses
from fullhouse.printing.look import colours, logo_svg
from fullhouse.printing.press import Press, PressBusyError
from fullhouse.rules.printed import Look
from tests.printing.tickets import EVENT, read, said, texts, ticket

FONTS = "apt-get install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    """A press of one thread."""
    made = Press(1)
    yield made
    made.close()


def picture(size: tuple[int, int] = (60, 30), kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (230, 60, 40)).save(written, kind)
    return written.getvalue()


def test_a_ticket_says_what_its_holder_has_to_know(press: Press) -> None:
    (page,) = texts(read(press, "ticket", said(EVENT, ticket())))
    for text in ("Market Hall", "Night of Music", "May 1, 2041, 8:00", "Great hall", "Adult", "Zoë Quinn", "€28.38"):
        assert text in page.replace("\u202f", " ").replace("\xa0", " "), text
    assert "Doors 7:00" in page.replace("\u202f", " ")
    assert "box@example.org" in page
    assert page.count("WAS2GK") == 2


def test_a_ticket_speaks_german(press: Press) -> None:
    (page,) = texts(read(press, "ticket", said(EVENT, ticket(), language="de")))
    for text in ("Mittwoch, 1. Mai 2041, 20:00 MESZ", "Einlass 19:00", "Ort Great hall", "28,38", "Inhaber"):
        assert text in page.replace("\xa0", " "), text


def test_doors_on_another_day_are_told_with_their_date(press: Press) -> None:
    early = EVENT._replace(doors_at=datetime(2041, 4, 30, 17, tzinfo=UTC))
    (page,) = texts(read(press, "ticket", said(early, ticket(), language="de")))
    assert "Einlass Dienstag, 30. April 2041" in page


def beginnings(page: PageObject) -> list[float]:
    """How far from the left each piece of text begins, in points."""
    found: list[float] = []

    def note(_text: str, cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        found.append(tm[4] * cm[0] + cm[4])

    page.extract_text(visitor_text=note)
    return found


def test_what_there_is_not_is_left_out(press: Press) -> None:
    bare = EVENT._replace(doors_at=None, reply_to=None)
    (page,) = texts(read(press, "ticket", said(bare, ticket(holder=None, type_name=""))))
    for word in ("Doors", "Holder", "Ticket type", "Questions"):
        assert word not in page


@pytest.mark.parametrize(("is_comp", "price_minor", "told"), [(True, 2_838, "Complimentary"), (False, 0, "Free")])
def test_what_was_not_paid_for_says_so(press: Press, *, is_comp: bool, price_minor: int, told: str) -> None:
    one = ticket(is_comp=is_comp, price_minor=price_minor)
    assert f"Price {told}" in texts(read(press, "ticket", said(EVENT, one)))[0]


def test_each_ticket_has_a_page_of_its_own(press: Press) -> None:
    pages = texts(read(press, "ticket", said(EVENT, *(ticket(n, f"Holder {n}") for n in range(1, 6)))))
    assert len(pages) == 5
    for n, page in enumerate(pages, start=1):
        assert f"Ticket {n} of booking" in page
        assert f"Holder {n}" in page


def test_a_page_is_a4_or_as_wide_as_a_phone(press: Press) -> None:
    (a4,) = read(press, "ticket", said(EVENT, ticket())).pages
    (phone,) = read(press, "ticket", said(EVENT, ticket(), paper="phone")).pages
    assert [round(float(side)) for side in a4.mediabox[2:]] == [595, 842]
    assert float(phone.mediabox.width) == 390
    assert "Zoë Quinn" in phone.extract_text()


@pytest.mark.parametrize(
    "name",
    [
        '#strong[x] $x^2$ *b* _i_ \\ #image("/etc/passwd") <a> @b',
        '#import "frame.typ": said #said',
        "</svg> & \"quoted\" 'one' {{ braces }}",
        "= Heading - list // comment /* none */",
    ],
)
def test_text_of_a_user_is_never_markup(press: Press, name: str) -> None:
    (page,) = texts(read(press, "ticket", said(EVENT._replace(name=name), ticket(holder=name))))
    # A line may end anywhere in it.
    assert page.replace(" ", "").count(name.replace(" ", "")) == 2


@pytest.mark.parametrize(
    "name",
    [
        "محمد عبد الله",
        "שלום עולם",
        "王小明",
        "Ann 🎻👩‍👩‍👧",
        "Владимир",
        "Ἀθήνη",
        "İpek Şığ",
        "नमस्ते",
        "\u202eevil",
        "\U000e0001",
    ],
)
@pytest.mark.parametrize("paper", ["a4", "phone"])
def test_names_of_every_script_stay_on_one_page(press: Press, name: str, paper: str) -> None:
    of = said(EVENT._replace(name=name, venue=name, organizer_name=name), ticket(holder=name), paper=paper)  # type: ignore[arg-type] # two words
    assert len(read(press, "ticket", of).pages) == 1


@pytest.mark.parametrize(
    "name", ["محمد عبد الله", "שלום עולם", "王小明", "Ann 🎻", "Владимир", "Ἀθήνη", "नमस्ते", "ทดสอบ"]
)
def test_names_of_every_script_have_letters(press: Press, name: str) -> None:
    of = said(EVENT._replace(name=name, venue=name, organizer_name=name), ticket(holder=name))
    (page,) = read(press, "ticket", of).pages
    # What no font has a letter for is read back as nothing.
    assert "\x00" not in page.extract_text(), FONTS


def test_the_longest_names_stay_on_one_page_within_its_width(press: Press) -> None:
    long = EVENT._replace(name="Ä" * 200, venue="w" * 200, organizer_name="Organizer " * 20)
    for holder in ("Wolfeschlegelstein" * 11, "王" * 200, "long names " * 18):
        (page,) = read(press, "ticket", said(long, ticket(holder=holder))).pages
        assert max(beginnings(page)) < 595
        text = page.extract_text().replace("\u200b", "")
        assert holder not in text, "it takes several lines"
        assert holder.replace(" ", "") in "".join(text.split()), FONTS


def test_a_pdf_has_a_title_a_language_and_tags(press: Press) -> None:
    reader = read(press, "ticket", said(EVENT, ticket(), language="de"))
    assert reader.metadata is not None
    assert "Night of Music" in str(reader.metadata.title)
    root: Any = reader.root_object
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root


def test_the_same_ticket_is_the_same_file(press: Press) -> None:
    assert press.made("ticket", said(EVENT, ticket())) == press.made("ticket", said(EVENT, ticket()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_printed(press: Press, kind: str) -> None:
    plain = read(press, "ticket", said(EVENT, ticket(), look=Look("#ffd166")))
    branded = read(press, "ticket", said(EVENT, ticket(), look=Look("#ffd166", picture(kind=kind))))
    assert [len(page.images) for page in plain.pages] == [0]
    assert [len(page.images) for page in branded.pages] == [1]


def test_what_is_no_picture_is_no_logo() -> None:
    assert logo_svg(None) is None
    for content in (b"<svg/>", b"", b"%PDF-1.7"):
        with pytest.raises(UnidentifiedImageError):
            logo_svg(content)


@pytest.mark.parametrize(
    ("chosen", "colour", "letters"),
    [
        ("#000000", "#000000", "#ffffff"),
        ("#FFD166", "#FFD166", "#16181d"),
        (None, "#1d3557", "#ffffff"),
        ("red", "#1d3557", "#ffffff"),
        ('#fff"}', "#1d3557", "#ffffff"),
    ],
)
def test_letters_can_be_read_on_any_colour(chosen: str | None, colour: str, letters: str) -> None:
    assert colours(chosen) == (colour, letters)


async def test_documents_are_made_beside_everything_else() -> None:
    press = Press(2)
    many = said(EVENT, *(ticket(n) for n in range(1, 200)))
    making = [asyncio.create_task(press.pdf("ticket", lambda: many)) for _ in range(4)]
    ticks = 0
    while not all(task.done() for task in making):
        await asyncio.sleep(0.001)
        ticks += 1
    assert len({await task for task in making}) == 1
    assert ticks > 5
    press.close()


async def test_more_than_can_be_made_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presses, "WAITING_MAX", 1)
    press = Press(1)
    may_go_on = threading.Event()

    def slowly() -> dict[str, object]:
        may_go_on.wait(10)
        return said(EVENT, ticket())

    first, second = (asyncio.create_task(press.pdf("ticket", slowly)) for _ in range(2))
    await asyncio.sleep(0)
    with pytest.raises(PressBusyError):
        await press.pdf("ticket", slowly)
    may_go_on.set()
    assert await first == await second
    assert await press.pdf("ticket", slowly)
    press.close()
