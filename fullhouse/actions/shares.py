"""Shares: how much of something that there is little of one address, or one booking, may have at once.

Each process counts for itself, and only what is under way: nothing is written down, and what ends is free again.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fullhouse.rules.refusals import TooMuchAtOnce


class Shares:
    """So much is under way for whom."""

    def __init__(self, each_max: int, detail: str, retry_after_seconds: int) -> None:
        """Nobody has more than `each_max`; who wants more is told this detail, and when to come again."""
        self._each_max = each_max
        self._detail = detail
        self._retry_after_seconds = retry_after_seconds
        self._taken: Counter[str] = Counter()

    def take(self, subject: str) -> None:
        """Take one; `give_back` has to follow. Raises TooMuchAtOnce."""
        if self._taken[subject] >= self._each_max:
            raise TooMuchAtOnce(self._detail, retry_after_seconds=self._retry_after_seconds)
        self._taken[subject] += 1

    def give_back(self, subject: str) -> None:
        """What was taken has ended."""
        self._taken[subject] -= 1
        if not self._taken[subject]:
            del self._taken[subject]

    @contextmanager
    def one(self, subject: str) -> Iterator[None]:
        """Take one for a while. Raises TooMuchAtOnce."""
        self.take(subject)
        try:
            yield
        finally:
            self.give_back(subject)
