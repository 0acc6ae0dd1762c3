"""Wiring only: settings become arguments, and the parts are put together. `app` is the ASGI application."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from fullhouse.actions import installation
from fullhouse.actions.deps import Deps, PaymentTerms
from fullhouse.cli import logs
from fullhouse.cli.commands import group
from fullhouse.cli.program import Options, Program, ServePlan, StartError
from fullhouse.engine.engine import Engine, EngineSettings
from fullhouse.engine.event_memory import EventMemory
from fullhouse.engine.gather import Gather, GatherLimits
from fullhouse.engine.intake import Limits
from fullhouse.engine.lane import Patience
from fullhouse.outside.payments.bank_transfer import BankTransfer
from fullhouse.outside.payments.box_office import BoxOffice
from fullhouse.outside.payments.provider import Provider, Providers
from fullhouse.outside.payments.stripe import Stripe
from fullhouse.rules.payment import ProviderName
from fullhouse.settings import PREFIX, Settings, SettingsError, read_settings
from fullhouse.store import booking, event, key, offer
from fullhouse.store.db import Database, Reader, connect_engine, probe
from fullhouse.store.embedded import EmbeddedUnavailable, join
from fullhouse.web import app as web
from fullhouse.web import measure
from fullhouse.web.front_door import DoorSettings
from fullhouse.web.http import AsgiApp
from fullhouse.worker import jobs

VERSION = version("fullhouse")
HOSTED_APP = "fullhouse.main:app"


def _nothing() -> None:
    """The end of an application that has no PostgreSQL of its own to leave."""


def build_deps(settings: Settings, conninfo: str) -> Deps:
    """Put the parts together; nothing is opened yet."""
    limits = Limits(
        settings.line_length_max, settings.batch_size_max, settings.hot_line_length, settings.wait_seconds_max
    )
    patience = Patience(
        settings.batch_retries_max, settings.retry_pause_seconds, settings.batch_seconds_max, settings.wait_seconds_max
    )
    connect = partial(connect_engine, conninfo, settings.lock_wait_ms, int(settings.batch_seconds_max * 1000))
    reader = partial(Reader, conninfo)
    gather = GatherLimits(settings.line_length_max, settings.wait_seconds_max)
    return Deps(
        engine=Engine(
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
        ),
        database=Database(
            conninfo,
            readers_max=settings.readers_max,
            writers_max=settings.writers_max,
            wait_seconds_max=settings.wait_seconds_max,
        ),
        events=Gather(reader(), event.find, gather),
        availability=Gather(reader(), event.availability, gather),
        bookings=Gather(reader(), booking.find, gather),
        booking_events=Gather(reader(), booking.events_of, gather),
        event_memory=EventMemory(settings.booking_events_kept_max),
        api_keys=Gather(reader(), key.find_live, gather),
        offers=Gather(reader(), offer.find, gather),
        clock=partial(datetime.now, UTC),
        num_seats_max=settings.num_seats_max,
        providers=build_providers(settings),
        payment_terms=PaymentTerms(
            timedelta(seconds=settings.payment_seconds),
            timedelta(seconds=settings.hold_seconds_max),
            timedelta(days=settings.transfer_days),
        ),
    )


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


def build_app(settings: Settings, conninfo: str, leave: Callable[[], None] = _nothing) -> AsgiApp:
    """Make the ASGI application; its lifespan opens and closes all that it works with, and ends with `leave`."""
    deps = build_deps(settings, conninfo)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with deps.running():
            _calm_garbage_collector()
            _end_with_parent()
            tasks = jobs.start(deps, idempotency_days_kept=settings.idempotency_days_kept, hand_over=measure.hand_over)
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
        await asyncio.to_thread(leave)

    door = DoorSettings(settings.open, settings.body_bytes_max, settings.log_sample)
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return web.build(deps, web.WebSettings(door, VERSION, settings.num_seats_max, folder), lifespan)


def _calm_garbage_collector() -> None:
    """Look for cycles rarely, and never among what lives as long as the process.

    A thousand waiting requests are many young objects and no garbage: with the default thresholds a third of the
    time of a rush went into looking at them again and again. Measured in docs/decisions/0003-batching.md.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def _end_with_parent() -> None:
    """Let a worker drain and end when the process that started it is gone: it would keep the port for nobody."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, sentinel = asyncio.get_running_loop(), parent.sentinel

    def end() -> None:
        loop.remove_reader(sentinel)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(sentinel, end)


def hosted_app() -> AsgiApp:
    """Make the application for whoever imports it by name: `fullhouse serve`, or another ASGI server."""
    try:
        return _hosted_app(read_settings())
    except (SettingsError, EmbeddedUnavailable) as error:
        # An ASGI server would show a traceback; the operator gets one clear line.
        raise SystemExit(f"Error: {error}") from None


def _hosted_app(settings: Settings) -> AsgiApp:
    if not logging.getLogger().handlers:
        logs.configure(settings.log_level, settings.log_format)
    if settings.database_url is not None:
        return build_app(settings, settings.database_url)
    embedded = join(settings.data_dir)
    # The server imports the application inside its event loop, so this needs a loop in a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, installation.migrate_at(embedded.running.conninfo)).result()
    return build_app(settings, embedded.running.conninfo, embedded.leave)


def __getattr__(name: str) -> AsgiApp:
    """Make `app` when it is asked for: importing this module alone starts nothing."""
    if name == "app":
        globals()["app"] = hosted_app()
        return globals()["app"]  # type: ignore[no-any-return] # set in the line above
    raise AttributeError(name)


def _settings(options: Options) -> Settings:
    try:
        return read_settings(dict(options))
    except SettingsError as error:
        raise StartError(str(error)) from error


@asynccontextmanager
async def _conninfo(settings: Settings) -> AsyncIterator[str]:
    """The database of a command: one's own, or the embedded one, which it starts when nobody else has."""
    if settings.database_url is not None:
        await probe(settings.database_url)
        yield settings.database_url
        return
    try:
        embedded = await asyncio.to_thread(join, settings.data_dir)
    except EmbeddedUnavailable as error:
        raise StartError(str(error)) from error
    try:
        await installation.migrate_at(embedded.running.conninfo)
        yield embedded.running.conninfo
    finally:
        await asyncio.to_thread(embedded.leave)


@asynccontextmanager
async def _open_deps(options: Options) -> AsyncIterator[Deps]:
    settings = _settings(options)
    async with _conninfo(settings) as conninfo:
        deps = build_deps(settings, conninfo)
        async with deps.running():
            yield deps


@asynccontextmanager
async def _open_database(options: Options) -> AsyncIterator[Database]:
    async with _conninfo(_settings(options)) as conninfo, Database.opened(conninfo) as database:
        yield database


def _plan(options: Options) -> ServePlan:
    settings = _settings(options)
    return ServePlan(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        is_open=settings.open,
        data_dir=settings.data_dir,
        database_url=settings.database_url,
        drain_seconds_max=settings.drain_seconds_max,
        configure_logs=partial(logs.configure, settings.log_level, settings.log_format),
        hosted_app=HOSTED_APP,
        environment={PREFIX + name.upper(): str(getattr(settings, name)) for name in settings.model_fields_set},
    )


def console() -> None:
    """The command `fullhouse`."""
    group(obj=Program(open_deps=_open_deps, open_database=_open_database, plan=_plan))
