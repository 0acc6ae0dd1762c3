"""The web application: the framework with all routes, behind the front door."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import Refusal
from fullhouse.web import installation
from fullhouse.web.api import (
    factor_routes,
    mail_routes,
    member_routes,
    offer_routes,
    password_routes,
    promo_routes,
    routes,
    session_routes,
    webhook_routes,
)
from fullhouse.web.auth import SAFE_METHODS
from fullhouse.web.call import Call
from fullhouse.web.console import routes as console_routes
from fullhouse.web.errors import defect, problem, refused
from fullhouse.web.front_door import DoorSettings, FrontDoor
from fullhouse.web.gate import let_in
from fullhouse.web.http import AsgiApp, Headers, Scope, reason
from fullhouse.web.pages import refused as refused_pages
from fullhouse.web.pages import sent, tokens
from fullhouse.web.pages.paths import is_page
from fullhouse.web.pages.static_files import HashedFiles
from fullhouse.web.pages.visitor import Site
from fullhouse.web.pages.zipped import ZippedPages
from fullhouse.web.respond import response_of
from fullhouse.web.shop import routes as shop_routes
from fullhouse.web.who import acts

Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]

DESCRIPTION = (
    "Full House sells event tickets: every place exactly once. Errors are problem details with a stable `code`. "
    "Send an `Idempotency-Key` with every write, so that a retry never books twice."
)


class WebSettings(NamedTuple):
    """What the web application has to know of the settings."""

    door: DoorSettings
    version: str
    num_seats_max: int
    metrics_folder: str | None
    stripe_publishable_key: str | None = None


def build(deps: Deps, settings: WebSettings, lifespan: Lifespan) -> AsgiApp:
    """The whole application, ready for an ASGI server."""
    framework = FastAPI(
        title="Full House",
        version=settings.version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(partial(_let_in, deps))],
        redirect_slashes=False,
    )
    routers = [
        routes.build(deps, num_seats_max=settings.num_seats_max, is_open=settings.door.is_open),
        offer_routes.build(deps, is_open=settings.door.is_open),
        promo_routes.build(deps, is_open=settings.door.is_open),
        webhook_routes.build(deps, is_open=settings.door.is_open),
        session_routes.build(deps),
        factor_routes.build(deps),
        password_routes.build(deps),
        member_routes.build(deps, is_open=settings.door.is_open),
        mail_routes.build(deps, is_open=settings.door.is_open),
        installation.build(deps, settings.metrics_folder),
        shop_routes.build(deps),
        console_routes.build(deps),
    ]
    for router in routers:
        framework.include_router(router)
    framework.state.routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    site = Site(deps.mail_terms.public_url, settings.door.is_open, settings.stripe_publishable_key)
    framework.state.site = site
    framework.mount("/static", HashedFiles())
    framework.add_middleware(ZippedPages)
    framework.add_exception_handler(Refusal, _refused)
    framework.add_exception_handler(RequestValidationError, _not_valid)
    framework.add_exception_handler(HTTPException, _not_served)
    framework.add_exception_handler(Exception, _defect)
    return FrontDoor(framework, deps, settings.door, site)


async def _let_in(deps: Deps, request: Request) -> None:
    """Before any route of the framework: the gate, which knows the route by its template."""
    scope = request.scope
    method, template, ids = scope["method"], scope["route"].path, request.path_params
    call = scope["fullhouse.call"] = await let_in(deps, scope["fullhouse.call"], method, template, ids)
    acts(call.caller, method, template, ids)
    if is_page(scope["path"], call.headers) and method not in SAFE_METHODS:
        # Here, so that no page can forget it.
        scope["fullhouse.sent"] = form = await sent.read(call)
        tokens.check(call, form.first(tokens.FIELD), is_https=request.app.state.site.is_https)


def _page_of(request: Request) -> tuple[Site, Scope, Headers] | None:
    """What a page about a refusal is made of, if the request is one for a page."""
    call: Call = request.scope["fullhouse.call"]
    if not is_page(request.scope["path"], call.headers):
        return None
    return request.app.state.site, request.scope, call.headers


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    page = _page_of(request)
    return response_of(refused(error) if page is None else refused_pages.refused(*page, error))


async def _not_valid(request: Request, error: Exception) -> Response:
    """What the framework found wrong in a query parameter."""
    if not isinstance(error, RequestValidationError):
        raise error
    page = _page_of(request)
    if page is not None:
        return response_of(refused_pages.not_served(*page, 422))
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "query"
    title = "The request is not valid"
    return response_of(problem(422, "validation_failed", title, f"{field}: {reason(first['msg'])}.", {"field": field}))


async def _not_served(request: Request, error: Exception) -> Response:
    """A path or a method that there is not."""
    if not isinstance(error, HTTPException):
        raise error
    codes = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Method not allowed")}
    code, title = codes.get(error.status_code, ("not_served", "Not served"))
    page = _page_of(request)
    if page is None:
        response = response_of(problem(error.status_code, code, title, f"{title}. See /docs for what there is."))
    else:
        response = response_of(refused_pages.not_served(*page, error.status_code))
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["allow"] = _allowed(request) or response.headers["allow"]
    return response


def _allowed(request: Request) -> str:
    """All methods of a path; the framework itself knows only those of the first route that it met."""
    found: list[APIRoute] = request.app.state.routes
    methods = {m for route in found if route.matches(request.scope)[0] is not Match.NONE for m in route.methods or ()}
    return ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))


async def _defect(request: Request, _: Exception) -> Response:
    """The framework logs the exception itself; the caller gets the id that is on the log line of the request."""
    request_id = request.scope["fullhouse.request_id"]
    page = _page_of(request)
    return response_of(defect(request_id) if page is None else refused_pages.defect(*page, request_id))
