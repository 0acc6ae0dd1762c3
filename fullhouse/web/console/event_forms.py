"""The form of an event's details: what is typed in it, and what it says for the program."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field, ValidationError

from fullhouse.rules.event import WholeEvent
from fullhouse.web.api.event_shapes import Currency, Description, RefundPolicyShape, Slug, TimeZone
from fullhouse.web.api.shapes import Line
from fullhouse.web.console.local_times import LocalMoment, moment_in, typed_moment
from fullhouse.web.pages.forms import Form, FormModel, empty
from fullhouse.web.pages.language import N_, Language
from fullhouse.web.pages.refusal_texts import FormFault

POLICY_ROWS = 3
"""Steps that the form has room for; the API takes more."""
MOMENTS = ("doors_at", "ends_at", "sales_from", "sales_until")


class EventForm(FormModel):
    """All details of an event. What is left empty is cleared."""

    name: Line
    date: LocalMoment
    venue: Line
    description: Description = ""
    doors_at: LocalMoment | None = None
    ends_at: LocalMoment | None = None
    time_zone: TimeZone
    currency: Currency
    sales_from: LocalMoment | None = None
    sales_until: LocalMoment | None = None
    slug: Slug | None = None
    hours_before: list[str] = Field(default_factory=list, max_length=20)
    percent: list[str] = Field(default_factory=list, max_length=20)
    with_fees: bool = False


def typed(whole: WholeEvent) -> Form:
    """The form with an event as it is."""
    details = whole.details
    zone = details.time_zone
    policy = details.refund_policy
    steps = list(policy.steps) if policy is not None else []
    room = max(POLICY_ROWS, len(steps)) - len(steps)
    return empty(
        name=whole.event.name,
        date=typed_moment(whole.event.starts_at, zone),
        venue=whole.event.venue,
        description=details.description,
        time_zone=zone,
        currency=details.currency,
        slug=details.slug,
        hours_before=[*(one.hours_before for one in steps), *[""] * room],
        percent=[*(one.percent for one in steps), *[""] * room],
        with_fees="true" if policy is not None and policy.with_fees else None,
        **{name: typed_moment(getattr(details, name), zone) for name in MOMENTS},
    )


def wanted_of(form: EventForm, language: Language) -> dict[str, Any]:
    """What the form says, by the names that the program has for it. Raises FormFault."""
    zone = form.time_zone
    moments: dict[str, datetime | None] = {
        name: None if text is None else moment_in(text, zone, name)
        for name in MOMENTS
        for text in [getattr(form, name)]
    }
    return {
        "name": form.name,
        "starts_at": moment_in(form.date, zone, "date"),
        "venue": form.venue,
        "description": form.description.replace("\r\n", "\n"),
        "time_zone": zone,
        "currency": form.currency,
        "slug": form.slug,
        "refund_policy": _policy(form.hours_before, form.percent, language, with_fees=form.with_fees),
        **moments,
    }


def _policy(hours: Sequence[str], percents: Sequence[str], language: Language, *, with_fees: bool) -> Any:  # noqa: ANN401 - a policy or None
    rows = [(hour.strip(), percent.strip()) for hour, percent in zip(hours, percents, strict=False)]
    said = [(hour, percent) for hour, percent in rows if hour or percent]
    if not said:
        return None
    try:
        steps = [{"hours_before": int(hour), "percent": int(percent)} for hour, percent in said]
        return RefundPolicyShape.model_validate({"steps": steps, "with_fees": with_fees}).policy()
    except (ValueError, ValidationError) as error:
        words = N_("Each line needs hours and percent, and nearer to the event not more may go back.")
        raise FormFault(language.text(words), field="hours_before") from error
