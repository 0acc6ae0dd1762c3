"""PostgreSQL array literals: one text parameter for a column, faster than adapting each of its elements."""

from collections.abc import Iterable


def uuid_array(ids: Iterable[str]) -> str:
    """Write canonical UUID texts as an array literal; they hold nothing that needs quoting."""
    return "{" + ",".join(ids) + "}"


def int_array(numbers: Iterable[int]) -> str:
    """Write integers as an array literal."""
    return "{" + ",".join(map(str, numbers)) + "}"


def text_array(texts: Iterable[str]) -> str:
    """Write any texts as an array literal."""
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts]
    return "{" + ",".join(quoted) + "}"
