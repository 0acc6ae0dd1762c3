"""Who acts, as the audit log writes it down."""

from typing import Literal, NamedTuple, TypeAlias

ActorKind: TypeAlias = Literal["member", "key", "buyer", "provider", "job", "playground", "operator"]
"""Somebody signed in; an API key; whoever knows a booking's id; a payment provider; a job of the worker; whoever
reaches an open playground; a command on the machine itself."""


class Who(NamedTuple):
    """Who acts, by id and name if there are any, and the address that the call came from."""

    kind: ActorKind
    id: str | None
    name: str
    address: str | None

    @property
    def is_staff(self) -> bool:
        """Whether it acts for the organizer: the public and payment providers do not."""
        return self.kind not in {"buyer", "provider"}
