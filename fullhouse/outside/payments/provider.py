"""What a provider of payments does for us. Another provider is another file that does this."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Protocol, TypeAlias

from fullhouse.rules.payment import Payment, ProviderName, Refund, RefundState


class ProviderUnavailable(Exception):
    """The provider is down, slow or answers nonsense: what was asked may be done or not. Ask again."""


class Begun(NamedTuple):
    """What the provider calls a payment, and what the buyer needs to pay."""

    reference: str | None
    instructions: dict[str, str]


class Seen(NamedTuple):
    """A payment as the provider sees it now."""

    state: Literal["open", "received", "failed", "cancelled"]
    received_minor: int = 0
    refunded_minor: int = 0
    reason: str | None = None


class Returned(NamedTuple):
    """A refund as the provider sees it now."""

    state: RefundState
    reference: str | None = None
    reason: str | None = None


class SignatureWrong(Exception):
    """A notice is not signed by the provider, or not lately."""


class Heard(NamedTuple):
    """Which payment a notice is about: our id, if the notice has it, and what the provider calls it."""

    payment_id: str | None
    reference: str | None


class Provider(Protocol):
    """A way to pay. What is asked of it raises ProviderUnavailable, and may be asked again with one effect."""

    async def begin(self, payment: Payment) -> Begun:
        """Prepare to be paid."""
        ...

    async def look(self, payment: Payment) -> Seen:
        """Find out how it stands."""
        ...

    async def cancel(self, payment: Payment) -> Seen:
        """Let nobody pay it any more; it may have been paid at this very moment."""
        ...

    async def refund(self, payment: Payment, refund: Refund) -> Returned:
        """Send money back."""
        ...

    def hear(self, body: bytes, signature: str) -> Heard:
        """Read a notice. It tells of a change, but not how things stand: notices come late, twice and out of order.

        Raises SignatureWrong.
        """
        ...

    async def close(self) -> None:
        """End what is open."""
        ...


Providers: TypeAlias = Mapping[ProviderName, Provider]
