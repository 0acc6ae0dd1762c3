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
    stripe_publishable_key: str | None = Field(
        None, pattern=r"^[\w-]+$", description="Publishable key of that account; without it, the shop offers no Stripe."
    )
    stripe_url: str = Field("https://api.stripe.com", description="Where Stripe's API is; another place for tests.")
    provider_seconds_max: float = Field(10, gt=0, le=120, description="Seconds to wait for a payment provider.")
    webhook_seconds_max: float = Field(15, gt=0, le=60, description="Seconds that a webhook may take to answer.")
    webhook_days_kept: int = Field(
        30, ge=4, le=365, description="Days it is remembered what was delivered to a webhook, and what it answered."
    )
    webhook_http_allowed: bool = Field(False, description="Whether webhooks may lead to http://, not https:// alone.")
    webhook_private_allowed: bool = Field(
        False, description="Whether webhooks may lead to this machine and to inner networks."
    )
    webhook_ports: str = Field(
        "80,443,8443", pattern=r"^(any|\d{1,5}(,\d{1,5})*)$", description="TCP ports that webhooks may lead to, or any."
    )
    smtp_host: str | None = Field(None, description="Your mail server; without it, mails are only kept in their log.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its TCP port: 587 with STARTTLS, 465 with TLS.")
    smtp_user: str | None = Field(None, description="Name to sign in there with; without it, nobody signs in.")
    smtp_password: str | None = Field(None, description="Password to sign in there with.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; none only for a server on the same machine."
    )
    smtp_connections: int = Field(4, ge=1, le=50, description="Connections of a process to the mail server.")
    smtp_seconds_max: float = Field(20, gt=0, le=300, description="Seconds to wait for each answer of the mail server.")
    mail_sender: str = Field(
        "fullhouse@localhost",
        pattern=r"^[!-?A-~]+@[A-Za-z0-9.-]+$",
        max_length=254,
        description="Address that mails are from; the organizer's name stands before it.",
    )
    mail_language: Literal["en", "de"] = Field("en", description="Language of mails that are of no organizer.")
    mail_days_tried: int = Field(3, ge=1, le=14, description="Days after which a mail is given up.")
    body_bytes_max: int = Field(
        262_144,
        ge=1_024,
        description="Bytes of a request body; the longest description of an event fits, however written.",
    )

    image_bytes_max: int = Field(
        10_485_760, ge=65_536, le=67_108_864, description="Bytes of a picture that an organizer uploads."
    )
    image_threads: int = Field(
        1, ge=1, le=16, description="Pictures that a process encodes at once; the largest take 400 MB meanwhile."
    )

    public_url: str | None = Field(
        None, pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", description="Address that links in mails begin with."
    )
    proxy_addresses: str = Field(
        "", description="Addresses of your proxies, with commas between; their X-Forwarded-For is believed."
    )
    session_idle_hours: float = Field(24, gt=0, le=720, description="Hours after its last use that a session ends.")
    session_days_max: float = Field(30, gt=0, le=365, description="Days after signing in that a session ends anyway.")
    sign_in_tries: int = Field(5, ge=1, le=100, description="Attempts on an account before waits between them grow.")
    sign_in_tries_address: int = Field(
        30, ge=1, le=10_000, description="Attempts from an address before waits between them grow."
    )
    sign_in_wait_seconds_max: int = Field(
        900, ge=1, le=86_400, description="Seconds of the longest wait between two attempts."
    )
    invitation_days: float = Field(7, gt=0, le=60, description="Days that an invitation can be accepted.")
    password_reset_minutes: float = Field(
        30, gt=0, le=1_440, description="Minutes that the link to a new password works."
    )
    password_memory_kib: int = Field(
        19_456, ge=19_456, le=1_048_576, description="KiB of memory for the hash of a password (argon2id)."
    )
    password_passes: int = Field(2, ge=2, le=20, description="Passes over that memory.")
    breached_passwords_url: str | None = Field(
        None,
        description="Range API that new passwords are looked up in, by 5 digits of their hash; without it, none is.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="OpenID provider to sign in with, as it names itself; without it and the next two, none.",
    )
    oidc_client_id: str | None = Field(None, min_length=1, description="What that provider calls this installation.")
    oidc_client_secret: str | None = Field(None, min_length=1, description="Secret that it knows this installation by.")

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
    event_organizers_kept_max: int = Field(
        20_000, ge=1, description="Events of which a process remembers the organizer; some 200 bytes each."
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
    exports_max: int = Field(2, ge=1, le=20, description="Exports and settlements that a process makes at once.")
    export_seconds_max: float = Field(
        1_800, gt=0, le=86_400, description="Seconds that an export may take; then it is broken off."
    )
    press_threads: int = Field(
        1, ge=1, le=16, description="Threads of a process that make PDFs; the more, the more selling has to share."
    )
    documents_of_address_max: int = Field(
        20, ge=1, le=10_000, description="PDFs that a process makes at once for one address; more are refused."
    )
    documents_of_booking_max: int = Field(
        3, ge=1, le=10_000, description="PDFs that a process makes at once of one booking; more are refused."
    )
    apple_pass_certificate: Path | None = Field(
        None,
        description="Apple's certificate for your passes, a PEM file; with the next ones, Apple Wallet is offered.",
    )
    apple_pass_key: Path | None = Field(None, description="Its private key, a PEM file.")
    apple_pass_key_password: str | None = Field(None, description="What that key is encrypted with, if it is.")
    apple_wwdr_certificate: Path | None = Field(
        None, description="Apple's certificate that signed yours (Worldwide Developer Relations), a PEM file."
    )
    google_wallet_issuer: str | None = Field(
        None,
        pattern=r"^[0-9]{1,30}$",
        description="Your issuer's id at Google; with the next one, its Wallet is offered.",
    )
    google_wallet_key: Path | None = Field(None, description="Key of your service account there, a JSON file.")
    idempotency_days_kept: int = Field(7, ge=1, le=365, description="Days an Idempotency-Key is remembered.")

    worker: bool = Field(
        True, description="Do the background jobs in the serving processes; else `fullhouse worker` does."
    )
    notice_days_kept: int = Field(
        90, ge=1, le=3_660, description="Days that what happened is kept for GET /changes and for who reads it later."
    )
    watchers_max: int = Field(
        1_000, ge=1, le=100_000, description="Calls of a process that may wait for changes; more are refused as busy."
    )

    streams_max: int = Field(
        10_000,
        ge=1,
        le=1_000_000,
        description="Streams of a process that show what is left; half of its connections at most. More are refused.",
    )

    streams_of_address_max: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="Of these, streams of one address; many phones may share that of their network. More are refused.",
    )

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
