"""A Stripe of the tests: the stand-in process, and before it a proxy that keeps idempotency keys and can misbehave."""

import asyncio
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import Enum, auto
from typing import Any

import httpx
import uvicorn

SECRET_KEY = "sk_test_12345"
WEBHOOK_SECRET = "whsec_tests"
CARD = {"type": "card", "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
GOOD_CARD = "4242424242424242"
BAD_CARD = "4000000000000341"
PATIENCE_SECONDS = 30


class Fault(Enum):
    """What happens to a call."""

    LOST = auto()
    """It never arrives."""
    ANSWER_LOST = auto()
    """It is done, but the answer is lost."""
    NONSENSE = auto()
    """It is done, and the answer is no JSON."""
    EMPTY = auto()
    """It is done, and the answer is JSON that says nothing."""
    SLOW = auto()
    """It is done, but the answer comes when nobody waits for it any more."""


def settings_for(url: str) -> dict[str, Any]:
    """Settings of a serving process that is paid by Stripe."""
    return {"stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET, "stripe_url": url}


@contextmanager
def stand_in() -> Iterator[str]:
    """The stand-in as a process of its own; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


class StripeDesk:
    """What Stripe is to its two sides: to us, who ask, and to a buyer, who pays."""

    def __init__(self, behind: str) -> None:
        self.url = ""
        self.faults: deque[Fault] = deque()
        self.slow_seconds = 3.0
        self.asked: list[str] = []
        self._kept: dict[str, tuple[bytes, int, bytes]] = {}
        self._keys: dict[str, asyncio.Lock] = {}
        self.behind = httpx.AsyncClient(base_url=behind, auth=(SECRET_KEY, ""), timeout=PATIENCE_SECONDS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a call on, as the faults will have it."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path = scope["path"]
        self.asked.append(f"{scope['method']} {path}")
        fault = self.faults.popleft() if self.faults else None
        status, answer = 503, b"<html>Service unavailable</html>"
        if fault is not Fault.LOST:
            status, answer = await self._passed_on(scope, path, dict(scope["headers"]), body)
        if fault is Fault.ANSWER_LOST:
            status, answer = 502, b"<html>Bad gateway</html>"
        if fault is Fault.NONSENSE:
            status, answer = 200, b"<html>Welcome</html>"
        if fault is Fault.EMPTY:
            status, answer = 200, b'{"object": "surprise"}'
        if fault is Fault.SLOW:
            await asyncio.sleep(self.slow_seconds)
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": answer})

    async def _passed_on(self, scope: Any, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        """Ask the stand-in; the same idempotency key gets the same answer, and is refused for other parameters."""
        key = headers.get(b"idempotency-key", b"").decode()
        async with self._keys.setdefault(key or f"none {len(self.asked)}", asyncio.Lock()):
            if key in self._kept:
                asked, status, answer = self._kept[key]
                if asked != path.encode() + body:
                    return 400, b'{"error": {"type": "idempotency_error", "message": "Other parameters."}}'
                return status, answer
            query = scope["query_string"].decode()
            content_type = {"content-type": "application/x-www-form-urlencoded"}
            got = await self.behind.request(scope["method"], f"{path}?{query}", content=body, headers=content_type)
            if key:
                self._kept[key] = (path.encode() + body, got.status_code, got.content)
            return got.status_code, got.content

    async def call(self, method: str, path: str, **form: str) -> Any:
        """Ask the stand-in directly."""
        answer = await self.behind.request(method, path, data=form or None)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def pay(self, intent_id: str, number: str = GOOD_CARD) -> None:
        """A buyer pays with a card, on Stripe's own form."""
        method = await self.call("POST", "/v1/payment_methods", **CARD, **{"card[number]": number})
        await self.call("POST", f"/v1/payment_intents/{intent_id}", payment_method=method["id"])
        confirmed = await self.behind.request("POST", f"/v1/payment_intents/{intent_id}/confirm")
        # A card that is declined is an answer, too.
        assert confirmed.status_code in {httpx.codes.OK, httpx.codes.PAYMENT_REQUIRED}, confirmed.text

    async def intents(self) -> list[Any]:
        """All that was ever begun."""
        return list((await self.call("GET", "/v1/payment_intents?limit=100"))["data"])

    async def refunds(self) -> list[Any]:
        """All that was ever sent back."""
        return list((await self.call("GET", "/v1/refunds?limit=100"))["data"])

    async def notice(self, intent_id: str, kind: str = "payment_intent.succeeded") -> bytes:
        """What Stripe says about a payment."""
        intent = await self.call("GET", f"/v1/payment_intents/{intent_id}")
        return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": intent}}).encode()


def signed(body: bytes, secret: str = WEBHOOK_SECRET, age_seconds: int = 0) -> dict[str, str]:
    """The headers of a notice, as Stripe signs it: HMAC-SHA-256 of its time and its body."""
    moment = int(time.time()) - age_seconds
    digest = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={moment},v1={digest}", "content-type": "application/json"}


@asynccontextmanager
async def open_desk(behind: str) -> AsyncIterator[StripeDesk]:
    """A proxy before the stand-in, which begins with nothing."""
    desk = StripeDesk(behind)
    await desk.behind.delete("/_config/data")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        desk.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(desk, lifespan="off", log_config=None, ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not server.started:  # noqa: ASYNC110 - the server has no event to wait for
                await asyncio.sleep(0.01)
        try:
            yield desk
        finally:
            server.force_exit = server.should_exit = True
            await task
            await desk.behind.aclose()
