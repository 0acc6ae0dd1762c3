"""The shape of an explanation."""

from fullhouse.rules.explanation import LimitKind
from fullhouse.web.api.shapes import Id, Shape


class PlacesShape(Shape):
    """The places of the house or a pool, and who has them. A capacity of null is no limit."""

    id: Id
    name: str
    capacity: int | None
    held_back: int
    held: int
    sold: int
    available: int | None


class LimitShape(Shape):
    """A limit. Of those that bind, one has to give way before more can be sold; `tickets` is what it leaves."""

    kind: LimitKind
    binds: bool
    tickets: int | None
    says: str
    frees: str
    places: PlacesShape | None


class ExplanationShape(Shape):
    """Why a ticket type sells or does not: the limits that bind it now, who has the places, what would free them."""

    ticket_type_id: Id
    name: str
    is_on_sale: bool
    tickets_possible: int | None
    limits: list[LimitShape]
