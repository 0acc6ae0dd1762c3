"""Wiring only: settings become arguments, and the parts are put together. Nothing is opened; main.py runs them."""

from datetime import UTC, datetime, timedelta
from functools import partial

from fullhouse.actions.deps import Deps, MailTerms, PaymentTerms, PeopleTerms, WebhookTerms
from fullhouse.actions.hashing import PasswordHashes
from fullhouse.actions.key_use import KeyUse
from fullhouse.engine.engine import Engine, EngineSettings
from fullhouse.engine.event_memory import EventMemory
from fullhouse.engine.gather import Gather, GatherLimits
from fullhouse.engine.intake import Limits
from fullhouse.engine.lane import Patience
from fullhouse.engine.watch import Watch, WatchLimits
from fullhouse.outside.breached import BreachedPasswords
from fullhouse.outside.hooks import Hooks
from fullhouse.outside.mail import Mailer, MailServer
from fullhouse.outside.openid import OpenidProvider
from fullhouse.outside.payments.bank_transfer import BankTransfer
from fullhouse.outside.payments.box_office import BoxOffice
from fullhouse.outside.payments.provider import Provider, Providers
from fullhouse.outside.payments.stripe import Stripe
from fullhouse.rules.attempt import Patience as AttemptPatience
from fullhouse.rules.payment import ProviderName
from fullhouse.rules.session import SessionTerms
from fullhouse.rules.webhook_address import Guard
from fullhouse.settings import Settings
from fullhouse.store import booking, change, event, key, offer, organizer, session
from fullhouse.store.db import Database, Reader, connect_engine
from fullhouse.web.api import webhook_payloads

WATCH_PAUSE_SECONDS = 0.25
"""Between one look for changes and the next, while somebody waits for them."""


def build_deps(settings: Settings, conninfo: str) -> Deps:
    """Put the parts together; nothing is opened yet."""
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
        engine=build_engine(settings, conninfo),
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
        clock=partial(datetime.now, UTC),
        num_seats_max=settings.num_seats_max,
        providers=build_providers(settings),
        payment_terms=PaymentTerms(
            timedelta(seconds=settings.payment_seconds),
            timedelta(seconds=settings.hold_seconds_max),
            timedelta(days=settings.transfer_days),
        ),
        hooks=build_hooks(settings),
        webhook_terms=WebhookTerms(
            webhook_payloads.event_shown,
            webhook_payloads.booking_shown,
            timedelta(days=settings.webhook_days_kept),
        ),
        sessions=Gather(reader(), session.find_known, gather),
        passwords=PasswordHashes(settings.password_memory_kib, settings.password_passes),
        breached=BreachedPasswords(settings.breached_passwords_url, settings.provider_seconds_max),
        people=build_people_terms(settings),
        mailer=build_mailer(settings),
        mail_terms=build_mail_terms(settings),
        export_seconds_max=settings.export_seconds_max,
        openid=build_openid(settings),
    )


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


def build_engine(settings: Settings, conninfo: str) -> Engine:
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
        providers["stripe"] = Stripe(
            settings.stripe_secret_key,
            settings.stripe_webhook_secret,
            settings.stripe_url,
            settings.provider_seconds_max,
        )
    if settings.bank_iban:
        providers["bank_transfer"] = BankTransfer(settings.bank_iban, settings.bank_holder)
    return providers
