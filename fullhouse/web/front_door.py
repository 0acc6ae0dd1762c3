"""The outermost part of the program: what holds for every request, and the few hottest calls without the framework."""

import contextlib
import itertools
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from fullhouse.actions.acting import calling
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import Refusal, ValidationFailed
from fullhouse.web import measure
from fullhouse.web.api import bookings, events, live
from fullhouse.web.auth import OWNER, Caller, caller_of, keep_local
from fullhouse.web.call import Call
from fullhouse.web.errors import defect, refused
from fullhouse.web.event_stream import EventStream
from fullhouse.web.gate import ORGANIZER_HEADER, let_in
from fullhouse.web.http import Answer, AsgiApp, ClientGoneError, Headers, Message, Receive, Scope, Send, read_body
from fullhouse.web.pages import refused as refused_pages
from fullhouse.web.pages.paths import is_page
from fullhouse.web.pages.visitor import Site
from fullhouse.web.uploads import upload_of
from fullhouse.web.visits import address_of
from fullhouse.web.who import acts, is_logged

log = logging.getLogger(__name__)

HotCall: TypeAlias = Callable[[Deps, Call], Awaitable[Answer]]
HotCallOfOne: TypeAlias = Callable[[Deps, Call, str], Awaitable[Answer | EventStream]]


class OfOne(NamedTuple):
    """A hot call of one thing: what stands before the thing's id in the path, the id's name, and the function."""

    head: str
    id_name: str
    answer: HotCallOfOne


HOT: dict[tuple[str, str], HotCall] = {("POST", "/bookings"): bookings.book}
HOT_OF_ONE: dict[tuple[str, str], OfOne] = {
    ("GET", "availability"): OfOne("/events/", "event_id", events.availability),
    # What the framework keeps for a call would be kept for each stream as long as it is open.
    ("GET", "live"): OfOne("/events/", "event_id", live.show),
    ("POST", "confirmation"): OfOne("/bookings/", "booking_id", bookings.confirm),
    ("PATCH", "cancel"): OfOne("/bookings/", "booking_id", bookings.cancel),
}
"""By method and last part of the path, the rest of which is a head and an id."""

_ID = re.compile(r"([0-9a-fA-F]{8})-[0-9a-fA-F]{4}-[0-9a-fA-F-]+")

SINGLE_HEADERS = (
    b"host",
    b"origin",
    b"authorization",
    b"cookie",
    b"content-type",
    b"content-length",
    b"idempotency-key",
    ORGANIZER_HEADER,
)
"""Of these a request may have one; with two, two readers could disagree about which counts."""


WATCHED = ("/healthz", "/readyz", "/metrics")
"""Asked for every few seconds by whoever watches over the server: worth a line only when something is wrong."""


class DoorSettings(NamedTuple):
    """What the front door lets in, and how much of it is logged."""

    is_open: bool
    body_bytes_max: int
    log_sample: int
    proxies: frozenset[str] = frozenset()
    """Addresses whose `X-Forwarded-For` is believed."""
    image_bytes_max: int = 10_485_760
    """For pictures, in place of `body_bytes_max`."""


class FrontDoor:
    """An ASGI application around the framework's. Every refusal and every defect becomes a problem here."""

    def __init__(self, app: AsgiApp, deps: Deps, settings: DoorSettings, site: Site) -> None:
        """Hand what is not hot on to `app`, with the call in `scope["fullhouse.call"]`."""
        self._app = app
        self._deps = deps
        self._settings = settings
        self._site = site
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        if is_head:
            # HEAD is GET without the body (RFC 9110, section 9.3.2); the server leaves that out.
            scope = {**scope, "method": "GET", "fullhouse.is_head": True}
        number = next(self._numbers)
        request_id = f"{self._prefix}-{number:x}"
        started = time.perf_counter()
        try:
            headers = _headers(scope)
            if self._settings.is_open:
                keep_local(scope.get("client"), headers)
                caller = OWNER
            else:
                caller = await caller_of(self._deps, scope["method"], headers)
            body = await read_body(receive, headers, await self._body_bytes_max(scope, headers, caller))
            call = Call(headers, body, caller, address_of(scope.get("client"), headers, self._settings.proxies))
            with _acting(scope, call):
                answer = await self._hot(scope, call)
                if answer is None:
                    await self._through_framework(scope, call, receive, send, request_id, started)
                    return
                if isinstance(answer, EventStream):
                    answer.raw_headers.append((b"x-request-id", request_id.encode()))
                    measure.answered(answer.status_code)
                    await answer(scope, receive, send)
                    return
        except Refusal as refusal:
            answer = self._refused(scope, refusal)
        except ClientGoneError:
            return
        except Exception:
            log.exception("defect", extra={"request_id": request_id, "path": _shown(scope["path"])})
            answer = defect(request_id)
        await _send(send, answer, request_id, is_head=is_head)
        if number % self._settings.log_sample == 0 or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log(scope, answer.status, request_id, started)
        measure.answered(answer.status)

    def _refused(self, scope: Scope, refusal: Refusal) -> Answer:
        """A refusal before the framework, or of a hot call: a problem, or a page where there are pages."""
        headers = dict(scope["headers"])
        if is_page(scope["path"], headers):
            return refused_pages.refused(self._site, scope, headers, refusal)
        return refused(refusal)

    async def _body_bytes_max(self, scope: Scope, headers: Headers, caller: Caller) -> int:
        """How large the body may be. Before a picture is read, the gate is asked whether the caller may upload it."""
        upload = upload_of(scope["method"], scope["path"])
        if upload is None:
            return self._settings.body_bytes_max
        await let_in(self._deps, Call(headers, b"", caller), scope["method"], *upload)
        return self._settings.image_bytes_max

    async def _hot(self, scope: Scope, call: Call) -> Answer | EventStream | None:
        """Answer one of the hottest calls, or None when it is none of them."""
        method: str = scope["method"]
        path: str = scope["path"]
        hot = HOT.get((method, path))
        if hot is not None:
            call = await let_in(self._deps, call, method, path, {})
            acts(call.caller, method, path, {})
            return await hot(self._deps, call)
        # Those of one thing: its id stands between head and last part.
        front, _, last = path.rpartition("/")
        found = HOT_OF_ONE.get((method, last))
        if found is None or not front.startswith(found.head):
            return None
        one_id = front[len(found.head) :]
        if "/" in one_id:
            return None
        template = f"{found.head}{{{found.id_name}}}/{last}"
        call = await let_in(self._deps, call, method, template, {found.id_name: one_id})
        acts(call.caller, method, template, {found.id_name: one_id})
        return await found.answer(self._deps, call, one_id)

    async def _through_framework(
        self, scope: Scope, call: Call, receive: Receive, send: Send, request_id: str, started: float
    ) -> None:
        """Let the framework route the call, with the body that is already read."""
        status = 500
        is_read = False

        async def receive_body() -> Message:
            nonlocal is_read
            if is_read:
                # A long answer listens for the end of the connection meanwhile.
                return await receive()
            is_read = True
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        scope["fullhouse.call"] = call
        scope["fullhouse.request_id"] = request_id
        try:
            await self._app(scope, receive_body, send_with_id)
        except Exception:
            # The framework has already answered it, and raises it so that it is logged.
            log.exception("defect", extra={"request_id": request_id, "path": _shown(scope["path"])})
        finally:
            _log(scope, status, request_id, started)
            measure.answered(status)


def _acting(scope: Scope, call: Call) -> contextlib.AbstractContextManager[None]:
    """Let the audit log know who acts. What writes nothing into it is not made to wait for that."""
    if not is_logged(scope, call.body):
        return _NOT_LOGGED
    return calling(call.address or None)


_NOT_LOGGED = contextlib.nullcontext()


def _headers(scope: Scope) -> Headers:
    """The headers by name. Raises ValidationFailed when one that decides something comes twice."""
    pairs = scope["headers"]
    headers = dict(pairs)
    if len(headers) != len(pairs):
        names = [name for name, _ in pairs]
        for name in SINGLE_HEADERS:
            if names.count(name) > 1:
                raise ValidationFailed(f"{name.decode()}: send this header once.", field=name.decode())
    return headers


async def _send(send: Send, answer: Answer, request_id: str, *, is_head: bool) -> None:
    status, headers, body = answer
    headers.append((b"content-length", b"%d" % len(body)))
    headers.append((b"x-request-id", request_id.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body})


def _log(scope: Scope, status: int, request_id: str, started: float) -> None:
    log.log(
        logging.DEBUG if scope["path"] in WATCHED and status < HTTPStatus.BAD_REQUEST else logging.INFO,
        "request",
        extra={
            "method": scope["method"],
            "path": _shown(scope["path"]),
            "status": status,
            "milliseconds": round((time.perf_counter() - started) * 1000, 2),
            "request_id": request_id,
        },
    )


def _shown(path: str) -> str:
    """A path without what opens something: a booking's id is its buyer's key, also in a path that is mistyped."""
    return _ID.sub(r"\1…", path)
