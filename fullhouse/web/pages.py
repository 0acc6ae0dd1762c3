"""What is not the API: the first page, the interactive documentation, health and metrics."""

from importlib import resources

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from fullhouse.actions.deps import Deps
from fullhouse.web import measure
from fullhouse.web.api import health
from fullhouse.web.respond import response_of

LINKS = {"docs": "/docs", "openapi": "/openapi.json", "alive": "/healthz", "ready": "/readyz", "metrics": "/metrics"}
VENDOR = "/static/vendor/swagger-ui"


def build(deps: Deps, metrics_folder: str | None) -> APIRouter:
    """The pages of the installation itself."""
    router = APIRouter(include_in_schema=False)
    first_page = resources.files("fullhouse.web").joinpath("static", "index.html").read_text("utf-8")

    @router.get("/")
    async def home(request: Request) -> Response:
        # A browser asks for HTML by name; a program that takes anything gets JSON only when it says so.
        accepted = request.headers.get("accept", "*/*")
        if "application/json" in accepted and "text/html" not in accepted:
            return Response(_links_json(), media_type="application/json", headers={"vary": "accept"})
        return HTMLResponse(first_page, headers={"vary": "accept"})

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


def _links_json() -> bytes:
    links = ",".join(f'"{name}":"{path}"' for name, path in LINKS.items())
    return f'{{"name":"Full House","about":"Sells event tickets: every place exactly once.",{links}}}'.encode()
