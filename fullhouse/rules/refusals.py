"""Every expected no, as a tree. `web/errors.py` has the status and the title of each.

Refusal
├── ValidationFailed        the input is wrong: `field`
├── IdempotencyKeyReused    the key was used for another request
├── EventNotFound
├── BookingNotFound
├── NotEnoughSeats          `available_seats` says what is still possible
├── EventOver               the event has begun
├── ApiKeyRequired          no key, or one that is unknown or revoked
├── PlaygroundIsLocal       the open playground answers this machine alone
├── PayloadTooLarge         `limit_bytes`
├── UnsupportedMediaType
├── Busy                    nothing was done; `retry_after_seconds`
└── OutcomeUnknown          the database went away in the commit; the same idempotency key tells
"""

from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int


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


class ValidationFailed(Refusal):
    """The input is wrong; `field` says where."""

    code = "validation_failed"


class IdempotencyKeyReused(Refusal):
    """The same idempotency key came with another request."""

    code = "idempotency_key_reused"


class EventNotFound(Refusal):
    """No such event, or not for this caller."""

    code = "event_not_found"


class BookingNotFound(Refusal):
    """No such booking."""

    code = "booking_not_found"


class NotEnoughSeats(Refusal):
    """The request does not fit; `available_seats` still would."""

    code = "not_enough_seats"


class EventOver(Refusal):
    """The event has begun, so it sells no more."""

    code = "event_over"


class ApiKeyRequired(Refusal):
    """The call needs an API key that is known and not revoked."""

    code = "api_key_required"


class PlaygroundIsLocal(Refusal):
    """The open playground was reached from elsewhere."""

    code = "playground_is_local"


class PayloadTooLarge(Refusal):
    """The body is larger than `limit_bytes`."""

    code = "payload_too_large"


class UnsupportedMediaType(Refusal):
    """The body is not JSON."""

    code = "unsupported_media_type"


class Busy(Refusal):
    """Nothing was done and nothing is lost; `retry_after_seconds` says when to come again."""

    code = "busy"


class OutcomeUnknown(Refusal):
    """The connection died in the commit: done or not done, never half."""

    code = "outcome_unknown"


def busy(detail: str = "The system is busy. Nothing was done; try again.") -> Busy:
    """Nothing was done, come again in a second."""
    return Busy(detail, retry_after_seconds=1)


REFUSALS: dict[str, type[Refusal]] = {kind.code: kind for kind in Refusal.__subclasses__()}
