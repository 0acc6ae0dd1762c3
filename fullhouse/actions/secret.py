"""Secrets that the program makes: shown once, kept as a hash."""

import secrets
from hashlib import sha256


def new_token(prefix: str = "") -> str:
    """256 random bits as text for a URL or a header; the prefix tells a reader what it opens."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """A plain SHA-256 is enough for 256 random bits: there is nothing to guess from."""
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
