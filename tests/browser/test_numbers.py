"""What organizers see of their sales: numbers that equal what was sold, and why something is not on sale."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.installation import Organizer, in_days
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import booked
from tests.browser.visitor import Visiting, Visitor

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]


def figure(visitor: Visitor, name: str) -> Locator:
    """A number at the top of a dashboard."""
    return visitor.page.locator(".figures > div").filter(has=visitor.page.get_by_text(name, exact=True)).locator("dd")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_the_dashboards_show_what_was_sold(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.priced_event()
    await booked(organizer, event_id, 2, paid_by="cash")
    await booked(organizer, event_id, 1, paid_by="cash")
    await booked(organizer, event_id, 4)
    given_back = await booked(organizer, event_id, 1, paid_by="cash")
    assert (await organizer.api.patch(f"/bookings/{given_back['id']}/cancel")).is_success
    visitor = await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}", look)
    await expect(figure(visitor, "Sold, in EUR")).to_have_text("€75.00")
    await expect(figure(visitor, "Tickets, paid in EUR")).to_have_text("3")
    await visitor.press("Late Trio")
    await expect(figure(visitor, "Tickets")).to_have_text("3")
    await expect(figure(visitor, "Sold")).to_have_text("€75.00")
    await expect(figure(visitor, "Cancelled")).to_have_text("1")
    await figure(visitor, "Tickets").get_by_role("link").click()
    await expect(visitor.page.locator("tbody .reference")).to_have_count(2)


async def test_a_dashboard_keeps_up_by_itself(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.priced_event()
    visitor = await visit.signed_in(organizer.api, f"/console/events/{event_id}")
    await expect(figure(visitor, "Tickets")).to_have_text("0")
    await booked(organizer, event_id, 2, paid_by="cash")
    # What htmx does every ten seconds by itself, done at once.
    await visitor.page.evaluate(
        "htmx.ajax('GET', location.pathname, {target: '#live', select: '#live', swap: 'outerHTML'})"
    )
    await expect(figure(visitor, "Tickets")).to_have_text("2")
    await expect(figure(visitor, "Sold")).to_have_text("€50.00")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_it_is_told_why_a_ticket_type_is_not_on_sale(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.event(total_seats=2)
    await organizer.ticket_type(event_id, "Late bird", sales_from=in_days(5))
    await organizer.ticket_type(event_id, "Press", visibility="box_office")
    visitor = await visit.signed_in(organizer.api, f"/console/events/{event_id}/offer", look)

    def card(name: str) -> Locator:
        return visitor.page.get_by_role("article", name=name)

    await expect(card("General admission")).to_contain_text("On sale")
    await expect(card("Late bird")).to_contain_text("Why is this not on sale?")
    await expect(card("Late bird")).to_contain_text("Its sale begins on")
    await expect(card("Press")).to_contain_text("Only the box office sells it.")
    await booked(organizer, event_id, 2)
    await visitor.page.reload()
    await expect(card("General admission")).to_contain_text("of 2 places 2 are sold")
    await expect(card("General admission")).to_contain_text("Why is this not on sale?")


async def test_who_looks_on_sees_what_others_book(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.event(total_seats=3)
    onlooker, buyer = await visit(Look(PHONE)), await visit()
    for visitor in (onlooker, buyer):
        await visitor.go(f"/shop/events/{event_id}")
        await visitor.sees("3 left")
    await buyer.choose("How many of General admission", "1")
    await buyer.fill("Your name", "Zoë Quinn")
    await buyer.fill("Mail address", "first@example.org")
    await onlooker.fill("Your name", "Not Yet Ready")
    await buyer.press("Book")
    await onlooker.sees("2 left")
    await booked(organizer, event_id, 2)
    await onlooker.sees(re.compile("^What is on sale has changed"))
    await expect(onlooker.page.get_by_label("Your name")).to_have_value("Not Yet Ready")
    await onlooker.press(re.compile("^What is on sale has changed"))
    await onlooker.sees("All places are taken.")
