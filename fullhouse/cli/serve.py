"""`fullhouse serve`: the database, the serving processes, the banner, and the way out."""

import asyncio
import http.client
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from fullhouse.actions import installation, setup
from fullhouse.cli.program import ServePlan, StartError
from fullhouse.store.db import Database, probe
from fullhouse.store.embedded import Embedded, EmbeddedUnavailable, join
from fullhouse.web.auth import LOOPBACK_ADDRESSES
from fullhouse.web.server import config

WATCH_SECONDS = 1.0
READY_SECONDS_MAX = 60
STOPPING = (signal.SIGINT, signal.SIGTERM)


def serve(plan: ServePlan) -> None:
    """Serve until SIGINT or SIGTERM; then bookings under way finish, and the embedded PostgreSQL stops cleanly."""
    if plan.is_open and plan.host not in LOOPBACK_ADDRESSES:
        raise StartError(
            f"--open is for this machine alone: it can't listen on {plan.host}. Leave out --host or --open."
        )
    plan.configure_logs()
    # uvicorn passes a signal on when it has finished; without this, SIGTERM would then end us before the clean-up.
    for number in STOPPING:
        signal.signal(number, _interrupt)
    listener = _listen(plan.host, plan.port)
    ended = threading.Event()
    try:
        with listener, database(plan, ended) as conninfo, tempfile.TemporaryDirectory(prefix="fullhouse-") as counts:
            os.environ.update(plan.environment)
            os.environ["FULLHOUSE_DATABASE_URL"] = conninfo
            if plan.workers > 1:
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
            token = None if plan.is_open else asyncio.run(_setup_token(conninfo))
            shown = (plan, listener.getsockname()[1], token, ended)
            banner = threading.Thread(target=_announce, args=shown, daemon=True)
            banner.start()
            _run(plan, listener)
            ended.set()
    except KeyboardInterrupt:
        ended.set()
    click.echo("Stopped.", err=True)


def _interrupt(*_: object) -> None:
    """Begin the way out. Who is impatient on it must not leave PostgreSQL running behind us."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _listen(host: str, port: int) -> socket.socket:
    """Take the port first: what is in its way should be known before a database is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(4096)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise StartError(f"Can't listen on {host}:{port}: {reason}. Choose another with --port or --host.") from error
    listener.set_inheritable(True)
    return listener


@contextmanager
def database(plan: ServePlan, ended: threading.Event) -> Iterator[str]:
    """The connection string of a database that is ready to serve."""
    if plan.database_url is not None:
        asyncio.run(_check_migrations(plan.database_url))
        yield plan.database_url
        return
    try:
        embedded = join(plan.data_dir)
    except EmbeddedUnavailable as error:
        raise StartError(str(error)) from error
    try:
        asyncio.run(installation.migrate_at(embedded.running.conninfo))
        threading.Thread(target=_keep_running, args=(embedded, ended), daemon=True).start()
        yield embedded.running.conninfo
    finally:
        ended.set()
        embedded.leave()


async def _check_migrations(conninfo: str) -> None:
    await probe(conninfo)
    async with Database.opened(conninfo) as database, database.read() as conn:
        missing = await installation.missing_migrations(conn)
    if missing:
        raise StartError("The database is not up to date. Run 'fullhouse migrate' with the same --database-url.")


async def _setup_token(conninfo: str) -> str | None:
    async with Database.opened(conninfo) as database:
        return await setup.new_link_token(database, datetime.now(UTC))


def _keep_running(embedded: Embedded, ended: threading.Event) -> None:
    """Start the embedded PostgreSQL again when it dies; requests wait meanwhile, or are told to come again."""
    while not ended.wait(WATCH_SECONDS):
        try:
            if embedded.ensure_running():
                click.echo("PostgreSQL had died and was started again.", err=True)
        except EmbeddedUnavailable as error:
            click.echo(f"PostgreSQL has died and can't be started again: {error}", err=True)


def _run(plan: ServePlan, listener: socket.socket) -> None:
    settings = config(plan.hosted_app, workers=plan.workers, drain_seconds=plan.drain_seconds_max)
    if plan.workers > 1:
        Multiprocess(settings, sockets=[listener]).run()
        return
    server = uvicorn.Server(settings)
    server.run(sockets=[listener])
    if not server.started:
        raise StartError("The server did not start; the lines above say why.")


def _announce(plan: ServePlan, port: int, setup_token: str | None, ended: threading.Event) -> None:
    """Print the banner as soon as the server is ready."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not ended.is_set() and time.monotonic() < deadline:
        if _is_ready(plan.host, port):
            click.echo(_banner(plan, port, setup_token))
            sys.stdout.flush()
            return
        time.sleep(0.02)


def _is_ready(host: str, port: int) -> bool:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not listened on
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _banner(plan: ServePlan, port: int, setup_token: str | None) -> str:
    url = f"http://{f'[{plan.host}]' if ':' in plan.host else plan.host}:{port}"
    if plan.is_open:
        access = "Open playground: whoever reaches it acts as the owner. It answers to this machine alone."
    else:
        access = "Creating events needs an API key: fullhouse key create NAME; or somebody who is signed in."
    if setup_token is not None:
        public = plan.public_url or url
        access += (
            f"\n\n  Nobody owns this yet. Whoever opens this link first will:\n    {public}{setup.PATH}#{setup_token}"
        )
    stored = "your own PostgreSQL" if plan.database_url else f"PostgreSQL in {plan.data_dir.resolve()}"
    return (
        f"\n  Full House is selling at {url}\n\n"
        f"    try the API   {url}/docs\n"
        f"    health        {url}/readyz\n"
        f"    figures       {url}/metrics\n"
        f"    data          {stored}\n\n"
        f"  {access}\n"
        f"  Ctrl-C stops it; bookings under way are finished first.\n"
    )
