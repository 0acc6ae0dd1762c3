"""The cookies of a browser: the session's token, and the state of a sign-in that is at the OpenID provider."""

from http.cookies import CookieError, SimpleCookie

from fullhouse.web.http import Headers

NAME = "fullhouse_session"
STATE_NAME = "fullhouse_openid"
LOOPBACK_NAMES = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})


def token_in(headers: Headers) -> str | None:
    """The session's token that a request brings along, good or not."""
    return value_in(headers, NAME)


def state_in(headers: Headers) -> str | None:
    """The state of a sign-in at the OpenID provider that this browser has begun."""
    return value_in(headers, STATE_NAME)


def value_in(headers: Headers, name: str) -> str | None:
    """The value of a cookie that a request brings along."""
    sent = headers.get(b"cookie")
    if sent is None or name.encode() not in sent:
        return None
    try:
        morsel = SimpleCookie(sent.decode("latin-1")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def given(headers: Headers, token: str, seconds: int) -> tuple[bytes, bytes]:
    """The header that gives a browser the token, which no script can read and no other page sends along."""
    return _header(headers, f"{NAME}={token}; Max-Age={seconds}")


def taken(headers: Headers) -> tuple[bytes, bytes]:
    """The header that lets a browser forget the token."""
    return _header(headers, f"{NAME}=; Max-Age=0")


def state_given(headers: Headers, state: str, seconds: int) -> tuple[bytes, bytes]:
    """The header that gives a browser the state; it sends it along when the provider sends it back."""
    return _header(headers, f"{STATE_NAME}={state}; Max-Age={seconds}")


def state_taken(headers: Headers) -> tuple[bytes, bytes]:
    """The header that lets a browser forget the state."""
    return _header(headers, f"{STATE_NAME}=; Max-Age=0")


def _header(headers: Headers, value: str) -> tuple[bytes, bytes]:
    host = headers.get(b"host", b"")
    name = host if host.endswith(b"]") else host.rsplit(b":", 1)[0]
    # On this machine itself there is no TLS, and nobody in between.
    secure = "" if name.lower() in LOOPBACK_NAMES else "; Secure"
    return b"set-cookie", f"{value}; Path=/; HttpOnly; SameSite=Lax{secure}".encode()
