"""What organizers do with bookings: find one, give money back, erase a person; and the log that knows all of it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.colleagues import mail_to
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import booked
from tests.browser.visitor import Visiting, Visitor

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
SEARCH = re.compile("^Name, mail address, reference or ticket code")


async def visit_page(visit: Visiting, organizer: Organizer, page: str, look: Look | None = None) -> Visitor:
    return await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}{page}", look)


async def search(visitor: Visitor, words: str) -> None:
    await visitor.fill(SEARCH, words)
    await visitor.press("Search")


async def now(organizer: Organizer, booking: Any) -> Any:
    return (await organizer.api.get(f"/bookings/{booking['id']}")).json()


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_booking_is_found_by_name_and_by_reference(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.event()
    mine = await booked(organizer, event_id, buyer={"name": "Ärne Østby", "email": "aerne@example.org"})
    await booked(organizer, event_id)
    visitor = await visit_page(visit, organizer, "/bookings", look)
    references = visitor.page.locator("tbody .reference")
    await expect(references).to_have_count(2)
    await search(visitor, "østby")
    await expect(references).to_have_count(1)
    reference = await references.inner_text()
    await search(visitor, "nobody of that name")
    await visitor.sees("No booking is like that.")
    await search(visitor, reference)
    await expect(references).to_have_count(1)
    await visitor.press(reference)
    assert visitor.page.url.endswith(mine["id"])
    await visitor.sees("Ärne Østby")
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(reference)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_what_goes_back_is_shown_before_a_ticket_is_cancelled(
    visit: Visiting, organizer: Organizer, look: Look
) -> None:
    mine = await booked(organizer, await organizer.priced_event(), 3, paid_by="cash")
    visitor = await visit.signed_in(organizer.api, f"/console/bookings/{mine['id']}", look)
    await visitor.press("Cancel …")
    await visitor.sees("All that was paid for them: €75.00")
    await visitor.page.get_by_role("checkbox").first.uncheck()
    await visitor.page.get_by_role("checkbox").last.uncheck()
    await visitor.press("Show what goes back for these")
    await visitor.sees("All that was paid for them: €25.00")
    assert (await now(organizer, mine))["num_seats"] == 3
    await visitor.page.get_by_label(re.compile("^All that was paid")).check()
    await visitor.press("Cancel 1 ticket")
    await visitor.sees("Tickets cancelled")
    assert (await now(organizer, mine))["num_seats"] == 2
    await expect(visitor.page.get_by_role("cell", name="Cancelled")).to_have_count(1)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_person_is_erased_after_a_look_at_what_goes(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    email = f"erased-{look}@example.org"
    event_id = await organizer.event()
    mine = await booked(organizer, event_id, buyer={"name": "Ann Gone", "email": email})
    await mail_to(installation, email)
    installation.let_be_over(event_id)
    visitor = await visit_page(visit, organizer, "/privacy", look)
    await visitor.fill("Mail address", email)
    await visitor.press("Erase …")
    await visitor.sees(f"This would be erased of {email}")
    await visitor.sees("1 booking")
    assert (await now(organizer, mine))["buyer"]["name"] == "Ann Gone"
    await visitor.press("Erase for good")
    await visitor.sees("Erased")
    await visitor.go(f"/console/organizers/{organizer.id}/bookings")
    await expect(visitor.page.locator("tbody .reference")).to_have_count(1)
    await visitor.does_not_see("Ann Gone")
    await search(visitor, "Ann Gone")
    await visitor.sees("No booking is like that.")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_the_audit_log_shows_what_was_done(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.event("Late Trio")
    visitor = await visit.signed_in(organizer.api, f"/console/events/{event_id}/settings", look)
    await visitor.fill("Name", "Early Trio")
    await visitor.press("Save")
    await visitor.go(f"/console/organizers/{organizer.id}/audit-log?event={event_id}")
    entry = visitor.page.locator("details", has_text="Early Trio").first
    await entry.locator("summary").click()
    await expect(entry).to_contain_text("Olga Owner")
    await expect(entry.locator("del", has_text="Late Trio").first).to_be_visible()
    await expect(entry.locator("ins", has_text="Early Trio").first).to_be_visible()
    await visitor.press("Check the seal")
    await expect(visitor.page.get_by_role("status")).to_contain_text(re.compile("as (it was|they were) sealed"))
