"""Watches over all that happens in a browser while a test goes on: what must never happen on a page of ours.

Errors of scripts, anything on the console that is an error or a warning, a breach of the Content-Security-Policy, a
request to any other host, a part of a page that is missing, a defect of the server.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Request, Response, WebError

WITHIN = frozenset({"data", "blob", "about"})
"""Schemes of addresses that no host is asked for."""
PAGES = frozenset({"document", "xhr", "fetch", "eventsource"})
"""What a server may answer with a no: a page, or a part of one that htmx asks for. An image or a script is there."""
TOLD_BY_ANSWERS = "Failed to load resource"
"""How the console tells of a status from 400 on; which of these are wrong is told by the answers themselves."""


class Watch:
    """Notes what goes wrong in one browser context."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        """Watch from now on; `url` is where our pages are, any other host is foreign."""
        self._hosts = {urlsplit(url).netloc}
        self.problems: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", self._fail)
        context.on("request", self._ask)
        context.on("response", self._answer)

    def allow(self, url: str) -> None:
        """Let pages ask another host as well."""
        self._hosts.add(urlsplit(url).netloc)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(TOLD_BY_ANSWERS):
            self.problems.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _fail(self, error: WebError) -> None:
        self.problems.append(f"a script failed: {error.error}")

    def _ask(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in WITHIN and address.netloc not in self._hosts:
            self.problems.append(f"a foreign host was asked: {request.url}")

    def _answer(self, response: Response) -> None:
        is_page = response.request.resource_type in PAGES
        limit = HTTPStatus.INTERNAL_SERVER_ERROR if is_page else HTTPStatus.BAD_REQUEST
        # The browser asks for this one by itself, whether a page names it or not.
        if response.status >= limit and not response.url.endswith("/favicon.ico"):
            self.problems.append(f"{response.status} for {response.url}")
