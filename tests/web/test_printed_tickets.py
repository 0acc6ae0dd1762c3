"""Tickets as files over HTTP: for whoever knows the booking's id, as long as they let somebody in."""

import asyncio
import io
import threading
from typing import Any

import httpx
import pytest
from PIL import Image
from pypdf import PdfReader

from fullhouse.printing import press
from tests.offers import change_event
from tests.printing.tickets import texts
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import BUYER, Offering, assert_documented, confirm, new_hold, post_basket
from tests.web.conftest import Served
from tests.web.test_holders import name_holder

SECONDS_MAX = 60

FILES = {
    "tickets.pdf": "application/pdf",
    "tickets/1/ticket.pdf": "application/pdf",
    "tickets/1/qr.svg": "image/svg+xml",
    "tickets/1/qr.png": "image/png",
}


@pytest.fixture
async def booking(client: httpx.AsyncClient, event: Json) -> Json:
    """A booking of three tickets."""
    return await new_booking(client, event["id"], 3)


async def pages(client: httpx.AsyncClient, path: str) -> list[str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return texts(PdfReader(io.BytesIO(answer.content)))


async def test_what_is_printed_has_the_look_of_the_organizer(client: httpx.AsyncClient, booking: Json) -> None:
    organizer = "/organizers/00000000-0000-7000-8000-000000000001"
    path = f"/bookings/{booking['id']}/tickets/1/ticket.pdf"
    plain = (await client.get(path)).content
    assert (await client.patch(organizer, json={"colour": "#c81e5a"})).status_code == 200
    coloured = (await client.get(path)).content
    assert plain != coloured
    assert not PdfReader(io.BytesIO(coloured)).pages[0].images
    picture = io.BytesIO()
    Image.new("RGB", (300, 120), "#204060").save(picture, "PNG")
    put = await client.put(f"{organizer}/logo", content=picture.getvalue(), headers={"content-type": "image/png"})
    assert put.status_code == 200, put.text
    assert len(PdfReader(io.BytesIO((await client.get(path)).content)).pages[0].images) == 1


@pytest.mark.parametrize(("path", "media_type"), FILES.items())
async def test_a_file_is_shown_and_kept_by_nobody_in_between(
    client: httpx.AsyncClient, booking: Json, path: str, media_type: str
) -> None:
    answer = await client.get(f"/bookings/{booking['id'].upper()}/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith('inline; filename="')
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_all_tickets_that_are_valid_are_printed_one_a_page(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    lines = ((offering.adult, 2), (offering.child, 1))
    sold = (await post_basket(client, offering.event_id, *lines, buyer=BUYER, paid_by="cash")).json()
    await name_holder(client, sold["id"], 3, "王小明")
    adult, second, child = await pages(client, f"/bookings/{sold['id']}/tickets.pdf")
    # Both cost 53.75, which does not split evenly.
    assert "Adult Venue Small house Price €26.88" in adult
    assert "Adult Venue Small house Price €26.87" in second
    assert "Child" in child
    assert "Free" in child
    assert all(f"of booking {sold['reference']}" in page for page in (adult, second, child))
    await client.post(f"/bookings/{sold['id']}/cancellations", json={"tickets": [1]})
    assert len(await pages(client, f"/bookings/{sold['id']}/tickets.pdf")) == 2
    (one,) = await pages(client, f"/bookings/{sold['id']}/tickets/2/ticket.pdf?language=de&paper=phone")
    assert "Ticket 2 der Buchung" in one


async def test_a_ticket_is_in_the_language_of_its_organizer_unless_another_is_asked_for(
    client: httpx.AsyncClient, booking: Json
) -> None:
    organizer = "/organizers/00000000-0000-7000-8000-000000000001"
    assert (await client.patch(organizer, json={"language": "de"})).status_code == 200
    path = f"/bookings/{booking['id']}/tickets/1/ticket.pdf"
    assert "Kostenlos" in (await pages(client, path))[0]
    assert "Free" in (await pages(client, f"{path}?language=en"))[0]


async def test_the_qr_is_that_of_the_ticket_as_it_is_now(client: httpx.AsyncClient, booking: Json) -> None:
    path = f"/bookings/{booking['id']}/tickets/1/qr.svg"
    await name_holder(client, booking["id"], 1, "Ann")
    before = (await client.get(path)).content
    assert (await client.get(path)).content == before
    await name_holder(client, booking["id"], 1, "Ben")
    assert (await client.get(path)).content != before
    with Image.open(io.BytesIO((await client.get(path.replace("svg", "png"))).content)) as opened:
        assert opened.size == (530, 530)


@pytest.mark.parametrize("path", FILES)
async def test_what_lets_nobody_in_is_not_printed(
    client: httpx.AsyncClient, conninfo: str, booking: Json, offering: Offering, path: str
) -> None:
    held = await new_hold(client, offering)
    refused = await client.get(f"/bookings/{held['id']}/{path}")
    await assert_documented(client, refused)
    assert assert_problem(refused, 409, "tickets_not_issued")["booking_status"] == "held"
    await confirm(client, held["id"])
    assert (await client.get(f"/bookings/{held['id']}/{path}")).status_code == 200
    for unknown in (NOBODY, booking["event_id"], "1"):
        assert_problem(await client.get(f"/bookings/{unknown}/{path}"), 404, "booking_not_found")
    await change_event(conninfo, booking["event_id"], state="cancelled")
    assert_problem(await client.get(f"/bookings/{booking['id']}/{path}"), 409, "event_cancelled")
    await change_event(conninfo, booking["event_id"], state="published")
    await client.patch(f"/bookings/{booking['id']}/cancel")
    refused = await client.get(f"/bookings/{booking['id']}/{path}")
    await assert_documented(client, refused)
    assert_problem(refused, 409, "ticket_not_valid")


@pytest.mark.parametrize("number", ["0", "4", "99999", "100000", "-1", "01", "x", "%D9%A1"])
async def test_a_ticket_that_there_is_not_is_not_found(client: httpx.AsyncClient, booking: Json, number: str) -> None:
    for name in ("ticket.pdf", "qr.svg", "qr.png"):
        answer = await client.get(f"/bookings/{booking['id']}/tickets/{number}/{name}")
        assert_problem(answer, 404, "ticket_not_found")


async def test_a_press_that_has_too_much_to_do_refuses_and_nothing_else_does(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "WAITING_MAX", -1)
    async with served() as url, httpx.AsyncClient(base_url=url) as client:
        booking = await new_booking(client, (await new_event(client))["id"])
        for name in ("tickets.pdf", "receipt.pdf"):
            refused = await client.get(f"/bookings/{booking['id']}/{name}")
            assert_problem(refused, 503, "busy")
            assert refused.headers["retry-after"] == "1"
        assert (await client.get(f"/bookings/{booking['id']}/tickets/1/qr.svg")).status_code == 200


@pytest.mark.parametrize("limit", ["documents_of_booking_max", "documents_of_address_max"])
async def test_who_asks_for_many_files_at_once_gets_his_share_and_the_rest_later(
    served: Served, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = threading.Event()
    made = press.Press.made

    def made_when_told(self: press.Press, document: press.Document, said: dict[str, Any]) -> bytes:
        """Keep the press busy until all have asked: on a busy machine they would not meet by themselves."""
        assert begin.wait(SECONDS_MAX)
        return made(self, document, said)

    monkeypatch.setattr(press.Press, "made", made_when_told)
    async with served(**{limit: 1}) as url, httpx.AsyncClient(base_url=url, timeout=SECONDS_MAX) as client:
        event = await new_event(client)
        mine, other = [await new_booking(client, event["id"]) for _ in range(2)]
        paths = [f"/bookings/{mine['id']}/{name}" for name in ("tickets.pdf", "receipt.pdf", "tickets/1/ticket.pdf")]
        asked = [asyncio.create_task(client.get(path)) for path in (*paths, f"/bookings/{other['id']}/tickets.pdf")]
        # Whose address has its share may have several bookings.
        is_alone = limit == "documents_of_booking_max"
        answers = asyncio.as_completed(asked, timeout=SECONDS_MAX)
        refused = [await next(answers) for _ in range(2 if is_alone else 3)]
        begin.set()
        assert {(await answer).status_code for answer in answers} == {200}
        assert (await asked[-1]).status_code == 200 or not is_alone
        for answer in refused:
            assert_problem(answer, 429, "too_much_at_once")
            assert int(answer.headers["retry-after"]) > 0
        for path in paths:
            assert (await client.get(path)).status_code == 200


async def test_paper_and_language_are_some_of_a_few(client: httpx.AsyncClient, booking: Json) -> None:
    for query, field in (("paper=a5", "paper"), ("language=fr", "language"), ("language=", "language")):
        answer = await client.get(f"/bookings/{booking['id']}/tickets.pdf?{query}")
        assert_problem(answer, 422, "validation_failed", field)
