"""The widget on the page of another site: as high as it has to be, deaf to that site, and only where it may be."""

import socketserver
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.installation import Installation, Organizer
from tests.browser.visitor import Visiting, Visitor

FITS = """() => {
  const frame = document.querySelector('iframe');
  return frame && frame.offsetHeight > 200 && parseInt(frame.style.height) === frame.offsetHeight;
}"""


@contextmanager
def other_site(script: str) -> Iterator[str]:
    """A site of somebody else, with one page that has the widget."""
    page = f"<!doctype html><html lang=en><title>Blue Door</title><h1>Blue Door</h1>{script}</html>".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def site(installation: Installation, organizer: Organizer) -> AsyncIterator[str]:
    """A site that sells tickets of an event."""
    event_id = await organizer.priced_event()
    with other_site(
        f'<script async src="{installation.url}/static/widget.js" data-event="{event_id}"></script>'
    ) as url:
        yield url


async def visit_site(visit: Visiting, installation: Installation, site: str) -> Visitor:
    visitor = await visit(url=site)
    visitor.watch.allow(installation.url)
    await visitor.go("/")
    return visitor


async def test_the_frame_is_as_high_as_its_page(visit: Visiting, installation: Installation, site: str) -> None:
    visitor = await visit_site(visit, installation, site)
    heights = []
    for width in (320, 1200):
        await visitor.page.set_viewport_size({"width": width, "height": 700})
        await visitor.page.wait_for_function(FITS)
        await visitor.page.wait_for_timeout(300)
        heights.append(await visitor.page.locator("iframe").evaluate("one => one.offsetHeight"))
        inside = visitor.page.frame_locator("iframe").locator("html")
        assert await inside.evaluate("one => one.scrollHeight <= one.clientHeight + 1"), "it has a bar to scroll"
    assert heights[0] > heights[1]


async def test_a_message_of_the_site_itself_changes_nothing(
    visit: Visiting, installation: Installation, site: str
) -> None:
    visitor = await visit_site(visit, installation, site)
    await visitor.page.wait_for_function(FITS)
    before = await visitor.page.locator("iframe").evaluate("one => one.offsetHeight")
    await visitor.page.evaluate("window.postMessage({fullhouseHeight: 5}, '*')")
    await visitor.page.wait_for_timeout(200)
    assert await visitor.page.locator("iframe").evaluate("one => one.offsetHeight") == before


async def test_the_button_opens_the_shop_in_a_window_of_its_own(
    visit: Visiting, installation: Installation, site: str
) -> None:
    visitor = await visit_site(visit, installation, site)
    async with visitor.context.expect_page() as opened:
        await visitor.page.frame_locator("iframe").get_by_role("link", name="Buy tickets").click()
    shop = await opened.value
    await expect(shop.get_by_role("combobox", name="How many of Adult")).to_be_visible()
    assert shop.url.startswith(installation.url)


async def test_it_shows_only_where_the_organizer_allows_it(
    visit: Visiting, installation: Installation, organizer: Organizer, site: str
) -> None:
    for allowed, is_shown in (([], False), ([site], True), (None, True)):
        changed = await organizer.api.patch(f"/organizers/{organizer.id}", json={"embed_origins": allowed})
        assert changed.is_success, changed.text
        visitor = await visit_site(visit, installation, site)
        button = visitor.page.frame_locator("iframe").get_by_role("link", name="Buy tickets")
        if is_shown:
            await expect(button).to_be_visible()
        else:
            await visitor.page.wait_for_timeout(1_000)
            await expect(button).to_have_count(0)
            # That the frame was refused is what the console is to say.
            visitor.watch.problems = [one for one in visitor.watch.problems if "frame-ancestors" not in one]


async def test_other_pages_are_framed_by_nobody(visit: Visiting, installation: Installation) -> None:
    with other_site(f'<iframe src="{installation.url}/console/sign-in"></iframe>') as url:
        visitor = await visit_site(visit, installation, url)
        await visitor.page.wait_for_timeout(500)
        await expect(visitor.page.frame_locator("iframe").get_by_label("Password")).to_have_count(0)
        assert any("frame-ancestors" in one for one in visitor.watch.problems)
        visitor.watch.problems.clear()
