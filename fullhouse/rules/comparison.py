"""What an act of the audit log has changed: two states of something, as JSON, field by field."""

import json
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """A field, how it was and how it is; None where there was, or is, no such field. Within others: `outer.inner`."""

    name: str
    before: str | None
    after: str | None

    @property
    def is_changed(self) -> bool:
        """Whether the field is not as it was."""
        return self.before != self.after


def compared(before: str | None, after: str | None) -> list[Difference]:
    """The fields of two states in the order in which they come; those that were changed first."""
    was, told = _fields(before), _fields(after)
    found = [Difference(name, was.get(name), told.get(name)) for name in {**was, **told}]
    return sorted(found, key=lambda one: not one.is_changed)


def _fields(text: str | None) -> dict[str, str]:
    return {} if text is None else dict(_flat("", json.loads(text)))


def _flat(name: str, part: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - any part of JSON
    if isinstance(part, dict) and part:
        return [pair for key, value in part.items() for pair in _flat(f"{name}.{key}" if name else key, value)]
    if isinstance(part, list) and any(isinstance(one, dict) for one in part):
        return [pair for n, one in enumerate(part, 1) for pair in _flat(f"{name}.{n}" if name else str(n), one)]
    return [(name, part if isinstance(part, str) else json.dumps(part, ensure_ascii=False))]
