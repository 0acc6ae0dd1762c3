"""Refusals and defects as pages: what happened, what is still possible, and the way back."""

from urllib.parse import quote

from fullhouse.rules.people_refusals import SignInRequired
from fullhouse.rules.refusals import ApiKeyRequired, Refusal
from fullhouse.web.auth import ANYBODY, SAFE_METHODS
from fullhouse.web.call import Call
from fullhouse.web.errors import STATUSES
from fullhouse.web.http import Answer, Headers, Scope
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import answer
from fullhouse.web.pages.paths import CONSOLE, SIGN_IN, is_of_console
from fullhouse.web.pages.refusal_texts import detail_of, title_of
from fullhouse.web.pages.visitor import Site, Visitor, visitor

NO_SUCH_PAGE = N_("This page is not here")
NOT_FOR_THIS = N_("That is not how this page works")
NOT_VALID = N_("The address is not valid")
DEFECT = N_("Something is broken on our side")


def refused(site: Site, scope: Scope, headers: Headers, refusal: Refusal) -> Answer:
    """A page for a refusal. Who is not signed in is sent to do so, and comes back afterwards."""
    path: str = scope["path"]
    if isinstance(refusal, SignInRequired | ApiKeyRequired) and is_of_console(path):
        return _sent_to_sign_in(scope)
    someone = visitor_at(site, scope, headers)
    status, _ = STATUSES[refusal.code]
    told = _told(someone, status, title_of(refusal, someone.language), detail_of(refusal, someone.language))
    if "retry_after_seconds" in refusal.facts:
        told.headers.append((b"retry-after", str(refusal.facts["retry_after_seconds"]).encode()))
    return told._replace(headers=[*told.headers, (b"x-refusal", refusal.code.encode())])


def not_served(site: Site, scope: Scope, headers: Headers, status: int) -> Answer:
    """A page for a path or a method that there is not, or a query that no page takes."""
    someone = visitor_at(site, scope, headers)
    title = {404: NO_SUCH_PAGE, 422: NOT_VALID}.get(status, NOT_FOR_THIS)
    detail = someone.language.text(N_("The link may be old, or was not copied as a whole."))
    return _told(someone, status, someone.language.text(title), detail)


def defect(site: Site, scope: Scope, headers: Headers, request_id: str) -> Answer:
    """A page for a defect: the log has it under the id, the visitor gets the id alone."""
    someone = visitor_at(site, scope, headers)
    words = N_("It was logged and will be looked at. If you write to us, say this number: %(request_id)s")
    detail = someone.language.text(words, request_id=request_id)
    return _told(someone, 500, someone.language.text(DEFECT), detail)


def visitor_at(site: Site, scope: Scope, headers: Headers) -> Visitor:
    """The visitor of a request that may not have come far enough for it to be known who calls."""
    call: Call = scope.get("fullhouse.call") or Call(headers, b"", ANYBODY)
    return visitor(site, call, scope["path"], scope.get("query_string", b""))


def _told(someone: Visitor, status: int, title: str, detail: str) -> Answer:
    template = "console/refusal.html" if is_of_console(someone.path) else "shop/refusal.html"
    return answer(someone, template, status=status, is_secret=True, title=title, detail=detail)


def _sent_to_sign_in(scope: Scope) -> Answer:
    query: bytes = scope.get("query_string", b"")
    is_shown_again = scope["method"] in SAFE_METHODS
    path = f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]
    address = f"{SIGN_IN}?next={quote(path if is_shown_again else CONSOLE, safe='/')}"
    return Answer(303, [(b"location", address.encode()), (b"cache-control", b"no-store")], b"")
