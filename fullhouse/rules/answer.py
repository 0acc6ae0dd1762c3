"""What a write was answered with, whole: kept under its idempotency key when no row could give the answer again."""

from typing import Any, NamedTuple


class Answered(NamedTuple):
    """The yes to a write: its status, its body as data for JSON, and where that is to be read; None for what is not."""

    status: int
    body: Any
    replayed: bool = False
    location: str | None = None
