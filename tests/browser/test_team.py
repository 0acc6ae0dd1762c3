"""Who works for an organizer: invited by mail, with the pages of a role alone, and gone when the owner says so."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.colleagues import employ, link_in, mail_to
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting, Visitor
from tests.people import PASSWORD

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
OF_BOX_OFFICE = ["Dashboard", "Events", "Bookings", "Webhooks", "Mails", "Privacy"]


async def visit_team(visit: Visiting, organizer: Organizer, look: Look | None = None) -> Visitor:
    return await visit.signed_in(organizer.api, f"/console/organizers/{organizer.id}/team", look)


async def open_invitation(visitor: Visitor, link: str) -> None:
    """Open the link of a mail; without scripts its key has to be copied into the form."""
    path, _, token = link.partition("#")
    await visitor.go(link)
    assert path == "/console/invitation"
    if not visitor.look.has_scripts:
        await visitor.fill("Key from the link", token)


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_who_is_invited_gets_an_account_and_the_pages_of_the_role(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    owner = await visit_team(visit, organizer, look)
    email = f"box-office-{look}@house.example"
    await owner.fill("Mail address", email)
    await owner.choose("Role", "box_office")
    await owner.press("Send invitation")
    await owner.sees(email)
    colleague = await visit(look)
    await open_invitation(colleague, link_in(await mail_to(installation, email)))
    await colleague.fill("Your name", "Bo Booth")
    await colleague.fill("Password", PASSWORD)
    await colleague.press("Accept")
    tabs = colleague.page.get_by_role("navigation", name="Console").get_by_role("link")
    await expect(tabs).to_have_text(OF_BOX_OFFICE)
    for name in OF_BOX_OFFICE:
        await colleague.press(name)
        await expect(colleague.page.get_by_role("heading", level=1)).to_have_text(name)
    answer = await colleague.go(f"/console/organizers/{organizer.id}/team")
    assert answer.status == 403
    await owner.page.reload()
    await owner.sees("Bo Booth")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_role_is_changed_and_a_member_removed(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    colleague = await employ(installation, organizer)
    owner = await visit_team(visit, organizer, look)
    await owner.unfold("Change Max M")
    await owner.choose("Role of Max M", "door")
    await owner.press("Change role")
    await owner.sees(re.compile(rf"{colleague.email} · Door"))
    visitor = await visit(look)
    await visitor.sign_in_as(colleague.api)
    assert (await visitor.go(f"/console/organizers/{organizer.id}/events")).status == 403
    await owner.unfold("Change Max M")
    await owner.press("Remove from the team")
    await owner.does_not_see(colleague.email)
    assert (await visitor.go(f"/console/organizers/{organizer.id}/events")).status == 404
    await visitor.go("/console")
    await visitor.sees("You work for no organizer yet")
    await colleague.api.aclose()


async def test_the_last_owner_cannot_leave(visit: Visiting, organizer: Organizer) -> None:
    owner = await visit_team(visit, organizer)
    await owner.unfold("Change Olga Owner")
    await owner.press("Leave the team")
    await expect(owner.alert).to_be_visible()


async def test_an_invitation_that_is_withdrawn_opens_nothing(
    visit: Visiting, organizer: Organizer, installation: Installation
) -> None:
    owner = await visit_team(visit, organizer, Look(PHONE))
    await owner.fill("Mail address", "withdrawn@house.example")
    await owner.press("Send invitation")
    link = link_in(await mail_to(installation, "withdrawn@house.example"))
    await owner.press("Withdraw withdrawn@house.example")
    await owner.does_not_see("withdrawn@house.example")
    visitor = await visit()
    await open_invitation(visitor, link)
    await visitor.fill("Your name", "Too Late")
    await visitor.fill("Password", PASSWORD)
    await visitor.press("Accept")
    await expect(visitor.alert).to_be_visible()
