"""Wiring only: settings become arguments, and the parts are put together. Nothing is opened; main.py runs them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from fullhouse.actions.deps import Crowds, Deps, MailTerms, PaymentTerms, PeopleTerms, Wallets, WebhookTerms
from fullhouse.actions.hashing import PasswordHashes
from fullhouse.actions.key_use import KeyUse
from fullhouse.actions.picturing import Pictures
from fullhouse.actions.shares import Shares
from fullhouse.engine.engine import Engine, EngineSettings
from fullhouse.engine.event_memory import EventMemory
from fullhouse.engine.gather import Gather, GatherLimits
from fullhouse.engine.intake import Limits
from fullhouse.engine.lane import Patience, utc_now
from fullhouse.engine.live import Live, LiveLimits
from fullhouse.engine.watch import Watch, WatchLimits
from fullhouse.outside.breached import BreachedPasswords
from fullhouse.outside.hooks import Hooks
from fullhouse.outside.mail import Mailer, MailServer
from fullhouse.outside.openid import OpenidProvider
from fullhouse.outside.payments.bank_transfer import BankTransfer
from fullhouse.outside.payments.box_office import BoxOffice
from fullhouse.outside.payments.provider import Provider, Providers
from fullhouse.printing.apple_pass import signer_of
from fullhouse.printing.google_wallet import issuer_of
from fullhouse.printing.press import Press
from fullhouse.rules.attempt import Patience as AttemptPatience
from fullhouse.rules.payment import ProviderName
from fullhouse.rules.session import SessionTerms
from fullhouse.rules.webhook_address import Guard
from fullhouse.settings import PREFIX, Settings, SettingsError
from fullhouse.store import booking, change, event, image, key, offer, organizer, session
from fullhouse.store.db import Database, Reader, connect_engine
from fullhouse.web.api import live_shapes, webhook_payloads
from fullhouse.web.server import files_max

WATCH_PAUSE_SECONDS = 0.25
"""Between one look for changes and the next, while somebody waits for them."""
LIVE_PAUSE_SECONDS = 0.25
"""The same for what is left, while somebody watches it."""
BEAT_SECONDS = 15
"""From one sign of life of a stream to the next; proxies end what is silent for a minute."""
STALLED_SECONDS = 60
"""After which a stream is cut off that takes nothing in."""


STREAM_RETRY_SECONDS = 30
DOCUMENT_RETRY_SECONDS = 2
"""When who has too much of these at once is told to come again."""


def build_deps(settings: Settings, conninfo: str, clock: Callable[[], datetime] = utc_now) -> Deps:
    """Put the parts together; nothing is opened yet. The demo has a clock of its own."""
    reader = partial(Reader, conninfo)
    gather = GatherLimits(settings.line_length_max, settings.wait_seconds_max)
    database = Database(
        conninfo,
        readers_max=settings.readers_max,
        writers_max=settings.writers_max,
        wait_seconds_max=settings.wait_seconds_max,
        exports_max=settings.exports_max,
        export_seconds_max=settings.export_seconds_max,
    )
    return Deps(
        engine=build_engine(settings, conninfo, clock),
        database=database,
        key_use=KeyUse(database),
        events=Gather(reader(), event.find, gather),
        availability=Gather(reader(), event.availability, gather),
        bookings=Gather(reader(), booking.find, gather),
        booking_events=Gather(reader(), booking.events_of, gather),
        event_memory=EventMemory(settings.booking_events_kept_max),
        event_organizers=Gather(reader(), organizer.of_events, gather),
        organizer_memory=EventMemory(settings.event_organizers_kept_max),
        api_keys=Gather(reader(), key.find_live, gather),
        offers=Gather(reader(), offer.find, gather),
        watch=Watch(reader(), change.latest, WatchLimits(settings.watchers_max, WATCH_PAUSE_SECONDS)),
        live=build_live(settings, reader(), clock),
        clock=clock,
        num_seats_max=settings.num_seats_max,
        providers=build_providers(settings),
        payment_terms=build_payment_terms(settings),
        hooks=build_hooks(settings),
        webhook_terms=build_webhook_terms(settings),
        sessions=Gather(reader(), session.find_known, gather),
        passwords=PasswordHashes(settings.password_memory_kib, settings.password_passes),
        breached=BreachedPasswords(settings.breached_passwords_url, settings.provider_seconds_max),
        people=build_people_terms(settings),
        mailer=build_mailer(settings),
        mail_terms=build_mail_terms(settings),
        export_seconds_max=settings.export_seconds_max,
        openid=build_openid(settings),
        pictures=Pictures(settings.image_threads),
        image_files=Gather(reader(), image.files, gather),
        press=Press(settings.press_threads),
        crowds=build_crowds(settings),
        wallets=build_wallets(settings),
    )


def build_live(settings: Settings, reader: Reader, clock: Callable[[], datetime]) -> Live:
    """What shows what is left. Its streams have half of all connections at most: there are always some for selling."""
    limits = LiveLimits(
        min(settings.streams_max, files_max() // 2),
        LIVE_PAUSE_SECONDS,
        BEAT_SECONDS,
        STALLED_SECONDS,
        settings.wait_seconds_max,
    )
    return Live(reader, live_shapes.frame_of, clock, limits)


def build_crowds(settings: Settings) -> Crowds:
    """How much one address, or one booking, may have at once."""
    return Crowds(
        Shares(
            settings.streams_of_address_max,
            "Too many watch from your address already. Close some, or ask for the availability now and then.",
            STREAM_RETRY_SECONDS,
        ),
        Shares(
            settings.documents_of_address_max,
            "Very many documents are being made for your address. Wait for them, then try again.",
            DOCUMENT_RETRY_SECONDS,
        ),
        Shares(
            settings.documents_of_booking_max,
            "Documents of this booking are being made already. Wait for them, then try again.",
            DOCUMENT_RETRY_SECONDS,
        ),
    )


def build_payment_terms(settings: Settings) -> PaymentTerms:
    """How long payments may be open."""
    return PaymentTerms(
        timedelta(seconds=settings.payment_seconds),
        timedelta(seconds=settings.hold_seconds_max),
        timedelta(days=settings.transfer_days),
    )


def build_webhook_terms(settings: Settings) -> WebhookTerms:
    """How things are shown to webhooks, and how long that is remembered."""
    days_kept = timedelta(days=settings.webhook_days_kept)
    return WebhookTerms(webhook_payloads.event_shown, webhook_payloads.booking_shown, days_kept)


def build_mail_terms(settings: Settings) -> MailTerms:
    """Whom mails are from, and where links in them lead."""
    return MailTerms(
        settings.mail_sender,
        settings.mail_sender.rpartition("@")[2],
        settings.mail_language,
        (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/"),
        timedelta(days=settings.mail_days_tried),
    )


def build_mailer(settings: Settings) -> Mailer | None:
    """The mail server, if this installation has one."""
    if settings.smtp_host is None:
        return None
    return Mailer(
        MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_user,
            settings.smtp_password,
            settings.smtp_tls,
            settings.smtp_seconds_max,
            settings.smtp_connections,
        )
    )


def build_engine(settings: Settings, conninfo: str, clock: Callable[[], datetime] = utc_now) -> Engine:
    """The engine that sells; not started yet."""
    limits = Limits(
        settings.line_length_max, settings.batch_size_max, settings.hot_line_length, settings.wait_seconds_max
    )
    patience = Patience(
        settings.batch_retries_max, settings.retry_pause_seconds, settings.batch_seconds_max, settings.wait_seconds_max
    )
    connect = partial(connect_engine, conninfo, settings.lock_wait_ms, int(settings.batch_seconds_max * 1000))
    return Engine(
        EngineSettings(
            settings.hot_lanes,
            settings.contended_lanes,
            limits,
            patience,
            settings.drain_seconds_max,
            settings.hold_seconds,
            settings.offers_kept_max,
        ),
        connect,
        clock,
    )


def build_people_terms(settings: Settings) -> PeopleTerms:
    """How people sign in here."""
    wait_max = timedelta(seconds=settings.sign_in_wait_seconds_max)
    return PeopleTerms(
        SessionTerms(timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days_max)),
        AttemptPatience(settings.sign_in_tries, wait_max),
        AttemptPatience(settings.sign_in_tries_address, wait_max),
        timedelta(days=settings.invitation_days),
        timedelta(minutes=settings.password_reset_minutes),
    )


def build_openid(settings: Settings) -> OpenidProvider | None:
    """The OpenID provider that people may sign in with, if there is one."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    return OpenidProvider(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.provider_seconds_max
    )


def build_wallets(settings: Settings) -> Wallets:
    """What tickets are signed with for the wallets of phones. Raises SettingsError when a file is missing or wrong."""
    apple, google = None, None
    of_apple = ("APPLE_PASS_CERTIFICATE", "APPLE_PASS_KEY", "APPLE_WWDR_CERTIFICATE")
    paths = (settings.apple_pass_certificate, settings.apple_pass_key, settings.apple_wwdr_certificate)
    certificate, key, between = (_content(name, path) for name, path in zip(of_apple, paths, strict=True))
    if certificate and key and between:
        try:
            apple = signer_of(certificate, key, settings.apple_pass_key_password, between)
        except ValueError as error:
            raise SettingsError(f"{PREFIX}APPLE_PASS_CERTIFICATE or what goes with it: {error}.") from error
    elif certificate or key or between:
        raise SettingsError(f"{', '.join(PREFIX + name for name in of_apple)}: give all of them, or none.")
    account = _content("GOOGLE_WALLET_KEY", settings.google_wallet_key)
    if account and settings.google_wallet_issuer:
        try:
            google = issuer_of(settings.google_wallet_issuer, account)
        except ValueError as error:
            raise SettingsError(f"{PREFIX}GOOGLE_WALLET_KEY: {error}.") from error
    elif account or settings.google_wallet_issuer:
        raise SettingsError(f"{PREFIX}GOOGLE_WALLET_KEY, {PREFIX}GOOGLE_WALLET_ISSUER: give both of them, or none.")
    return Wallets(apple, google)


def _content(name: str, path: Path | None) -> bytes | None:
    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{PREFIX}{name}: the file can't be read ({error.strerror}).") from error


def build_hooks(settings: Settings) -> Hooks:
    """What sends to webhooks."""
    text = settings.webhook_ports
    ports = None if text == "any" else frozenset(int(port) for port in text.split(","))
    guard = Guard(settings.webhook_http_allowed, settings.webhook_private_allowed, ports)
    return Hooks(guard, seconds_max=settings.webhook_seconds_max)


def build_providers(settings: Settings) -> Providers:
    """The ways to pay that this installation has."""
    providers: dict[ProviderName, Provider] = {"cash": BoxOffice(), "card_terminal": BoxOffice()}
    if settings.stripe_secret_key and settings.stripe_webhook_secret:
        from fullhouse.outside.payments.stripe import Stripe  # noqa: PLC0415 - 3 MB that only those who use it need

        providers["stripe"] = Stripe(
            settings.stripe_secret_key,
            settings.stripe_webhook_secret,
            settings.stripe_url,
            settings.provider_seconds_max,
        )
    if settings.bank_iban:
        providers["bank_transfer"] = BankTransfer(settings.bank_iban, settings.bank_holder)
    return providers
