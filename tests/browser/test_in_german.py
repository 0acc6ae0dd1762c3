"""All of it in German: from the link of a new installation to a ticket that is given back."""

import re

from playwright.async_api import expect

from tests.browser.installation import in_days, pages_of, setup_token, start
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting, Visitor
from tests.people import OWNER, PASSWORD
from tests.post_office import open_post_office

AT_DESK, AT_PHONE = Look(DESKTOP, "de"), Look(PHONE, "de", "dark")


async def own(visitor: Visitor, token: str) -> None:
    await visitor.go(f"/console/setup#{token}")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Willkommen bei Full House")
    await visitor.fill("Name Ihres Veranstalters", "Blaue Note")
    await visitor.fill("Ihr Name", "Olga Öhlmann")
    await visitor.fill("E-Mail-Adresse", OWNER)
    await visitor.fill("Passwort", PASSWORD)
    await visitor.press("Anfangen")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Überblick")


async def put_on(visitor: Visitor, name: str) -> None:
    await visitor.press("Veranstaltungen")
    await visitor.press("Die erste in den Verkauf geben")
    await visitor.fill("Name", name)
    await visitor.fill("Datum und Uhrzeit", f"{in_days(40)[:10]}T20:00")
    await visitor.fill("Ort", "Blaue Tür")
    await visitor.fill("Plätze", "80")
    await visitor.fill(re.compile("^Preis eines Tickets"), "18,50")
    await visitor.fill("Währung", "EUR")
    await visitor.fill("Zeitzone des Ortes", "Europe/Berlin")
    await visitor.press("In den Verkauf geben")
    await visitor.sees("Sie ist jetzt im Verkauf.")


async def buy(visitor: Visitor, name: str) -> str:
    await visitor.go("/")
    await visitor.press(name)
    await visitor.sees(re.compile("18,50\xa0€"))
    await visitor.choose(re.compile("^Wie viele von"), "2")
    await visitor.fill("Ihr Name", "Zoë Kühn")
    await visitor.fill("E-Mail-Adresse", "zoe@example.org")
    await visitor.press("Weiter zur Zahlung")
    await visitor.page.wait_for_url("**/shop/bookings/*")
    await visitor.sees(re.compile("37,00\xa0€"))
    return visitor.page.url.rpartition("/")[2].partition("#")[0]


async def give_back(visitor: Visitor, name: str) -> None:
    await visitor.press("Buchungen")
    await visitor.fill(re.compile("^Name,"), name)
    await visitor.press("Suchen")
    await visitor.page.locator("tbody .reference").click()
    await visitor.press("Bestätigen")
    # What is pressed next is on the page before as well: there it might overtake the confirmation.
    await visitor.sees("Die Buchung ist bestätigt.")
    await visitor.press("Stornieren …")
    await visitor.sees(re.compile("Alles, was dafür bezahlt wurde: 37,00\xa0€"))
    await visitor.page.get_by_label(re.compile("^Alles")).check()
    await visitor.press("2 Tickets stornieren")
    await expect(visitor.page.get_by_role("cell", name="Storniert")).to_have_count(2)


async def test_a_house_is_opened_sells_and_gives_back_in_german(visit: Visiting, conninfo: str) -> None:
    with open_post_office() as post, start(conninfo, post) as serving:
        owner = await visit(AT_DESK, url=pages_of(serving))
        buyer = await visit(AT_PHONE, url=pages_of(serving))
        await own(owner, setup_token(serving))
        await put_on(owner, "Sommerkonzert")
        booking_id = await buy(buyer, "Sommerkonzert")
        await owner.go("/console")
        await give_back(owner, "Kühn")
        await buyer.go(f"/shop/bookings/{booking_id}")
        await buyer.sees("Storniert")
        for visitor in (owner, buyer):
            await expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
