"""What organizers give to programs: keys for the API, and webhooks that tell them what happens."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import booked
from tests.browser.visitor import Visiting, Visitor
from tests.receiver import Receiver, receiving

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    """A program that wants to know."""
    async with receiving() as opened:
        yield opened


async def visit_page(visit: Visiting, organizer: Organizer, page: str, look: Look | None = None) -> Visitor:
    return await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}/{page}", look)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_key_is_shown_once_and_opens_the_api_until_it_is_revoked(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    event_id = await organizer.event()
    visitor = await visit_page(visit, organizer, "keys", look)
    await visitor.fill("Name", "Door app")
    await visitor.press("Make the key")
    await visitor.sees("The key Door app is made")
    secret = await visitor.page.locator(".secret").inner_text()
    if look.has_scripts:
        await visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await visitor.press("Copy")
        await visitor.sees("Copied")
        assert await visitor.page.evaluate("navigator.clipboard.readText()") == secret
    await visitor.go(f"/console/organizers/{organizer.id}/keys")
    await visitor.sees("Door app")
    await visitor.does_not_see(secret)
    async with httpx.AsyncClient(base_url=installation.url, headers={"authorization": f"Bearer {secret}"}) as program:
        assert (await program.get(f"/events/{event_id}/bookings")).status_code == 200
        assert (await program.delete(f"/events/{event_id}")).status_code in {403, 405}
        await visitor.unfold("Revoke Door app")
        await visitor.press("Revoke for good")
        await visitor.sees("revoked")
        assert (await program.get(f"/events/{event_id}/bookings")).status_code == 401


async def test_a_key_that_may_nothing_is_not_made(visit: Visiting, organizer: Organizer) -> None:
    visitor = await visit_page(visit, organizer, "keys", Look(PHONE))
    await visitor.fill("Name", "Useless")
    await visitor.page.get_by_label(re.compile("^read:")).uncheck()
    await visitor.press("Make the key")
    await expect(visitor.alert).to_be_visible()
    await visitor.sees("There are no keys yet.")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_webhook_is_added_and_its_delivery_is_seen(
    visit: Visiting, organizer: Organizer, receiver: Receiver, look: Look
) -> None:
    visitor = await visit_page(visit, organizer, "webhooks", look)
    await visitor.fill("Address", receiver.url())
    await visitor.press("Add webhook")
    secret = await visitor.page.locator(".secret").inner_text()
    event_id = await organizer.event("Told to others")
    booking = await booked(organizer, event_id)
    told = await receiver.that(lambda got: booking["id"] in got.body)
    assert told.verified(secret)
    await visitor.go(f"/console/organizers/{organizer.id}/webhooks")
    await visitor.does_not_see(secret)
    await visitor.press(receiver.url())
    await visitor.comes_to_see("booking.confirmed")
    await visitor.comes_to_see(re.compile("^delivered$"))
    await visitor.press("booking.confirmed")
    await visitor.comes_to_see("Answer 200")
    await visitor.sees(booking["id"])
