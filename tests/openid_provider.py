"""An OpenID provider of the tests: a real HTTP server on loopback with keys of its own, which can also misbehave."""

import asyncio
import base64
import functools
import hashlib
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT_ID = "full house"
CLIENT_SECRET = "a secret: with / signs & more"
EMAIL = "ann@example.org"
SLOW_SECONDS = 10.0


@functools.cache
def _first_key() -> RSAKey:
    """The key of all desks at their beginning: it takes a while to make one."""
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


class OpenidDesk:
    """What an OpenID provider is to its three sides: a person who signs in, a browser that goes there, and us."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key: RSAKey | ECKey = _first_key()
        self.algorithm = "RS256"
        self.metadata: dict[str, Any] = {}
        """What it says of itself beside, or instead of, the truth."""
        self.claims: dict[str, Any] = {}
        """What the next ID tokens say beside, or instead of, the truth; None leaves a claim out."""
        self.signed_with: RSAKey | ECKey | OctKey | None = None
        """Another key than the published one."""
        self.broken: dict[str, tuple[int, bytes]] = {}
        """Answers to paths, instead of the right ones."""
        self.slow: set[str] = set()
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def sign_in(self, url: str) -> str:
        """A person signs in at the address where the browser was sent; returns where it is sent back to."""
        asked = dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
        assert url.startswith(f"{self.issuer}/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256"
        assert set(asked["scope"].split()) == {"openid", "email"}
        code = f"code {len(self._codes)}"
        self._codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        message = await receive()
        path = scope["path"]
        self.asked.append(path)
        if path in self.slow:
            await asyncio.sleep(SLOW_SECONDS)
        if path in self.broken:
            status, body = self.broken[path]
        elif path == "/.well-known/openid-configuration":
            status, body = 200, self._json(self._metadata())
        elif path == "/keys":
            status, body = 200, self._json(KeySet([self.key]).as_dict(private=False))
        elif path == "/token":
            status, answer = self._token(dict(scope["headers"]), parse_qs(message["body"].decode()))
            body = self._json(answer)
        else:
            status, body = 404, b"<html>Nothing here</html>"
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": body})

    def _json(self, answer: Any) -> bytes:
        return json.dumps(answer).encode()

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": [self.algorithm],
            **self.metadata,
        }

    def _token(self, headers: dict[bytes, bytes], form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """Exchange a code: once, for the client that asked for it, and who knows the verifier."""
        asked = self._codes.pop(form["code"][0], None)
        if not self._is_client(headers, form):
            return 401, {"error": "invalid_client"}
        if asked is None or form["redirect_uri"] != [asked["redirect_uri"]]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "24400320",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": EMAIL,
            "email_verified": True,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signed_with or self.key
        header = {"alg": self.algorithm} | ({"kid": key.kid} if key.kid else {})
        token = jwt.encode(header, claims, key, algorithms=[self.algorithm])
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": token}

    def _is_client(self, headers: dict[bytes, bytes], form: dict[str, list[str]]) -> bool:
        """RFC 6749, section 2.3.1: the parts are encoded before they are put together."""
        if self.metadata.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            return (form["client_id"], form["client_secret"]) == ([CLIENT_ID], [CLIENT_SECRET])
        sent = base64.b64decode(headers[b"authorization"].removeprefix(b"Basic ")).decode()
        (client_id, _, secret) = sent.partition(":")
        return parse_qs(f"i={client_id}&s={secret}") == {"i": [CLIENT_ID], "s": [CLIENT_SECRET]}


@asynccontextmanager
async def open_openid_desk() -> AsyncIterator[OpenidDesk]:
    """A provider on a free port."""
    desk = OpenidDesk()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(desk, lifespan="off", log_config=None, ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(30):
            while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
                await asyncio.sleep(0.01)
        desk.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield desk
        finally:
            server.force_exit = server.should_exit = True
            await task
