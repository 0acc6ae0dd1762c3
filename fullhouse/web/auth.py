"""Who calls: a key, nobody, or the owner of an open playground; and what keeps the playground local."""

from typing import NamedTuple

from fullhouse.actions import key
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import ApiKeyRequired, PlaygroundIsLocal
from fullhouse.web.http import Headers

LOOPBACK_NAMES = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
LOOPBACK_ADDRESSES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = frozenset(
    {
        *(b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"),
        *(b"x-forwarded" + tail for tail in (b"", b"-for", b"-host", b"-proto", b"-port", b"-server", b"-ssl", b"-by")),
    }
)


class Caller(NamedTuple):
    """`id` scopes idempotency keys; `may_manage` allows what an organizer does."""

    id: str
    may_manage: bool


ANYBODY = Caller("anybody", may_manage=False)
OWNER = Caller("playground", may_manage=True)


async def caller_of(deps: Deps, headers: Headers) -> Caller:
    """Find out who calls. Raises ApiKeyRequired for a key that is not good, rather than treat it as none."""
    authorization = headers.get(b"authorization")
    if authorization is None:
        return ANYBODY
    scheme, _, text = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        raise ApiKeyRequired("Send the API key as: Authorization: Bearer KEY.")
    return Caller(await key.caller_of(deps, text.strip().decode("latin-1")), may_manage=True)


def require_management(caller: Caller) -> None:
    """Raises ApiKeyRequired unless the caller may do what an organizer does."""
    if not caller.may_manage:
        raise ApiKeyRequired(
            "This call needs an API key: make one with 'fullhouse key create NAME' and send it as "
            "Authorization: Bearer KEY."
        )


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
