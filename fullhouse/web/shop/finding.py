"""What search engines are told: which pages to look at, and where the events are."""

from xml.sax.saxutils import escape

from fastapi import APIRouter, Response

from fullhouse.actions import shop
from fullhouse.actions.deps import Deps
from fullhouse.rules.listing import ListingFilter
from fullhouse.web.shop.addresses import event_path

ADDRESSES_MAX = 5_000
"""Of a sitemap; it may have ten times as many, but nobody reads so far ahead in a programme."""

HIDDEN = ("/console", "/shop/bookings/", "/bookings/", "/sessions", "/setup", "/unsubscriptions/")


def add(router: APIRouter, deps: Deps) -> None:
    """Add the files."""
    public_url = deps.mail_terms.public_url

    @router.get("/robots.txt")
    async def show_robots() -> Response:
        hidden = "".join(f"Disallow: {path}\n" for path in HIDDEN)
        return Response(f"User-agent: *\n{hidden}\nSitemap: {public_url}/sitemap.xml\n", media_type="text/plain")

    @router.get("/sitemap.xml")
    async def show_sitemap() -> Response:
        found = await shop.addresses(deps, ListingFilter(deps.clock()), ADDRESSES_MAX)
        paths = ["/", *(event_path(address) for address in found)]
        urls = "".join(f"<url><loc>{escape(public_url + path)}</loc></url>\n" for path in paths)
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )
        return Response(body, media_type="application/xml")
