"""Hashes of passwords: argon2id, in threads of their own, because one takes as long as hundreds of bookings."""

import asyncio
import base64
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from fullhouse.rules.password import prepared
from fullhouse.rules.refusals import busy

T = TypeVar("T")

THREADS = 2
"""Each needs the memory of a hash, and a core while it works."""
WAITING_MAX = 64
"""Beyond that nobody would be answered in time."""
SALT_BYTES = 16
HASH_BYTES = 32


class PasswordHashes:
    """Makes and compares hashes of passwords. The default parameters are those that OWASP gives for argon2id."""

    def __init__(self, memory_kib: int, passes: int) -> None:
        """Nothing runs before the first password."""
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, hash_len=HASH_BYTES, salt_len=SALT_BYTES
        )
        # The hash of no password at all: to compare with it takes as long as with any other.
        salt, nothing = (base64.b64encode(os.urandom(size)).rstrip(b"=").decode() for size in (SALT_BYTES, HASH_BYTES))
        self._nobody = f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${nothing}"
        self._threads = ThreadPoolExecutor(THREADS, "passwords")
        self._waiting = 0
        self.done = 0

    async def of(self, password: str) -> str:
        """The hash of a password, with a salt of its own. Raises Busy."""
        return await self._run(partial(self._hasher.hash, prepared(password)))

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Tell whether a password is the one of this hash. With no hash it is False, and takes as long. Raises Busy."""
        return await self._run(partial(self._compare, kept or self._nobody, prepared(password)))

    def is_dated(self, kept: str) -> bool:
        """Tell whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """End the threads when they are done."""
        self._threads.shutdown(wait=False)

    def _compare(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise busy("Too many people are signing in. Try again.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
            self.done += 1
