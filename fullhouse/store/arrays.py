"""PostgreSQL array literals: one text parameter for a column, faster than adapting each of its elements."""

from collections.abc import Iterable


def array(elements: Iterable[str]) -> str:
    """Write elements that need no quoting, as canonical UUIDs, or that have it; `NULL` is null."""
    return "{" + ",".join(elements) + "}"


def int_array(numbers: Iterable[int]) -> str:
    """Write integers as an array literal."""
    return "{" + ",".join(map(str, numbers)) + "}"


def text_element(text: str) -> str:
    """Quote any text as an element of an array literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
