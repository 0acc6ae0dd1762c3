"""Sign-in by an OpenID provider (OpenID Connect Core 1.0, the code flow with PKCE): where to send a browser, and whose
mail address comes back with it.
"""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make: our own secret, or none at all, signs nobody in."""

KNOWN_FOR = timedelta(hours=1)
"""How long what a provider says about itself is believed; an unknown key is asked for at once."""

LEEWAY_SECONDS = 60
ANSWER_BYTES_MAX = 1_000_000
SCOPE = "openid email"


class OpenidUnavailable(Exception):
    """The provider is down, slow or answers nonsense. The text is for the log."""


class OpenidWrong(Exception):
    """What came back from the provider signs nobody in. The text is for the log."""


class Begun(NamedTuple):
    """A sign-in under way: what goes through the browser and comes back, and what only we and the provider see."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


class _Provider(NamedTuple):
    """What a provider says about itself (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    secret_in_body: bool
    until: datetime


class OpenidProvider:
    """One provider, to which we are one client."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, seconds_max: float) -> None:
        """Nothing is asked before the first sign-in."""
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._seconds_max = seconds_max
        self._http = httpx.AsyncClient(timeout=seconds_max, follow_redirects=False)
        self._provider: _Provider | None = None
        self._keys: KeySet | None = None

    async def url_of(self, begun: Begun, now: datetime) -> str:
        """Where the browser has to go. Raises OpenidUnavailable."""
        # The library takes 5 MB, which an installation that asks no provider does not need.
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped] # noqa: PLC0415 - see above
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped] # noqa: PLC0415 - see above

        provider = await self._known(now)
        url: str = prepare_grant_uri(
            provider.authorization_endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=begun.redirect_uri,
            scope=SCOPE,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.code_verifier),
            code_challenge_method="S256",
        )
        return url

    async def email_of(self, code: str, begun: Begun, now: datetime) -> str:
        """The mail address of who has signed in there, which the provider has verified.

        Raises OpenidUnavailable and OpenidWrong.
        """
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped] # noqa: PLC0415 - as in url_of

        provider = await self._known(now)
        token = await self._id_token(provider, code, begun)
        found = await self._decoded(provider, token)
        try:
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": begun.nonce, "client_id": self._client_id},
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        except Exception as error:
            raise OpenidWrong(f"the ID token is not for this sign-in: {error}") from error
        email = claims.get("email")
        if not isinstance(email, str) or not email.isprintable() or claims.get("email_verified") is not True:
            raise OpenidWrong("the provider has not verified a mail address")
        return email

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    async def _known(self, now: datetime) -> _Provider:
        """What the provider says about itself. Raises OpenidUnavailable."""
        if self._provider is None or now >= self._provider.until:
            found = await self._asked("GET", self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            self._provider = self._described(_good(found), now + KNOWN_FOR)
            self._keys = None
        return self._provider

    def _described(self, said: dict[str, Any], until: datetime) -> _Provider:
        if said.get("issuer") != self._issuer:
            raise OpenidUnavailable("the provider calls itself otherwise")
        algorithms = said.get("id_token_signing_alg_values_supported")
        ways = said.get("token_endpoint_auth_methods_supported")
        return _Provider(
            self._url(said, "authorization_endpoint"),
            self._url(said, "token_endpoint"),
            self._url(said, "jwks_uri"),
            tuple(one for one in SIGNED_BY if not isinstance(algorithms, list) or one in algorithms),
            # What is not said means the header (section 3 of the standard).
            isinstance(ways, list) and "client_secret_basic" not in ways,
            until,
        )

    def _url(self, said: dict[str, Any], name: str) -> str:
        url = said.get(name)
        schemes = {"https", urlsplit(self._issuer).scheme}
        if not isinstance(url, str) or urlsplit(url).scheme not in schemes:
            raise OpenidUnavailable(f"the provider has no {name}")
        return url

    async def _id_token(self, provider: _Provider, code: str, begun: Begun) -> str:
        """Exchange the code (RFC 6749, section 4.1.3, and RFC 7636, section 4.5)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect_uri,
            "code_verifier": begun.code_verifier,
        }
        auth = None
        if provider.secret_in_body:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        else:
            auth = httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._client_secret))
        status, said = await self._asked("POST", provider.token_endpoint, form=form, auth=auth)
        if httpx.codes.is_client_error(status) and "error" in said:
            raise OpenidWrong(f"the provider refuses the code: {str(said['error'])[:100]}")
        token = _good((status, said)).get("id_token")
        if not isinstance(token, str):
            raise OpenidWrong("the provider gave no ID token")
        return token

    async def _decoded(self, provider: _Provider, token: str) -> jwt.Token:
        """The ID token, whose signature is good. A key that is not known may be new. Raises OpenidWrong."""
        registry = JWSRegistry(algorithms=list(provider.algorithms), strict_check_header=False)
        for is_last in (False, True):
            if self._keys is None:
                self._keys = await self._fetched_keys(provider)
            try:
                return jwt.decode(token, self._keys, registry=registry)
            except InvalidKeyIdError as error:
                self._keys = None
                if is_last:
                    raise OpenidWrong("the ID token is signed with a key that is not the provider's") from error
            except Exception as error:
                raise OpenidWrong(f"the ID token is not signed as it should be: {error}") from error
        raise AssertionError

    async def _fetched_keys(self, provider: _Provider) -> KeySet:
        said = _good(await self._asked("GET", provider.jwks_uri))
        try:
            return KeySet.import_key_set(said)  # type: ignore[arg-type] # what is no key set is refused here
        except Exception as error:
            raise OpenidUnavailable("the provider's keys can't be read") from error

    async def _asked(
        self, method: str, url: str, *, form: dict[str, str] | None = None, auth: httpx.BasicAuth | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of an answer, of a limited size and in a limited time. Raises OpenidUnavailable."""
        body = b""
        try:
            async with (
                asyncio.timeout(self._seconds_max),
                self._http.stream(method, url, data=form, auth=auth) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_BYTES_MAX:
                        raise OpenidUnavailable("the provider's answer is too long")
            said = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
            raise OpenidUnavailable(f"{type(error).__name__} at {urlsplit(url).netloc}") from error
        if not isinstance(said, dict):
            raise OpenidUnavailable("the provider's answer is no object")
        return answer.status_code, said


def _good(answered: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """What was said, with status 200. Raises OpenidUnavailable."""
    status, said = answered
    if status != httpx.codes.OK:
        raise OpenidUnavailable(f"the provider answers {status}")
    return said
