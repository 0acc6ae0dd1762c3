"""Choosing tickets in a form of the console: how many of which ticket types, and what is wrong beside each of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, Field

from fullhouse.rules.offer import Wanted
from fullhouse.rules.promo import normal_code
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.shapes import Id, Line, has_control_characters
from fullhouse.web.pages.forms import WHOLE, Form, FormModel, refused
from fullhouse.web.pages.language import N_, Language
from fullhouse.web.pages.refusal_texts import FormFault, detail_of
from fullhouse.web.pages.visitor import Visitor

TICKET_TYPES_MAX = 500
DIGITS_MAX = 5
COUNT_MAX = 10_000

Code = Annotated[Line, AfterValidator(normal_code), Field(max_length=50)]
Count = Annotated[int, BeforeValidator(lambda text: text or "0"), Field(ge=0, le=COUNT_MAX)]


class ChoiceForm(FormModel):
    """How many of which ticket types."""

    ticket_type: list[Id] = Field(default_factory=list, max_length=TICKET_TYPES_MAX)
    quantity: list[Count] = Field(default_factory=list, max_length=TICKET_TYPES_MAX)
    promo_code: Code | None = None


def chosen_of(wanted: ChoiceForm, language: Language) -> tuple[Wanted, ...]:
    """The lines that were chosen. Raises FormFault when there is none."""
    pairs = zip(wanted.ticket_type, wanted.quantity, strict=False)
    chosen = tuple(Wanted(type_id, count) for type_id, count in pairs if count)
    if not chosen:
        raise FormFault(language.text(N_("Please choose tickets.")), field="lines")
    return chosen


def code_of(form: Form) -> str | None:
    """The promo code that stands in a form; what can't be one is none."""
    text = next(iter(form.typed.get("promo_code", ())), "")
    return normal_code(text) if text.strip() and not has_control_characters(text) else None


def count_typed(form: Form) -> dict[str, str]:
    """What stands in the fields of how many, by ticket type; a 0 is left empty, so that it need not be deleted."""
    typed = zip(form.typed.get("ticket_type", ()), form.typed.get("quantity", ()), strict=False)
    return {type_id: count for type_id, count in typed if _is_count(count) and int(count)}


def fault_of(type_id: str) -> str:
    """The name under which a form has the fault of a ticket type."""
    return f"quantity-{type_id}"


def beside_counts(form: Form) -> Form:
    """The form with what is wrong with a number beside the ticket type that it is typed at."""
    if "quantity" not in form.faults:
        return form
    faults = {name: fault for name, fault in form.faults.items() if name != "quantity"}
    typed = list(zip(form.typed.get("ticket_type", ()), form.typed["quantity"], strict=False))
    wrong = [type_id for type_id, count in typed if count and not _is_count(count)]
    names = [fault_of(type_id) for type_id in wrong] or [WHOLE]
    return form._replace(faults={**faults, **dict.fromkeys(names, form.faults["quantity"])})


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= DIGITS_MAX and int(text) <= COUNT_MAX


def refused_at(form: Form, refusal: Refusal, visitor: Visitor) -> Form:
    """The form with a refusal: above it, and beside each ticket type what is still possible of it."""
    language = visitor.language
    if refusal.code.startswith("promo_code_"):
        return form._replace(faults={"promo_code": detail_of(refusal, language)})
    type_id = refusal.facts.get("ticket_type_id")
    if type_id in form.typed.get("ticket_type", ()):
        return form._replace(faults={fault_of(str(type_id)): detail_of(refusal, language)})
    faults = dict(refused(form, refusal, visitor).faults)
    for line in _lines_of(refusal):
        if line["possible"] < line["quantity"]:
            left = language.texts(
                "%(number)s of these is still possible.", "%(number)s of these are still possible.", line["possible"]
            )
            faults[fault_of(line["ticket_type_id"])] = left
    return form._replace(faults=faults)


def _lines_of(refusal: Refusal) -> Sequence[Mapping[str, Any]]:
    """What a refusal says of each line, where not all is left."""
    lines = refusal.facts.get("lines", [])
    return cast("Sequence[Mapping[str, Any]]", lines) if isinstance(lines, list) else ()
