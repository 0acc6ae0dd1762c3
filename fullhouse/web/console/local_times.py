"""Times and amounts as they are typed into forms: on the clocks of the event's place, in its currency."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from fullhouse.rules.minor_units import decimal_of, minor_of
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.time_zone import on_clocks
from fullhouse.web.pages.language import N_, Language
from fullhouse.web.pages.refusal_texts import FormFault

PRICE_MINOR_MAX = 100_000_000_000


def _local(text: str) -> str:
    datetime.fromisoformat(text)
    return text


LocalMoment = Annotated[
    str,
    # As browsers send <input type="datetime-local"> (WHATWG HTML, section 2.3.5.5).
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?$"),
    AfterValidator(_local),
]
Amount = Annotated[str, StringConstraints(max_length=30)]


def moment_in(text: str, zone: str, field: str) -> datetime:
    """What was typed as a moment. Of an hour that comes twice the first is meant. Raises ValidationFailed."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValidationFailed(f"{field}: must be in the years 1 to 9999.", field=field) from error


def typed_moment(moment: datetime | None, zone: str) -> str | None:
    """A moment as it would be typed; seconds are left out where there are none."""
    if moment is None:
        return None
    local = on_clocks(moment, ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def minor_in(text: str, currency: str, field: str, language: Language, *, most: int = PRICE_MINOR_MAX) -> int:
    """What was typed as an amount, in minor units; nothing is none. Raises ValidationFailed."""
    try:
        amount = minor_of(text, currency) if text.strip() else 0
    except ValueError as error:
        words = language.text(N_("Please give an amount, as 12.50."))
        raise FormFault(words, field=field) from error
    if not 0 <= amount <= most:
        raise FormFault(language.text(N_("Please give an amount, as 12.50.")), field=field)
    return amount


def typed_amount(amount_minor: int, currency: str) -> str:
    """An amount as it would be typed."""
    return str(decimal_of(amount_minor, currency))
