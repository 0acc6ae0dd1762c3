"""The web application: the framework with all routes, behind the front door."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from http import HTTPStatus
from importlib import resources
from typing import NamedTuple, TypeAlias

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import Match

from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import Refusal
from fullhouse.web import pages
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
from fullhouse.web.errors import defect, problem, refused
from fullhouse.web.front_door import DoorSettings, FrontDoor
from fullhouse.web.gate import let_in
from fullhouse.web.http import AsgiApp, reason
from fullhouse.web.respond import response_of
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
        pages.build(deps, settings.metrics_folder),
    ]
    for router in routers:
        framework.include_router(router)
    framework.state.routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    static = resources.files("fullhouse.web").joinpath("static")
    framework.mount("/static", StaticFiles(directory=str(static)))
    framework.add_exception_handler(Refusal, _refused)
    framework.add_exception_handler(RequestValidationError, _not_valid)
    framework.add_exception_handler(HTTPException, _not_served)
    framework.add_exception_handler(Exception, _defect)
    return FrontDoor(framework, deps, settings.door)


async def _let_in(deps: Deps, request: Request) -> None:
    """Before any route of the framework: the gate, which knows the route by its template."""
    scope = request.scope
    method, template, ids = scope["method"], scope["route"].path, request.path_params
    call = scope["fullhouse.call"] = await let_in(deps, scope["fullhouse.call"], method, template, ids)
    acts(call.caller, method, template, ids)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return response_of(refused(error))


async def _not_valid(_: Request, error: Exception) -> Response:
    """What the framework found wrong in a query parameter."""
    if not isinstance(error, RequestValidationError):
        raise error
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
    response = response_of(problem(error.status_code, code, title, f"{title}. See /docs for what there is."))
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
    return response_of(defect(request.scope["fullhouse.request_id"]))
