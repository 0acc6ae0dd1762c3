"""Who calls: a key, nobody, or the owner of an open playground; and what keeps the playground local."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.actions import key, session
from fullhouse.actions.deps import Deps
from fullhouse.rules.people_refusals import OriginForeign, SignInRequired
from fullhouse.rules.permission import OF_ROLE, Permission, of_scopes
from fullhouse.rules.refusals import ApiKeyRequired, PlaygroundIsLocal
from fullhouse.rules.session import Known
from fullhouse.web.cookies import LOOPBACK_NAMES, token_in
from fullhouse.web.http import Headers

LOOPBACK_ADDRESSES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = frozenset(
    {
        *(b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"),
        *(b"x-forwarded" + tail for tail in (b"", b"-for", b"-host", b"-proto", b"-port", b"-server", b"-ssl", b"-by")),
    }
)


CallerKind: TypeAlias = Literal["nobody", "key", "member", "playground"]


class Caller(NamedTuple):
    """Who calls. `id` scopes idempotency keys; `standings` say what he may do at which organizer.

    `event_ids` are the only events that a key is good for, if it is limited. The gate fills in `organizer_id` and
    `permissions`: whose the thing is that the call is about, and what the caller may do with it. For a stranger, as for
    nobody, these stay empty.
    """

    id: str
    kind: CallerKind
    name: str
    standings: Mapping[str, frozenset[Permission]]
    event_ids: frozenset[str] | None = None
    permissions: frozenset[Permission] = frozenset()
    organizer_id: str | None = None
    person_id: str | None = None
    session_id: str | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the caller may do this with what the call is about."""
        return permission in self.permissions


ANYBODY = Caller("anybody", "nobody", "", {})
OWNER = Caller("playground", "playground", "Playground", {}, permissions=OF_ROLE["owner"])
"""Whoever reaches an open playground: there, all that there is is his."""


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def caller_of(deps: Deps, method: str, headers: Headers) -> Caller:
    """Find out who calls. Raises ApiKeyRequired for a key that is not good, rather than treat it as none.

    So it is with a session's token, SignInRequired; but not with its cookie, which the browser sends by itself.
    """
    authorization = headers.get(b"authorization")
    if authorization is None:
        return await _caller_by_cookie(deps, method, headers)
    scheme, _, text = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        raise ApiKeyRequired("Send the API key as: Authorization: Bearer KEY.")
    token = text.strip().decode("latin-1")
    if token.startswith(session.PREFIX):
        return _member(await session.caller_of(deps, token))
    found = await key.live(deps, token)
    standings = {found.organizer_id: of_scopes(found.scopes)}
    return Caller(found.id, "key", found.name, standings, found.event_ids)


async def _caller_by_cookie(deps: Deps, method: str, headers: Headers) -> Caller:
    token = token_in(headers)
    known = None if token is None else await session.find(deps, token)
    if known is None:
        return ANYBODY
    if method not in SAFE_METHODS:
        keep_to_own_pages(headers)
    return _member(known)


def _member(known: Known) -> Caller:
    person = known.person
    return Caller(person.id, "member", person.name, known.standings, person_id=person.id, session_id=known.session.id)


def keep_to_own_pages(headers: Headers) -> None:
    """Refuse a write that another web page lets the browser send: its cookie says nothing about who wants it.

    Browsers name the page's origin with every such request (OWASP, Cross-Site Request Forgery Prevention). The scheme
    may have been changed by a proxy, the host must not. Raises OriginForeign.
    """
    host, origin = headers.get(b"host", b"").lower(), headers.get(b"origin", b"").lower()
    if origin not in {b"http://" + host, b"https://" + host}:
        raise OriginForeign("With the session's cookie, send the Origin of this server; or send the token as a Bearer.")


def require_person(caller: Caller) -> str:
    """The person who is signed in. Raises SignInRequired."""
    if caller.person_id is None:
        raise SignInRequired("Sign in first: POST /sessions.")
    return caller.person_id


def keep_local(client: tuple[str, int] | None, headers: Headers) -> None:
    """Refuse what does not come from this machine's own user: the playground asks nobody who they are.

    A web page elsewhere could otherwise reach it through a visitor's browser: by a name that resolves to
    loopback (so `Host` must be a loopback name), or by a request across origins (so `Origin` must be our own).
    """
    if client is not None and client[0] not in LOOPBACK_ADDRESSES:
        raise PlaygroundIsLocal("The open playground answers to this machine alone.")
    host = headers.get(b"host", b"")
    name = host if host.endswith(b"]") else host.rsplit(b":", 1)[0]
    if name.lower() not in LOOPBACK_NAMES:
        raise PlaygroundIsLocal("The open playground answers to localhost and 127.0.0.1 alone.")
    origin = headers.get(b"origin")
    if origin is not None and origin.lower() != b"http://" + host.lower():
        raise PlaygroundIsLocal("The open playground can't be used from another web page.")
    if not FORWARDED.isdisjoint(headers):
        raise PlaygroundIsLocal("The open playground can't stand behind a proxy. Start without --open.")
