"""Encoding of pictures, in threads of their own: one takes as long as thousands of bookings, and a lot of memory."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from fullhouse.printing import picture
from fullhouse.rules.image import Encoded, Purpose
from fullhouse.rules.refusals import busy

WAITING_MAX = 8
"""Each keeps what was sent in memory meanwhile."""


class Pictures:
    """Encodes a few pictures at once; who comes when too many wait is told so."""

    def __init__(self, threads: int) -> None:
        """Nothing runs before the first picture."""
        self._threads = ThreadPoolExecutor(threads, "pictures")
        self._waiting_max = threads + WAITING_MAX
        self._waiting = 0

    async def encoded(self, sent: bytes, purpose: Purpose) -> Encoded:
        """Encode a picture anew, see `printing/picture.py`. Raises ImageNotValid and Busy."""
        if self._waiting >= self._waiting_max:
            raise busy("Too many pictures are being uploaded. Nothing was done; try again.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, picture.encoded, sent, purpose)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads when they are done."""
        self._threads.shutdown(wait=False)
