"""The OpenID provider over HTTP: whose mail address it vouches for, and everything that is not good enough."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from fullhouse.outside.openid import Begun, OpenidProvider, OpenidUnavailable, OpenidWrong
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, EMAIL, SLOW_SECONDS, OpenidDesk, open_openid_desk

BEGUN = Begun("state", "nonce", "v" * 43, "https://tickets.example/sessions/oidc/callback")
CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture
async def desk() -> AsyncIterator[OpenidDesk]:
    async with open_openid_desk() as opened:
        yield opened


@pytest.fixture
async def provider(desk: OpenidDesk) -> AsyncIterator[OpenidProvider]:
    opened = OpenidProvider(desk.issuer, CLIENT_ID, CLIENT_SECRET, 1)
    yield opened
    await opened.close()


def now() -> datetime:
    return datetime.now(UTC)


async def code_of(provider: OpenidProvider, desk: OpenidDesk) -> str:
    """The code that comes back with the browser."""
    back = urlsplit(desk.sign_in(await provider.url_of(BEGUN, now())))
    assert f"{back.scheme}://{back.netloc}{back.path}" == BEGUN.redirect_uri
    query = parse_qs(back.query)
    assert query["state"] == [BEGUN.state]
    return query["code"][0]


async def email(provider: OpenidProvider, desk: OpenidDesk, begun: Begun = BEGUN) -> str:
    return await provider.email_of(await code_of(provider, desk), begun, now())


async def test_a_verified_mail_address_comes_back(provider: OpenidProvider, desk: OpenidDesk) -> None:
    assert await email(provider, desk) == EMAIL
    assert await email(provider, desk) == EMAIL
    assert desk.asked == [CONFIGURATION, "/token", "/keys", "/token"]


async def test_what_a_provider_says_about_itself_is_asked_for_again_after_an_hour(
    provider: OpenidProvider, desk: OpenidDesk
) -> None:
    first = now()
    later = first + timedelta(hours=1)
    await provider.url_of(BEGUN, first)
    await provider.url_of(BEGUN, later - timedelta(seconds=1))
    await provider.url_of(BEGUN, later)
    await provider.url_of(BEGUN, later)
    assert desk.asked == [CONFIGURATION] * 2


async def test_a_new_key_is_fetched_when_it_is_used(provider: OpenidProvider, desk: OpenidDesk) -> None:
    assert await email(provider, desk) == EMAIL
    desk.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert await email(provider, desk) == EMAIL
    assert desk.asked.count("/keys") == 2


async def test_a_provider_may_sign_with_an_elliptic_curve(provider: OpenidProvider, desk: OpenidDesk) -> None:
    desk.key, desk.algorithm = ECKey.generate_key("P-256", {"kid": "curve"}), "ES256"
    assert await email(provider, desk) == EMAIL


async def test_the_secret_goes_where_the_provider_wants_it(provider: OpenidProvider, desk: OpenidDesk) -> None:
    desk.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert await email(provider, desk) == EMAIL


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"aud": None},
        {"azp": "another client"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"exp": "tomorrow"},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["ann@example.org"]},
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_of_a_verified_address_is_refused(
    provider: OpenidProvider, desk: OpenidDesk, claims: dict[str, Any]
) -> None:
    desk.claims = claims
    with pytest.raises(OpenidWrong):
        await email(provider, desk)


async def test_a_token_for_several_may_be_for_us(provider: OpenidProvider, desk: OpenidDesk) -> None:
    desk.claims = {"aud": [CLIENT_ID, "another client"], "azp": CLIENT_ID}
    assert await email(provider, desk) == EMAIL


@pytest.mark.parametrize("kid", ["first", "unknown"])
async def test_a_token_that_another_has_signed_is_refused(provider: OpenidProvider, desk: OpenidDesk, kid: str) -> None:
    desk.signed_with = RSAKey.generate_key(2048, {"kid": kid})
    with pytest.raises(OpenidWrong):
        await email(provider, desk)


async def test_a_token_that_is_signed_with_our_own_secret_or_not_at_all_is_refused(
    provider: OpenidProvider, desk: OpenidDesk
) -> None:
    desk.metadata = {"id_token_signing_alg_values_supported": ["HS256", "none", "RS256"]}
    desk.signed_with, desk.algorithm = OctKey.import_key(CLIENT_SECRET * 2, {"kid": "first"}), "HS256"
    with pytest.raises(OpenidWrong):
        await email(provider, desk)
    unsigned = b'{"id_token": "eyJhbGciOiJub25lIn0.e30."}'
    desk.signed_with, desk.algorithm, desk.broken = None, "RS256", {"/token": (200, unsigned)}
    with pytest.raises(OpenidWrong):
        await email(provider, desk)


async def test_a_code_is_good_once_and_for_who_has_the_verifier(provider: OpenidProvider, desk: OpenidDesk) -> None:
    with pytest.raises(OpenidWrong, match="invalid_grant"):
        await email(provider, desk, BEGUN._replace(code_verifier="w" * 43))
    code = await code_of(provider, desk)
    assert await provider.email_of(code, BEGUN, now()) == EMAIL
    with pytest.raises(OpenidWrong, match="invalid_grant"):
        await provider.email_of(code, BEGUN, now())


async def test_a_provider_that_knows_us_by_another_secret_refuses(desk: OpenidDesk) -> None:
    provider = OpenidProvider(desk.issuer, CLIENT_ID, "wrong", 1)
    with pytest.raises(OpenidWrong, match="invalid_client"):
        await email(provider, desk)
    await provider.close()


@pytest.mark.parametrize("path", [CONFIGURATION, "/keys", "/token"])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (503, b"<html>Service unavailable</html>"),
        (302, b"{}"),
        (404, b"{}"),
        (200, b"<html>Welcome</html>"),
        (200, b"[]"),
        (200, b"\xff"),
        (200, b"[" * 100_000),
        (200, b'"' + b"x" * 1_000_001 + b'"'),
    ],
)
async def test_a_provider_that_answers_nonsense_is_down(
    provider: OpenidProvider, desk: OpenidDesk, path: str, status: int, body: bytes
) -> None:
    desk.broken[path] = (status, body)
    with pytest.raises(OpenidUnavailable):
        await email(provider, desk)
    desk.broken.clear()
    assert await email(provider, desk) == EMAIL


@pytest.mark.parametrize("path", [CONFIGURATION, "/keys", "/token"])
async def test_nobody_waits_long_for_a_slow_provider(provider: OpenidProvider, desk: OpenidDesk, path: str) -> None:
    desk.slow.add(path)
    began = time.monotonic()
    with pytest.raises(OpenidUnavailable):
        await email(provider, desk)
    assert time.monotonic() - began < SLOW_SECONDS - 1


async def test_a_provider_that_is_not_there_is_down() -> None:
    provider = OpenidProvider("http://127.0.0.1:1", CLIENT_ID, CLIENT_SECRET, 1)
    with pytest.raises(OpenidUnavailable):
        await provider.url_of(BEGUN, now())
    await provider.close()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": None},
        {"jwks_uri": 7},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_used(
    provider: OpenidProvider, desk: OpenidDesk, metadata: dict[str, Any]
) -> None:
    desk.metadata = metadata
    with pytest.raises(OpenidUnavailable):
        await provider.url_of(BEGUN, now())


@pytest.mark.parametrize("keys", [b'{"keys": 7}', b'{"keys": [7]}', b'{"keys": [{"kty": "surprise"}]}'])
async def test_keys_that_are_none_are_not_used(provider: OpenidProvider, desk: OpenidDesk, keys: bytes) -> None:
    desk.broken["/keys"] = (200, keys)
    with pytest.raises(OpenidUnavailable):
        await email(provider, desk)


@pytest.mark.parametrize("token", [b"{}", b'{"id_token": 7}', b'{"id_token": "nonsense"}', b'{"id_token": "a.b.c"}'])
async def test_no_token_signs_nobody_in(provider: OpenidProvider, desk: OpenidDesk, token: bytes) -> None:
    desk.broken["/token"] = (200, token)
    with pytest.raises(OpenidWrong):
        await email(provider, desk)
