"""What all tests share: one real PostgreSQL for the run, and a fresh database on it for each test."""

import asyncio
import gc
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fullhouse.actions import installation
from fullhouse.actions.deps import Deps
from fullhouse.main import build_app
from fullhouse.store.embedded import Embedded, join
from tests.cast import make_settings, running_deps
from tests.post_office import PostOffice, open_post_office

TEMPLATE = "fullhouse_template"
MEMORY = Path("/dev/shm")  # noqa: S108 - within it, each run makes a folder that is its own
"""Files in memory, where a system has that: copying a database takes a tenth of the time there."""
MEMORY_BYTES_MIN = 4 * 1024**3
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking it through for garbage again and again took a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(scope="session")
def embedded() -> Iterator[Embedded]:
    """The PostgreSQL of the run."""
    folder = Path(tempfile.mkdtemp(prefix="fullhouse-tests-", dir=MEMORY if _has_memory() else None))
    server = join(folder)
    try:
        yield server
    finally:
        server.leave()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(embedded: Embedded) -> str:
    """A migrated database that the others are copied from."""
    _administer(embedded, "CREATE DATABASE {}", TEMPLATE)
    asyncio.run(installation.migrate_at(make_conninfo(embedded.running.conninfo, dbname=TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """A fresh, migrated database."""
    with fresh_database(embedded, template) as made:
        yield made


@contextmanager
def fresh_database(embedded: Embedded, template: str) -> Iterator[str]:
    """A copy of a database; gone afterwards."""
    name = f"fullhouse_test_{next(_numbers)}"
    # On a disk, writing each page to the log is faster than to wait until all files are copied.
    strategy = "FILE_COPY" if _has_memory() else "WAL_LOG"
    _administer(embedded, f"CREATE DATABASE {{}} TEMPLATE {template} STRATEGY {strategy}", name)
    try:
        yield make_conninfo(embedded.running.conninfo, dbname=name)
    finally:
        _administer(embedded, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server."""
    with open_post_office() as opened:
        yield opened


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    """What a serving process works with, started on a fresh database."""
    async with running_deps(conninfo) as running:
        yield running


@pytest.fixture
async def client(conninfo: str) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of the open playground."""
    async with _client(conninfo, is_open=True) as visitor:
        yield visitor


@pytest.fixture
async def closed_client(conninfo: str) -> AsyncIterator[httpx.AsyncClient]:
    """A visitor of a server that is not open."""
    async with _client(conninfo, is_open=False) as visitor:
        yield visitor


@asynccontextmanager
async def _client(conninfo: str, *, is_open: bool) -> AsyncIterator[httpx.AsyncClient]:
    app = build_app(make_settings(open=is_open), conninfo)
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    lifespan = asyncio.create_task(_lifespan(app, asked, told))
    asked.put_nowait({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as visitor:
        yield visitor
    asked.put_nowait({"type": "lifespan.shutdown"})
    assert (await told.get())["type"] == "lifespan.shutdown.complete"
    await lifespan


async def _lifespan(app: object, asked: asyncio.Queue[dict[str, str]], told: asyncio.Queue[dict[str, str]]) -> None:
    """Play the part of the ASGI server that starts and stops an application."""
    assert callable(app)
    await app({"type": "lifespan", "state": {}}, asked.get, told.put)


def _has_memory() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).total >= MEMORY_BYTES_MIN


def _administer(embedded: Embedded, statement: str, name: str) -> None:
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as conn:
        conn.execute(sql.SQL(statement).format(sql.Identifier(name)))
