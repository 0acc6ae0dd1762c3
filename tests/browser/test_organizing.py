"""What organizers do in the console: from nothing to an event on sale, and to its end."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import booked
from tests.browser.visitor import Visiting, Visitor

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
SOON = (datetime.now(UTC) + timedelta(days=40)).strftime("%Y-%m-%dT20:00")


async def visit_events(visit: Visiting, organizer: Organizer, look: Look | None = None) -> Visitor:
    return await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}/events", look)


async def describe(visitor: Visitor, name: str, price: str) -> None:
    await visitor.fill("Name", name)
    await visitor.fill("Date and time", SOON)
    await visitor.fill("Venue", "Blue Door")
    await visitor.fill("Places", "80")
    await visitor.fill(re.compile("Price of a ticket"), price)
    await visitor.fill("Currency", "EUR")
    await visitor.fill("Time zone of the venue", "Europe/Berlin")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_event_is_put_on_sale_in_one_page(visit: Visiting, organizer: Organizer, look: Look) -> None:
    visitor = await visit_events(visit, organizer, look)
    await visitor.press("Put the first one on sale")
    await describe(visitor, "Late Trio", "18.50")
    await visitor.press("Put on sale")
    await visitor.sees("It is on sale now.")
    buyer = await visit(look)
    await buyer.go(f"/shop/organizers/{organizer.id}")
    await buyer.press("Late Trio")
    await buyer.sees("€18.50")
    await buyer.sees("20:00")


async def test_a_draft_is_published_when_it_is_ready(visit: Visiting, organizer: Organizer) -> None:
    visitor = await visit_events(visit, organizer, Look(PHONE, has_scripts=False))
    await visitor.press("New event")
    await describe(visitor, "Matinee", "")
    await visitor.press("Keep as a draft")
    buyer = await visit()
    await buyer.go(f"/shop/organizers/{organizer.id}")
    await buyer.sees("Nothing is on sale yet")
    await visitor.press("Publish")
    await buyer.page.reload()
    await buyer.sees("Matinee")


async def test_what_is_wrong_with_an_event_is_told_beside_it(visit: Visiting, organizer: Organizer) -> None:
    visitor = await visit_events(visit, organizer)
    await visitor.press("New event")
    await describe(visitor, "Late Trio", "a lot")
    await visitor.fill("Time zone of the venue", "Mars/Base")
    await visitor.press("Put on sale")
    await expect(visitor.alert).to_be_visible()
    await visitor.check_accessibility()
    await expect(visitor.page.get_by_label("Time zone of the venue")).to_have_attribute("aria-invalid", "true")
    await expect(visitor.page.get_by_label("Name", exact=True)).to_have_value("Late Trio")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_event_is_cancelled_and_its_buyers_read_it(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.priced_event()
    mine = await booked(organizer, event_id, paid_by="cash")
    visitor = await visit_events(visit, organizer, look)
    await visitor.go(f"/console/events/{event_id}/cancellation")
    await visitor.page.get_by_role("checkbox").first.check()
    await visitor.press(re.compile("Cancel the event"))
    await visitor.go(f"/console/events/{event_id}/cancellation")
    # Before that the buyer's ticket might still be valid when the page is made, and no more when its code is drawn.
    await visitor.comes_to_see("All bookings are cancelled")
    buyer = await visit(look)
    await buyer.go(f"/shop/bookings/{mine['id']}")
    await buyer.sees("This event does not take place.")


async def test_a_stranger_finds_nothing_in_the_console(
    visit: Visiting, organizer: Organizer, installation: Installation
) -> None:
    visitor = await visit(Look(PHONE))
    await visitor.go(f"/console/organizers/{organizer.id}/events")
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
