"""Codes of authenticator apps: those of RFC 6238, for a while, and once."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from fullhouse.rules import totp

RFC_SECRET = totp.secret_of(b"12345678901234567890")
NOW = datetime(2027, 3, 1, 20, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.step_of(RFC_SECRET, code, datetime.fromtimestamp(seconds, UTC), 0) == seconds // 30


def test_a_code_is_good_for_its_step_and_the_one_before_and_after() -> None:
    code = pyotp.TOTP(RFC_SECRET).at(NOW)
    steps = [totp.step_of(RFC_SECRET, code, NOW + timedelta(seconds=30 * late), 0) for late in (-2, -1, 0, 1, 2)]
    assert steps == [None, STEP, STEP, STEP, None]


def test_a_code_that_was_used_and_every_older_one_are_good_no_more() -> None:
    older = pyotp.TOTP(RFC_SECRET).at(NOW - timedelta(seconds=30))
    code = pyotp.TOTP(RFC_SECRET).at(NOW)
    newer = pyotp.TOTP(RFC_SECRET).at(NOW + timedelta(seconds=30))
    assert [totp.step_of(RFC_SECRET, one, NOW, STEP) for one in (older, code, newer)] == [None, None, STEP + 1]


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "\udcff"])
def test_anything_else_is_no_code(code: str) -> None:
    assert totp.step_of(RFC_SECRET, code.encode("utf-8", "replace").decode(), NOW, 0) is None


def test_the_uri_is_what_an_app_reads() -> None:
    secret = totp.secret_of(bytes(range(totp.SECRET_BYTES)))
    uri = urlsplit(totp.uri_of(secret, "ann@example.org"))
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Full%20House:ann%40example.org")
    assert parse_qs(uri.query)["secret"] == [secret]
    assert parse_qs(uri.query)["issuer"] == ["Full House"]
    assert base64.b32decode(secret) == bytes(range(20))
