"""Runs what wiring.py puts together: as an ASGI application, which is `app`, and for the commands."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from importlib.metadata import version
from types import FrameType

from fullhouse.actions import installation
from fullhouse.actions.demo import Walk
from fullhouse.actions.deps import Deps
from fullhouse.cli import logs
from fullhouse.cli.commands import group
from fullhouse.cli.program import Options, Program, ServePlan, StartError
from fullhouse.engine.lane import utc_now
from fullhouse.settings import PREFIX, Settings, SettingsError, read_settings
from fullhouse.store.db import Database, probe, with_options
from fullhouse.store.embedded import EmbeddedUnavailable, join
from fullhouse.web.http import AsgiApp
from fullhouse.wiring import build_deps, build_wallets
from fullhouse.worker import jobs

VERSION = version("fullhouse")
HOSTED_APP = "fullhouse.main:app"
DEMO_IBAN = "DE02120300000000202051"
"""A number that banks give as an example."""


def _nothing() -> None:
    """What an application does for its process when it does not have one for itself."""


def build_app(
    settings: Settings, conninfo: str, began: Callable[[], None] = _nothing, leave: Callable[[], None] = _nothing
) -> AsgiApp:
    """Make the ASGI application; its lifespan opens and closes all that it works with.

    `began` is called when all is open, and `leave` when all is closed.
    """
    # Commands serve nothing, and loading the framework with all pages would be a third of their start.
    from fullhouse.web import app as web  # noqa: PLC0415 - see above
    from fullhouse.web import measure  # noqa: PLC0415 - see above
    from fullhouse.web.front_door import DoorSettings  # noqa: PLC0415 - see above

    deps = build_deps(settings, conninfo)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with deps.running():
            began()
            tasks = [jobs.count(measure.hand_over), *(start_jobs(deps, settings) if settings.worker else [])]
            try:
                with _told_of_the_end(deps.end_waiting):
                    yield
            finally:
                for task in tasks:
                    task.cancel()
        await asyncio.to_thread(leave)

    proxies = frozenset(settings.proxy_addresses.replace(",", " ").split())
    door = DoorSettings(settings.open, settings.body_bytes_max, settings.log_sample, proxies, settings.image_bytes_max)
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return web.build(
        deps, web.WebSettings(door, VERSION, settings.num_seats_max, folder, settings.stripe_publishable_key), lifespan
    )


def start_jobs(deps: Deps, settings: Settings) -> list[asyncio.Task[None]]:
    """Start what the worker does, in whichever process it runs."""
    return jobs.start(
        deps, idempotency_days_kept=settings.idempotency_days_kept, notice_days_kept=settings.notice_days_kept
    )


@contextmanager
def _told_of_the_end(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` when the server is asked to stop, before it waits for its calls: some may be waiting for changes.

    Whoever listened for the signal before hears it as well. Outside the main thread nobody can listen.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)
        former = before[signal.Signals(number)]
        if callable(former):
            former(number, frame)

    for number in before:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _own_the_process() -> None:
    """Let the process be this application's alone, until both end."""
    _calm_garbage_collector()
    _end_with_parent()


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
        return build_app(settings, settings.database_url, _own_the_process)
    embedded = join(settings.data_dir)
    # The server imports the application inside its event loop, so this needs a loop in a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, installation.migrate_at(embedded.running.conninfo)).result()
    return build_app(settings, embedded.running.conninfo, _own_the_process, embedded.leave)


def __getattr__(name: str) -> AsgiApp:
    """Make `app` when it is asked for: importing this module alone starts nothing."""
    if name == "app":
        globals()["app"] = hosted_app()
        return globals()["app"]  # type: ignore[no-any-return] # set in the line above
    raise AttributeError(name)


def _settings(options: Options) -> Settings:
    try:
        settings = read_settings(dict(options))
        # Files that are named are read here too, so that what is wrong with one is told in a line.
        build_wallets(settings)
        return settings
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
async def _open_demo(options: Options) -> AsyncIterator[tuple[Deps, Walk]]:
    """The same with a clock that is set, an account to transfer to, and no mail server: no mail of the demo is sent."""
    walk = Walk(utc_now())
    settings = _settings(options)
    known = {"bank_iban": settings.bank_iban or DEMO_IBAN, "bank_holder": settings.bank_holder or "Full House"}
    async with _conninfo(settings) as conninfo:
        # A demo that is lost in a crash is made again, so no commit waits for the disk.
        unhurried = with_options(conninfo, {"synchronous_commit": "off"})
        deps = build_deps(settings.model_copy(update={**known, "smtp_host": None}), unhurried, walk)
        async with deps.running():
            yield deps, walk


@asynccontextmanager
async def _open_database(options: Options) -> AsyncIterator[Database]:
    async with _conninfo(_settings(options)) as conninfo, Database.opened(conninfo) as database:
        yield database


async def _work(options: Options, conninfo: str) -> None:
    """Do the background jobs until cancelled."""
    settings = _settings(options)
    deps = build_deps(settings, conninfo)
    async with deps.running():
        tasks = start_jobs(deps, settings)
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()


def _plan(options: Options) -> ServePlan:
    settings = _settings(options)
    return ServePlan(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        is_open=settings.open,
        data_dir=settings.data_dir,
        database_url=settings.database_url,
        public_url=settings.public_url.rstrip("/") if settings.public_url else None,
        drain_seconds_max=settings.drain_seconds_max,
        configure_logs=partial(logs.configure, settings.log_level, settings.log_format),
        hosted_app=HOSTED_APP,
        environment={PREFIX + name.upper(): str(getattr(settings, name)) for name in settings.model_fields_set},
    )


def console() -> None:
    """The command `fullhouse`."""
    group(obj=Program(open_deps=_open_deps, open_demo=_open_demo, open_database=_open_database, plan=_plan, work=_work))
