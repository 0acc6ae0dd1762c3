"""Health and metrics, for whoever watches over the server."""

import json

import psycopg
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from psycopg_pool import PoolTimeout

from fullhouse.actions import installation
from fullhouse.actions.deps import Deps
from fullhouse.web.errors import problem
from fullhouse.web.http import JSON, Answer


def alive() -> Answer:
    """`GET /healthz`: the process answers."""
    return Answer(200, [JSON], b'{"status":"alive"}')


async def ready(deps: Deps) -> Answer:
    """`GET /readyz`: the database is reachable and its migrations are current."""
    try:
        async with deps.database.read() as conn:
            missing = await installation.missing_migrations(conn)
    except (psycopg.Error, PoolTimeout):
        return problem(503, "not_ready", "Not ready", "The database can't be reached.")
    if missing:
        return problem(503, "not_ready", "Not ready", "Migrations are missing; run 'fullhouse migrate'.")
    return Answer(200, [JSON], json.dumps({"status": "ready"}).encode())


def metrics(shared_folder: str | None) -> Answer:
    """`GET /metrics`: Prometheus text. With several processes, `shared_folder` holds the counts of all of them."""
    registry = REGISTRY
    if shared_folder is not None:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, path=shared_folder)  # type: ignore[no-untyped-call] # no hints there
    return Answer(200, [(b"content-type", CONTENT_TYPE_LATEST.encode())], generate_latest(registry))
