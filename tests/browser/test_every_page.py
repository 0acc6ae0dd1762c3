"""Every page is fit for everybody: on a phone and at a desk, light and dark, in both languages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.installation import Installation
from tests.browser.pages import SHOTS, Shot
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import Subjects, arrange
from tests.browser.visitor import Visiting


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def subjects(installation: Installation) -> AsyncIterator[Subjects]:
    """Events and bookings in each of their states."""
    organizer = await installation.organizer()
    async with organizer.api:
        yield await arrange(installation, organizer)


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
async def test_a_page_is_fit_for_everybody(
    visit: Visiting, installation: Installation, subjects: Subjects, shot: Shot
) -> None:
    for look in (Look(DESKTOP), Look(PHONE, "de")):
        visitor = await visit(look)
        if shot.is_for_members:
            await visitor.sign_in_as(installation.owner)
        answer = await visitor.go(shot.at(subjects))
        assert answer.status == shot.status
        # Targets are smallest on a phone, and German has the longer words.
        if look.screen == PHONE:
            await visitor.check_accessibility()
