"""Passwords that are known from breaches: a list that is always at hand, and if wanted a service with all of them."""

import gzip
import hashlib
import logging
from functools import cache
from http import HTTPStatus
from importlib import resources

import httpx

log = logging.getLogger(__name__)

DIGITS_SENT = 5
"""So many digits of a password's hash are told to the service; hundreds of passwords share them (k-anonymity)."""


@cache
def common_passwords() -> frozenset[str]:
    """Some 20 000 most used passwords, in lower case."""
    folder = resources.files("fullhouse.outside").joinpath("vendor", "common_passwords")
    text = gzip.decompress(folder.joinpath("common-passwords.txt.gz").read_bytes()).decode()
    return frozenset(text.split("\n"))


class BreachedPasswords:
    """Asks a service that speaks as the range API of Have I Been Pwned does; without an address it asks nobody."""

    def __init__(self, url: str | None, seconds_max: float) -> None:
        """`url` is what the first digits of a hash are put behind."""
        self._url = url
        # Only if it is needed: it reads all certificates that this machine trusts.
        self._client = None if url is None else httpx.AsyncClient(timeout=seconds_max, follow_redirects=False)

    async def has(self, password: str) -> bool:
        """Tell whether the password is known there. A service that does not answer keeps nobody from a new password."""
        if self._url is None or self._client is None:
            return False
        # The service is made of SHA-1; nothing here is kept safe by it.
        digest = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
        head, tail = digest[:DIGITS_SENT], digest[DIGITS_SENT:]
        try:
            answer = await self._client.get(self._url + head, headers={"Add-Padding": "true"})
        except httpx.HTTPError as error:
            log.warning("no answer about breached passwords", extra={"reason": type(error).__name__})
            return False
        if answer.status_code != HTTPStatus.OK:
            log.warning("no answer about breached passwords", extra={"reason": str(answer.status_code)})
            return False
        # Padding has the count 0 and stands for no password.
        counts = dict(line.strip().upper().partition(":")[::2] for line in answer.text.splitlines())
        return counts.get(tail, "0").strip() not in {"", "0"}

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()
