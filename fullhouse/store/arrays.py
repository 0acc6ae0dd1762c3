"""PostgreSQL array literals: one text parameter for a column, faster than adapting each of its elements."""

from collections.abc import Iterable
from datetime import datetime


def array(elements: Iterable[str]) -> str:
    """Write elements that need no quoting, as canonical UUIDs, or that have it; `NULL` is null."""
    return "{" + ",".join(elements) + "}"


def int_array(numbers: Iterable[int | None]) -> str:
    """Write integers as an array literal."""
    return "{" + ",".join(["NULL" if number is None else str(number) for number in numbers]) + "}"


def text_element(text: str) -> str:
    """Quote any text as an element of an array literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def moment_array(moments: Iterable[datetime | None]) -> str:
    """Write moments as an array literal."""
    return "{" + ",".join(["NULL" if moment is None else moment.isoformat() for moment in moments]) + "}"


def text_array(texts: Iterable[str | None]) -> str:
    """Write any texts as an array literal."""
    return "{" + ",".join(["NULL" if text is None else text_element(text) for text in texts]) + "}"
