"""Forms: what was typed becomes a typed value, or the faults stand beside the fields and all is shown again."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.idempotency import key_for
from fullhouse.rules.refusals import IdempotencyKeyReused, Refusal, ValidationFailed
from fullhouse.web.api.shapes import has_control_characters, uuid_or_none
from fullhouse.web.http import reason
from fullhouse.web.pages import tokens
from fullhouse.web.pages.language import N_, Language
from fullhouse.web.pages.refusal_texts import detail_of
from fullhouse.web.pages.visitor import Visitor

KEY_FIELD = "form_key"
OURS = frozenset({tokens.FIELD, KEY_FIELD})
WHOLE = ""
"""Under this name stands the fault of a form that is no single field's."""

FormT = TypeVar("FormT", bound=BaseModel)


class FormModel(BaseModel):
    """What a form sends. Fields that are left empty are left out; one that may come several times is a list."""

    model_config = ConfigDict(extra="forbid")


class Form(NamedTuple):
    """A form as it is shown: what was typed, and the faults by field."""

    typed: Mapping[str, Sequence[str]] = {}
    faults: Mapping[str, str] = {}

    def text(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.typed.get(name, ())), "")

    def has(self, name: str, value: str) -> bool:
        """Tell whether a value is chosen."""
        return value in self.typed.get(name, ())

    def fault(self, name: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        return self.faults.get(name, "")


def empty(**typed: object) -> Form:
    """A form that nobody has sent yet, with what stands in its fields from the beginning."""
    shown = {name: value if isinstance(value, list | tuple) else [value] for name, value in typed.items()}
    return Form({name: [str(one) for one in some if one is not None] for name, some in shown.items()})


def filled(visitor: Visitor, model: type[FormT]) -> tuple[FormT | None, Form]:
    """What the visitor's form says, or None; and the form, to be shown again."""
    typed: dict[str, list[str]] = {}
    for name, value in visitor.sent.fields:
        if name not in OURS:
            typed.setdefault(name, []).append(value)
    faults = _unstorable(typed, model, visitor.language)
    form = Form({name: [_showable(one) for one in some] for name, some in typed.items()}, faults)
    if faults:
        return None, form
    try:
        return model.model_validate(_values(typed, model)), form
    except ValidationError as error:
        return None, form._replace(faults=_faults(error, model, visitor.language))


def refused(form: Form, refusal: Refusal, visitor: Visitor) -> Form:
    """The form with a refusal: beside the field that it is about, else above all of them."""
    field = refusal.facts.get("field")
    name = field if isinstance(field, str) and field in form.typed else WHOLE
    return form._replace(faults={name: detail_of(refusal, visitor.language)})


def status_of_again(form: Form) -> int:
    """The status of a form that is shown again: 200 when nothing is wrong with it."""
    return 422 if form.faults else 200


def new_key() -> str:
    """What makes a form one deed, however often it is sent: it stands in the form as a hidden field."""
    return str(uuid.uuid4())


def key_of(visitor: Visitor, path: str, asked: BaseModel | str) -> IdempotencyKey:
    """The idempotency key of the form that was sent. Raises ValidationFailed."""
    sent = uuid_or_none(visitor.sent.first(KEY_FIELD))
    if sent is None:
        raise ValidationFailed("The form was sent without what makes it one deed. Go back and reload it.", field="body")
    text = asked if isinstance(asked, str) else asked.model_dump_json()
    return key_for(visitor.call.caller.id, path, sent, text)


def is_reused(refusal: Refusal) -> bool:
    """Tell whether a form was sent before with something else in it: back, changed, and sent again."""
    return isinstance(refusal, IdempotencyKeyReused)


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and get_origin(field.annotation) in {list, tuple}


def _values(typed: Mapping[str, list[str]], model: type[BaseModel]) -> dict[str, Any]:
    return {
        name: some if _is_list(model, name) else some[0]
        for name, some in typed.items()
        if _is_list(model, name) or some[0].strip() or name not in model.model_fields
    }


def _unstorable(typed: Mapping[str, list[str]], model: type[BaseModel], language: Language) -> dict[str, str]:
    """Faults that no model would find: a field that comes twice, and signs that can't be stored."""
    faults = {}
    for name, some in typed.items():
        shown = name if name in model.model_fields else WHOLE
        if len(some) > 1 and not _is_list(model, name):
            faults[shown] = language.text(N_("This was sent twice."))
        elif any(has_control_characters(one.translate(_LINE_ENDS)) for one in (name, *some)):
            faults[shown] = language.text(N_("This has signs in it that can't be stored."))
    return faults


_LINE_ENDS = {ord("\r"): None, ord("\n"): None, ord("\t"): None}
"""Texts of several lines may have these; fields of one line refuse them by their type."""


def _showable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _faults(error: ValidationError, model: type[BaseModel], language: Language) -> dict[str, str]:
    faults: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        name = str(one["loc"][0]) if one["loc"] else WHOLE
        known = name if name in model.model_fields else WHOLE
        faults.setdefault(known, _words(one, language))
    return faults


_WORDS = {
    "missing": N_("Please fill this in."),
    "string_too_short": N_("Please fill this in."),
    "too_short": N_("Please choose something."),
    "string_too_long": N_("This is longer than %(max_length)s characters."),
    "too_long": N_("These are more than %(max_length)s."),
    "int_parsing": N_("Please give a whole number."),
    "int_from_float": N_("Please give a whole number."),
    "int_parsing_size": N_("This number is too large."),
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "literal_error": N_("Please choose one of these."),
    "extra_forbidden": N_("The form has sent something that is not in it. Reload the page and try again."),
}
"""By Pydantic's kinds of faults."""


def _words(fault: ErrorDetails, language: Language) -> str:
    words = _WORDS.get(fault["type"])
    if words is not None:
        return language.text(words, **fault.get("ctx", {}))
    message = reason(fault["msg"])
    if message.startswith("must be a mail address"):
        return language.text(N_("This is no mail address that can be written to."))
    if message == "must not be blank":
        return language.text(N_("Please fill this in."))
    return language.text(N_("This is not valid."))
