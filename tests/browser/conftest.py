"""One browser and one server for all tests of a process; a browser context, and an organizer, for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from fullhouse.store.embedded import Embedded
from tests.browser.chromium import MISSING, launch
from tests.browser.installation import Installation, Organizer, open_installation
from tests.browser.visitor import SECONDS_MAX, Visiting
from tests.conftest import fresh_database
from tests.post_office import open_post_office

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all tests here run in one event loop, because the browser lives in one."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def installation_conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """The database of the server that the visitors come to."""
    with fresh_database(embedded, template) as conninfo:
        yield conninfo


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(installation_conninfo: str) -> AsyncIterator[Installation]:
    """A running server that somebody owns."""
    with open_post_office() as post:
        async with open_installation(installation_conninfo, post) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def organizer(installation: Installation) -> AsyncIterator[Organizer]:
    """An organizer without any events yet."""
    made = await installation.organizer()
    async with made.api:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real browser."""
    expect.set_options(timeout=SECONDS_MAX * 1000)
    async with async_playwright() as playwright:
        try:
            launched = await launch(playwright)
        except FileNotFoundError:
            pytest.fail(MISSING, pytrace=False)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, installation: Installation) -> AsyncIterator[Visiting]:
    """Lets visitors come, as many as a test needs, each in a browser context of his own."""
    async with Visiting(browser, installation.url) as visiting:
        yield visiting
