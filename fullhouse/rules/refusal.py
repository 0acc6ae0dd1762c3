"""What every expected no is made of. `refusals.py` has them all, as a tree."""

from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | list[dict[str, str | int]]


class Refusal(Exception):
    """An expected no: a stable code, a sentence that says what to do, and facts for a program."""

    code: ClassVar[str]
    facts: dict[str, Fact]

    def __init__(self, detail: str, **facts: Fact) -> None:
        """Say `detail` to a person and `facts` to a program."""
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        """Two refusals are the same when they say the same."""
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """Agree with `__eq__`."""
        return hash((self.code, self.detail))
