"""Tokens against forged forms: signed, and bound to the browser (OWASP, Cross-Site Request Forgery Prevention).

A form carries a token that is signed with a secret which only this browser sends along, and no page of another server
can read: the token of the session of who is signed in, else a cookie for this alone. So a token is good for one session
or visitor, and no process has to remember anything. Each rendering has another one, so that compression tells nothing.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode

from fullhouse.rules.people_refusals import FormForeign
from fullhouse.web.auth import keep_to_own_pages
from fullhouse.web.call import Call
from fullhouse.web.cookies import token_in, value_in

FIELD = "form_token"
COOKIE = "fullhouse_visitor"
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)
_NONCE_BYTES = 12


def cookie_name(*, is_https: bool) -> str:
    """With TLS, a name that no other host and no page without TLS can set a cookie under (RFC 6265bis)."""
    return f"__Host-{COOKIE}" if is_https else COOKIE


def secret_of(call: Call, *, is_https: bool) -> str | None:
    """What the tokens of this browser are signed with; None for one that has nothing yet."""
    if call.caller.session_id is not None:
        return token_in(call.headers)
    kept = value_in(call.headers, cookie_name(is_https=is_https))
    return kept if kept is not None and _SECRET.fullmatch(kept) else None


def new_secret() -> str:
    """A secret for a browser that has none."""
    return secrets.token_urlsafe(32)


def given(secret: str, *, is_https: bool) -> tuple[bytes, bytes]:
    """The header that lets a browser keep its secret until it is closed."""
    name, secure = cookie_name(is_https=is_https), "; Secure" if is_https else ""
    return b"set-cookie", f"{name}={secret}; Path=/; HttpOnly; SameSite=Lax{secure}".encode()


def token_for(secret: str) -> str:
    """A token for one form."""
    return _signed(secret, secrets.token_urlsafe(_NONCE_BYTES))


def check(call: Call, sent: str, *, is_https: bool) -> None:
    """Raises FormForeign unless the form was given to this browser, and OriginForeign for one of another page."""
    if b"origin" in call.headers:
        keep_to_own_pages(call.headers)
    secret = secret_of(call, is_https=is_https)
    nonce = sent.partition(".")[0]
    if secret is None or not hmac.compare_digest(_signed(secret, nonce).encode(), sent.encode("utf-8", "replace")):
        raise FormForeign("This form was not given to your browser, or to another session. Go back and reload it.")


def _signed(secret: str, nonce: str) -> str:
    digest = hmac.digest(secret.encode(), f"form {nonce}".encode("utf-8", "replace"), "sha256")
    return f"{nonce}.{urlsafe_b64encode(digest).decode().rstrip('=')}"
