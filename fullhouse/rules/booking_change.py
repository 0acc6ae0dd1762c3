"""What is changed of a booking after it was made, and by whom: written down once, and never changed again."""

from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Actor

ChangeKind: TypeAlias = Literal["cancellation", "lines", "holder"]


class BookingChange(NamedTuple):
    """A change of a booking. `details` is data for JSON, and depends on `what`.

    - `cancellation`: the numbers of the `tickets` (none of a hold), and `refund_minor`, what is given back for them.
    - `lines`: `lines_before` and `lines_after`, each with `ticket_type_id` and `quantity`.
    - `holder`: the number of the `ticket`, `name_before` (None when nobody was named) and `name_after`. Never its code.
    """

    event_id: str
    booking_number: int
    id: str
    at: datetime
    what: ChangeKind
    by: Actor | None
    details: dict[str, Any]
