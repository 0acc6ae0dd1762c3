"""Where a call comes from: the address behind our own proxies, the program that calls, the session that it had."""

from fullhouse.actions.secret import hash_of
from fullhouse.rules.session import Visit
from fullhouse.web.call import Call
from fullhouse.web.cookies import token_in
from fullhouse.web.http import Headers

ADDRESS_LENGTH_MAX = 45
"""Of an IPv6 address in its longest form."""
USER_AGENT_LENGTH_MAX = 300


def address_of(client: tuple[str, int] | None, headers: Headers, proxies: frozenset[str]) -> str:
    """The address of the client; behind our own proxies the last one in `X-Forwarded-For` that is none of them.

    What stands before that is what somebody claims, and counts for nothing.
    """
    address = client[0] if client else ""
    if address not in proxies:
        return address
    for hop in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
        if hop.strip():
            address = hop.strip()[:ADDRESS_LENGTH_MAX]
        if address not in proxies:
            break
    return _printable(address)


def visit_of(call: Call) -> Visit:
    """Where somebody signs in from."""
    token = token_in(call.headers)
    program = call.headers.get(b"user-agent", b"").decode("latin-1")[:USER_AGENT_LENGTH_MAX]
    return Visit(call.address, _printable(program), None if token is None else hash_of(token))


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
