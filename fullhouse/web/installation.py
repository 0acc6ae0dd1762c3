"""What is neither the API nor a page for people: the interactive documentation, health and metrics."""

from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html

from fullhouse.actions.deps import Deps
from fullhouse.web import measure
from fullhouse.web.api import health
from fullhouse.web.respond import response_of

LINKS = {"docs": "/docs", "openapi": "/openapi.json", "alive": "/healthz", "ready": "/readyz", "metrics": "/metrics"}
VENDOR = "/static/vendor/swagger-ui"


def build(deps: Deps, metrics_folder: str | None) -> APIRouter:
    """The pages of the installation itself."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Full House API",
            swagger_js_url=f"{VENDOR}/swagger-ui-bundle.js",
            swagger_css_url=f"{VENDOR}/swagger-ui.css",
            swagger_favicon_url=f"{VENDOR}/favicon-32x32.png",
            # Otherwise a validator on the internet would be asked.
            swagger_ui_parameters={"validatorUrl": None},
        )

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
