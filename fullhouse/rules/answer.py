"""What a write was answered with, whole: kept under its idempotency key when no row could give the answer again."""

from typing import Any, NamedTuple


class Answered(NamedTuple):
    """The yes to a write: its status, and its body as data for JSON, None where there is none."""

    status: int
    body: dict[str, Any] | None
    replayed: bool = False
