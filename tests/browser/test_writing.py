"""What organizers have to do with mails: their log, their wording, and a message to all who have tickets."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.colleagues import mail_to
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import booked
from tests.browser.visitor import Visiting

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]


async def booked_by(organizer: Organizer, event_id: str, email: str) -> None:
    await booked(organizer, event_id, 1, buyer={"name": "Zoë Quinn", "email": email})


def text_of(installation: Installation, email: str) -> list[str]:
    """All mails to an address, as text."""
    mails = [one for one in installation.post.mails() if email in str(one["To"])]
    return [body.get_content() for one in mails if (body := one.get_body(("plain",))) is not None]


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_mail_is_found_in_the_log_and_sent_again(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    email = f"log-{look}@example.org"
    await booked_by(organizer, await organizer.event(), email)
    first = await mail_to(installation, email)
    visitor = await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}/mails", look)
    await visitor.choose("State", "sent")
    await visitor.press("Show")
    await visitor.comes_to_see(email)
    await visitor.press("Zoë Quinn")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(str(first["Subject"]))
    await visitor.press("Send again")
    again = await mail_to(installation, email, count=2)
    assert again["Subject"] == first["Subject"]
    await visitor.go(f"/console/organizers/{organizer.id}/mails")
    await expect(visitor.page.get_by_role("row", name=email)).to_have_count(2)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_another_wording_is_previewed_before_it_is_saved(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    visitor = await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}/mails", look)
    await visitor.press("Wording")
    await visitor.press(re.compile("^English ?: Booking confirmed"))
    await visitor.fill(re.compile("^Opening"), "Bring an umbrella, {{ no such thing }}.")
    await visitor.press("Preview")
    await expect(visitor.alert).to_be_visible()
    await visitor.fill(re.compile("^Opening"), "Bring an umbrella.")
    await visitor.press("Preview")
    await expect(visitor.page.locator(".mail-text")).to_contain_text("Bring an umbrella.")
    await visitor.sees("Nothing is saved yet.")
    event_id = await organizer.event()
    await booked_by(organizer, event_id, f"before-{look}@example.org")
    await mail_to(installation, f"before-{look}@example.org")
    await visitor.press("Save")
    await booked_by(organizer, event_id, f"after-{look}@example.org")
    await mail_to(installation, f"after-{look}@example.org")
    assert "umbrella" not in "".join(text_of(installation, f"before-{look}@example.org"))
    assert "umbrella" in "".join(text_of(installation, f"after-{look}@example.org"))


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_message_goes_to_all_once_it_is_known_whom_it_reaches(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    event_id = await organizer.event()
    addresses = [f"{name}-{look}@example.org" for name in ("ann", "bob")]
    for email in addresses:
        await booked_by(organizer, event_id, email)
        await mail_to(installation, email)
    visitor = await visit.signed_in(organizer.api, f"/console/events/{event_id}/messages", look)
    await visitor.fill("Subject", "Doors open later")
    await visitor.fill("Text", "The doors open at eight.")
    await visitor.press("See whom it reaches")
    await visitor.sees("It would reach 2 addresses")
    await expect(visitor.page.locator(".mail-text")).to_contain_text("The doors open at eight.")
    await visitor.sees("Nobody was written to yet.")
    await visitor.press("Send to 2 addresses")
    for email in addresses:
        assert (await mail_to(installation, email, count=2))["Subject"] == "Doors open later"
    await visitor.comes_to_see("2 mails sent")
