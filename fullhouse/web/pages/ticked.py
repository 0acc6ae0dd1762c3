"""Tickets that are ticked in a form: what was told of others than these is told anew, before anything is done."""

from typing import Annotated

from pydantic import Field

from fullhouse.rules.selling import TICKETS_MAX
from fullhouse.web.pages.forms import WHOLE, Form, FormModel
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.visitor import Visitor

Told = Annotated[int, Field(ge=0, le=10**12)]
"""An amount in minor units that a page has told; if another one would go back, nothing is done."""
Number = Annotated[int, Field(ge=1, le=TICKETS_MAX)]


class TickedForm(FormModel):
    """The tickets that are ticked, none for a hold; those of which the page told; and whether only to tell of these."""

    ticket: list[Number] = Field(default=[], max_length=TICKETS_MAX)
    quoted: list[Number] = Field(default=[], max_length=TICKETS_MAX)
    look: bool = False


def told_anew(visitor: Visitor, wanted: TickedForm, form: Form) -> tuple[tuple[int, ...], Form] | None:
    """The tickets and the form to be shown before anything is done; None when the page told of exactly these."""
    if wanted.quoted and not wanted.ticket:
        fault = visitor.language.text(N_("Please choose tickets."))
        return tuple(wanted.quoted), form._replace(faults={WHOLE: fault})
    if wanted.look:
        return tuple(wanted.ticket), form
    if set(wanted.ticket) == set(wanted.quoted):
        return None
    fault = visitor.language.text(
        N_("You have chosen other tickets. Nothing is done yet: look at what goes back for these.")
    )
    return tuple(wanted.ticket), form._replace(faults={WHOLE: fault})
