"""The pages of mails: their log, one as it reads, sent again; and how they are worded."""

import re

import httpx
import pytest

from tests.people import Office
from tests.posting import ANN, BOB, book_for, confirm, new_offer, read_all
from tests.web.asking import NOBODY
from tests.web.console.staff import HOUSE, assert_open_to, hire, look
from tests.web.organizing import run
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

MAILS = f"{HOUSE}/mails"
WORDING = f"{MAILS}/wording/booking_confirmed/en"


@pytest.fixture
async def booking_id(office: Office, conninfo: str) -> str:
    """Ann's booking, with a mail of her tickets; Bob has one of his hold."""
    event, type_id = await new_offer(office.deps, conninfo, 2_500)
    booking = await book_for(office.deps, event.id, type_id, ANN._replace(name="<b>Ann</b>"))
    await confirm(office.deps, booking)
    await book_for(office.deps, event.id, type_id, BOB)
    await read_all(office.deps)
    return booking.id


async def test_the_log_is_for_those_who_read(office: Office) -> None:
    await assert_open_to(office, MAILS, "manager", "box_office")


async def test_the_log_is_filtered(olga: httpx.AsyncClient, booking_id: str) -> None:
    everything = await look(olga, MAILS)
    assert "&lt;b&gt;Ann" in everything.text
    assert everything.text.count("mailto:") == 0
    assert words_of(everything).count("ann@example.org") == 1
    assert words_of(await look(olga, f"{MAILS}?kind=booking_confirmed&state=")).count("@example.org") == 1
    assert words_of(await look(olga, f"{MAILS}?booking={booking_id}")).count("@example.org") == 1
    assert "There are no such mails" in words_of(await look(olga, f"{MAILS}?state=failed"))
    assert words_of(await look(olga, f"{MAILS}?kind=nonsense&before=x")).count("@example.org") == 2


@pytest.mark.usefixtures("booking_id")
async def test_a_mail_is_shown_as_it_reads(olga: httpx.AsyncClient, conninfo: str) -> None:
    run(conninfo, "UPDATE mails SET state = 'waiting', next_try_at = now()")
    page = await look(olga, f"{MAILS}?kind=booking_confirmed")
    path = re.findall(rf'href="({MAILS}/[0-9a-f-]+)"', page.text)[0]
    mail = await look(olga, path)
    assert "<b>Ann" not in mail.text
    assert "&lt;b&gt;Ann" in mail.text
    assert "style=" not in mail.text
    refused = await send(olga, mail, "/repetition")
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    await look(olga, f"{MAILS}/{NOBODY}", 404)


@pytest.mark.usefixtures("booking_id")
async def test_a_mail_is_sent_again_once(olga: httpx.AsyncClient, office: Office) -> None:
    async with office.deps.database.write() as conn:
        await conn.execute("UPDATE mails SET state = 'kept'")
    page = await look(olga, f"{MAILS}?kind=booking_confirmed")
    path = re.findall(rf'href="({MAILS}/[0-9a-f-]+)"', page.text)[0]
    mail = await look(olga, path)
    form = form_to(mail, "/repetition")
    first, second = [await resend(olga, mail, form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"] != path
    assert "waiting" in words_of(await follow(olga, first))
    seller, door = await hire(office, "box_office"), await hire(office, "door")
    assert (await send(seller, await look(seller, path), "/repetition")).status_code == 303
    await look(door, path, 403)


async def test_an_invitations_link_is_not_shown(olga: httpx.AsyncClient) -> None:
    await send(olga, await look(olga, f"{HOUSE}/team"), "/team", email="ann@new.example", role="door")
    page = await look(olga, MAILS)
    mail = await look(olga, re.findall(rf'href="({MAILS}/[0-9a-f-]+)"', page.text)[0])
    assert "it lets somebody in" in words_of(mail)
    assert "/invitations" not in mail.text


async def test_a_kind_of_mail_is_worded_and_unworded(olga: httpx.AsyncClient) -> None:
    assert WORDING in (await look(olga, f"{MAILS}/wording")).text
    wording = {"subject": "Hello {{ buyer_name }}", "opening": "One.\r\n\r\nTwo & <three>."}
    preview = await send_to_preview(olga, **wording)
    assert "Hello" in words_of(preview)
    assert "Two &amp; &lt;three&gt;." in preview.text
    assert "Hello" not in (await look(olga, WORDING)).text, "nothing is saved"
    saved = await follow(olga, await send(olga, preview, "/en", None, **wording))
    assert "Hello {{ buyer_name }}" in saved.text
    kept = (await olga.get(f"{HOUSE.removeprefix('/console')}/wording/booking_confirmed/en")).json()
    assert kept["opening"] == "One.\n\nTwo & <three>."
    gone = await follow(olga, await send(olga, saved, "/removal"))
    assert "Hello" not in gone.text


async def send_to_preview(olga: httpx.AsyncClient, **wording: str) -> httpx.Response:
    """Press the button that only shows."""
    page = await look(olga, WORDING)
    form = form_to(page, "/en")
    return await resend(olga, page, form._replace(action=f"{WORDING}/preview"), None, **wording)


async def test_what_is_wrong_with_a_wording_stands_beside_its_field(olga: httpx.AsyncClient) -> None:
    for field in ("subject", "opening"):
        wrong = {field: "{{ nobody }}"}
        for answer in (
            await send_to_preview(olga, **wrong),
            await send(olga, await look(olga, WORDING), "/en", None, **wrong),
        ):
            assert answer.status_code == 422
            assert f'id="{field}-fault"' in answer.text
    refused = await send(olga, await look(olga, WORDING), "/test", email="x")
    assert (refused.status_code, 'id="email-fault"' in refused.text) == (422, True)
    await look(olga, f"{MAILS}/wording/invitation/en", 422)


async def test_an_example_is_sent(olga: httpx.AsyncClient) -> None:
    answer = await send(olga, await look(olga, WORDING), "/test", email="me@house.example")
    assert "on its way to me@house.example" in words_of(answer)
    assert "me@house.example" in words_of(await look(olga, MAILS))


async def test_who_only_reads_words_nothing(office: Office) -> None:
    page = await look(await hire(office, "box_office"), WORDING)
    assert "/preview" not in page.text
    assert "/removal" not in page.text
