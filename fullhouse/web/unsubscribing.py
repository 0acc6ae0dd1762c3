"""Unsubscribing as a person sees it: a page with one button, and a page that says it is done. No script is needed.

Mail programs send the same address a POST of their own (RFC 8058), which comes from no page and has no token.
"""

import json

from fastapi import Response

from fullhouse.actions.deps import Deps
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.web.api import messages
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import Visitor
from fullhouse.web.respond import response_of

NOWHERE = N_("This link leads nowhere any more.")
INCOMPLETE = N_("The link may be old, or was not copied as a whole.")


def ask(visitor: Visitor, token: str) -> Response:
    """The page that the link in a mail opens. Opening it changes nothing: programs open links, too.

    Raises MailNotFound where no browser asks.
    """
    if uuid_or_none(token) is None:
        return _nowhere(visitor, MailNotFound(NOWHERE))
    return page(visitor, "shop/unsubscribing.html", is_secret=True)


async def stop(deps: Deps, visitor: Visitor, token: str) -> Response:
    """No more messages; the answer is a page if a browser asks. Raises MailNotFound where none does."""
    try:
        answer = await messages.unsubscribe(deps, token)
    except MailNotFound as refusal:
        return _nowhere(visitor, refusal)
    if not _is_browser(visitor):
        return response_of(answer)
    name = json.loads(answer.body)["organizer_name"]
    return page(visitor, "shop/unsubscribed.html", is_secret=True, name=name)


def _nowhere(visitor: Visitor, refusal: MailNotFound) -> Response:
    if not _is_browser(visitor):
        raise refusal
    language = visitor.language
    told = {"title": language.text(NOWHERE), "detail": language.text(INCOMPLETE)}
    return page(visitor, "shop/refusal.html", status=404, is_secret=True, **told)


def _is_browser(visitor: Visitor) -> bool:
    return b"text/html" in visitor.call.headers.get(b"accept", b"")
