"""Receipts over HTTP, by the ledger."""

import io

import httpx
from pypdf import PdfReader

from tests.printing.tickets import texts
from tests.web.asking import NOBODY, Json, assert_problem, new_booking
from tests.web.basket_office import Offering, assert_documented, confirm, new_hold


async def receipt(client: httpx.AsyncClient, booking: Json, query: str = "") -> str:
    answer = await client.get(f"/bookings/{booking['id']}/receipt.pdf{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "private, no-store"
    assert f'filename="receipt-{booking["reference"]}.pdf"' in answer.headers["content-disposition"]
    return " ".join(texts(PdfReader(io.BytesIO(answer.content)))).replace("\xa0", " ")


async def test_what_was_paid_taken_back_and_paid_back_is_on_the_receipt(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    held = await new_hold(client, offering, 2)
    refused = await client.get(f"/bookings/{held['id']}/receipt.pdf")
    await assert_documented(client, refused)
    assert assert_problem(refused, 409, "tickets_not_issued")["booking_status"] == "held"
    await confirm(client, held["id"])
    text = await receipt(client, held)
    assert "Adult 2 €50.00" in text
    assert "Zoë Quinn" in text
    assert "19% €42.02 €7.98" in text
    assert "Paid (cash)" in text
    assert "Nothing is open" in text
    await client.patch(f"/bookings/{held['id']}/cancel")
    text = await receipt(client, held, "?language=de")
    assert "Tickets storniert" in text
    assert "Noch zu erstatten" in text


async def test_a_free_booking_has_a_receipt_of_nothing(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 3)
    assert "General admission 3 –" in await receipt(client, booking)


async def test_a_booking_that_there_is_not_has_none(client: httpx.AsyncClient) -> None:
    for unknown in (NOBODY, "1"):
        assert_problem(await client.get(f"/bookings/{unknown}/receipt.pdf"), 404, "booking_not_found")
