"""What is neither the API nor a page for people: the interactive documentation, health and metrics."""

from fastapi import APIRouter, Response

from fullhouse.actions.deps import Deps
from fullhouse.web import measure
from fullhouse.web.api import health
from fullhouse.web.http import Answer
from fullhouse.web.pages.headers import DOCS_POLICY, secured
from fullhouse.web.pages.language import SOURCE
from fullhouse.web.pages.page import HTML, environment
from fullhouse.web.pages.visitor import CurrentVisitor
from fullhouse.web.respond import response_of

LINKS = {"docs": "/docs", "openapi": "/openapi.json", "alive": "/healthz", "ready": "/readyz", "metrics": "/metrics"}


def build(deps: Deps, metrics_folder: str | None) -> APIRouter:
    """The pages of the installation itself."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs(visitor: CurrentVisitor) -> Response:
        html = environment(SOURCE).get_template("docs.html").render()
        safe = secured(is_https=visitor.site.is_https, policy=DOCS_POLICY)
        return response_of(Answer(200, [HTML, *safe], html.encode()))

    @router.get("/healthz")
    async def alive() -> Response:
        return response_of(health.alive())

    @router.get("/readyz")
    async def ready() -> Response:
        return response_of(await health.ready(deps))

    @router.get("/metrics")
    async def metrics() -> Response:
        measure.hand_over()
        return response_of(health.metrics(metrics_folder))

    return router


def links() -> Response:
    """What the first page says to a program that asks for JSON."""
    pairs = ",".join(f'"{name}":"{path}"' for name, path in LINKS.items())
    body = f'{{"name":"Full House","about":"Sells event tickets: every place exactly once.",{pairs}}}'
    return Response(body, media_type="application/json", headers={"vary": "accept"})
