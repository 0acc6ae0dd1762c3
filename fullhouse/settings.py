"""Every setting: its name, unit, default and reason. Read by `main` alone; values are passed on as arguments.

Each is an environment variable `FULLHOUSE_<NAME>`; those that a command has a flag for can be given there.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "FULLHOUSE_"


class SettingsError(Exception):
    """A setting is wrong; the text is one line for the operator."""


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on. Loopback by default: nothing is exposed unasked.")
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0 takes a free one.")
    workers: int = Field(
        1, ge=1, le=64, description="Serving processes. One sells thousands a second; see docs/operating.md."
    )
    data_dir: Path = Field(Path("data"), description="Folder of the embedded PostgreSQL.")
    database_url: str | None = Field(None, description="Your own PostgreSQL (15 or newer) instead of the embedded one.")
    open: bool = Field(False, description="Playground: whoever reaches it acts as the owner. Loopback only.")

    num_seats_max: int = Field(
        100, ge=1, le=10_000, description="Places of one booking; stops one request from taking all."
    )
    hold_seconds: int = Field(600, ge=30, le=86_400, description="Seconds that places are held for who has to pay.")
    payment_seconds: int = Field(900, ge=30, le=86_400, description="Seconds that a payment under way extends a hold.")
    hold_seconds_max: int = Field(
        1_800, ge=30, le=86_400, description="Seconds from its booking that no payment extends a hold beyond."
    )
    bank_iban: str | None = Field(None, description="Account that buyers transfer to; without it, no bank transfers.")
    bank_holder: str = Field("", max_length=70, description="Whose account that is, as the buyer's bank wants to know.")
    transfer_days: int = Field(7, ge=1, le=90, description="Days from its booking that a bank transfer may take.")
    stripe_secret_key: str | None = Field(None, description="Secret key of your Stripe account; without it, no Stripe.")
    stripe_webhook_secret: str | None = Field(
        None, description="Signing secret of the webhook that Stripe sends to /payments/stripe/events."
    )
    stripe_url: str = Field("https://api.stripe.com", description="Where Stripe's API is; another place for tests.")
    provider_seconds_max: float = Field(10, gt=0, le=120, description="Seconds to wait for a payment provider.")
    body_bytes_max: int = Field(
        262_144,
        ge=1_024,
        description="Bytes of a request body; the longest description of an event fits, however written.",
    )

    line_length_max: int = Field(
        20_000, ge=1, description="Requests that may wait in a process; more are refused as busy."
    )
    batch_size_max: int = Field(128, ge=1, le=10_000, description="Requests of a batch; larger ones sold slower.")
    hot_line_length: int = Field(
        32, ge=1, description="Requests waiting for one event that earn it batches of its own."
    )
    hot_lanes: int = Field(2, ge=1, le=32, description="Lanes (connections) of a process for events with many waiting.")
    contended_lanes: int = Field(
        2, ge=1, le=32, description="Lanes (connections) that wait for events locked elsewhere."
    )
    offers_kept_max: int = Field(10_000, ge=1, description="Offers of events that a process remembers; some 2 kB each.")
    booking_events_kept_max: int = Field(
        20_000, ge=1, description="Bookings by lines of which a process remembers the event; some 200 bytes each."
    )
    wait_seconds_max: float = Field(
        10, gt=0, le=300, description="Seconds in the waiting line before a request is refused."
    )
    lock_wait_ms: int = Field(3_000, ge=1, description="Milliseconds that a batch waits for an event locked elsewhere.")
    batch_seconds_max: float = Field(10, gt=0, le=300, description="Seconds of one try at a batch.")
    batch_retries_max: int = Field(7, ge=0, le=20, description="Tries again after a transient fault; covers a restart.")
    retry_pause_seconds: float = Field(
        0.05, ge=0, description="Seconds before the first retry; each next one doubles it."
    )
    drain_seconds_max: float = Field(
        15, ge=0, le=600, description="Seconds at the end for bookings that are under way."
    )

    readers_max: int = Field(4, ge=1, le=100, description="Connections of a process for lists and look-ups.")
    writers_max: int = Field(2, ge=1, le=100, description="Connections of a process for writes beside the engine.")
    idempotency_days_kept: int = Field(7, ge=1, le=365, description="Days an Idempotency-Key is remembered.")

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="One JSON object a line, or text for people; auto is text on a terminal and JSON elsewhere."
    )
    log_sample: Annotated[int, Field(ge=1)] = Field(
        100, description="Of the calls on the hot path, one in so many is logged; refusals of the server always are."
    )


def read_settings(overrides: dict[str, Any] | None = None) -> Settings:
    """Read the environment; `overrides` (flags that were given) come first.

    Raises SettingsError with one clear line.
    """
    for name in os.environ:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in Settings.model_fields:
            known = [PREFIX + field.upper() for field in Settings.model_fields]
            near = difflib.get_close_matches(name, known, n=1)
            raise SettingsError(f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else "."))
    try:
        return Settings(**(overrides or {}))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        given = "" if first["type"] == "missing" else f" (given: {str(first['input'])[:80]!r})"
        raise SettingsError(f"{PREFIX}{name.upper()}: {first['msg']}{given}.") from error
