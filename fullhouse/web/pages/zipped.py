"""Pages are sent compressed; the API's small answers, and its streams, are not."""

from starlette.middleware.gzip import GZipMiddleware

from fullhouse.web.http import AsgiApp, Receive, Scope, Send
from fullhouse.web.pages.paths import is_page

BYTES_MIN = 500
LEVEL = 6
"""Level 9 takes twice the time for one percent."""


class ZippedPages:
    """An ASGI application around the framework's."""

    def __init__(self, app: AsgiApp) -> None:
        """Hand everything on to `app`, and compress what it answers for pages."""
        self._plain = app
        self._zipped = GZipMiddleware(app, BYTES_MIN, LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and is_page(scope["path"], dict(scope["headers"])):
            await self._zipped(scope, receive, send)
        else:
            await self._plain(scope, receive, send)
