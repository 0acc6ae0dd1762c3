"""The log: one JSON object a line, with an id for each request, and nothing in it that opens anything."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from fullhouse.cli import logs
from fullhouse.store import event as stored_event
from tests.web.asking import NOBODY, Json, assert_problem, event_body, new_booking, post_booking
from tests.web.conftest import Served
from tests.web.test_auth import bearer, make_key


class Log:
    """What is written to standard error, as the program writes it."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        """All of it."""
        return self._stream.getvalue()

    def lines(self) -> list[Json]:
        """Every line is one JSON object."""
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, answer: httpx.Response) -> list[Json]:
        """The lines of one request."""
        return [line for line in self.lines() if line.get("request_id") == answer.headers["x-request-id"]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The program's own logging, for a while; what the client of the tests says is left out."""
    root = logging.getLogger()
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    before = root.handlers, root.level
    logs.configure("info", "json")
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield Log(stream)
    root.handlers, level = before
    root.setLevel(level)


async def test_a_request_is_one_line(client: httpx.AsyncClient, log: Log) -> None:
    answers = [await client.get("/events?q=secret"), await client.get("/nothing"), await client.put("/bookings")]
    for answer in answers:
        (line,) = log.of(answer)
        assert line["event"] == "request"
        assert line["level"] == "info"
        assert line["status"] == answer.status_code
        assert line["method"] == answer.request.method
        assert line["path"] == answer.request.url.path
        assert line["milliseconds"] >= 0
        assert line["timestamp"].endswith("Z")
    assert len(log.lines()) == 3


async def test_the_hot_calls_are_sampled(served: Served, event: Json, log: Log) -> None:
    async with served(log_sample=5) as url, httpx.AsyncClient(base_url=url) as client:
        for _ in range(10):
            await post_booking(client, event["id"])
    assert [line["path"] for line in log.lines()] == ["/bookings", "/bookings"]


async def test_what_opens_something_is_not_logged(closed_client: httpx.AsyncClient, conninfo: str, log: Log) -> None:
    text = await make_key(conninfo)
    headers = {**bearer(text), "idempotency-key": "key-of-a-buyer"}
    event = (await closed_client.post("/events", json=event_body(), headers=headers)).json()
    booking = await new_booking(closed_client, event["id"])
    paths = ["/bookings/{}", "/bookings/{}/", "/bookings/{}/nothing", "/bookings//{}", "/x/bookings/{}", "/Bookings/{}"]
    paths += ["/bookings/%20{}", "/bookings%2F{}", "/bookings/{}?key={}", "/{}", "/events/{}"]
    for path in paths:
        await closed_client.get(path.replace("{}", booking["id"]), headers=headers)
        await closed_client.get(path.replace("{}", booking["id"].upper()), headers=headers)
    await closed_client.patch(f"/bookings/{booking['id']}/cancel/", headers=headers)
    assert len(log.lines()) >= 2 * len(paths)
    assert text not in log.text
    assert "key-of-a-buyer" not in log.text
    leaked = [line["path"] for line in log.lines() if booking["id"] in line["path"].lower()]
    assert leaked == []
    assert f"/bookings/{booking['id'][:8]}…/cancel/" in [line["path"] for line in log.lines()]


async def test_a_line_stays_one_whatever_the_path_holds(client: httpx.AsyncClient, log: Log) -> None:
    for path in ("/a%0Ab", '/"', "/%22%7D%0A%7B", "/%1b[31m", "/%E2%80%A8", "/%FF", "/%00"):
        answer = await client.get(path)
        assert_problem(answer, 404, "not_found")
    assert len(log.lines()) == 7


async def _broken(*_: object) -> None:
    raise RuntimeError("the shelf fell down")


async def test_a_defect_gives_its_id_alone_and_the_log_has_the_rest(
    served: Served, conninfo: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = await make_key(conninfo)
    headers = {**bearer(text), "idempotency-key": "key-of-a-buyer"}
    async with served(is_open=False) as url, httpx.AsyncClient(base_url=url) as client:
        await client.get("/events", headers=headers)
        monkeypatch.setattr(stored_event, "create", _broken)
        monkeypatch.setattr(stored_event, "page", _broken)
        answers = [await client.post("/events", json=event_body(), headers=headers)]
        answers.append(await client.get("/events", headers=headers))
        monkeypatch.undo()
        again = await client.get("/events", headers=headers)
        assert again.status_code == 200
    for answer in answers:
        body = assert_problem(answer, 500, "internal_error")
        assert body["request_id"] == answer.headers["x-request-id"]
        assert "shelf" not in answer.text
        assert "Traceback" not in answer.text
        assert any("the shelf fell down" in json.dumps(line) for line in log.of(answer))
    assert text not in log.text, "a traceback must not show the local variables"
    assert "key-of-a-buyer" not in log.text


async def test_a_defect_is_told_once_and_the_connection_lives_on(
    served: Served, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_event, "page", _broken)
    async with served() as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/events")
    assert_problem(answer, 500, "internal_error")
    faults = [line for line in log.lines() if line["level"] == "error"]
    assert [line["request_id"] for line in faults if "request_id" in line] == [answer.headers["x-request-id"]]
    assert len(faults) == 1, [line["event"] for line in faults]
    assert [line["status"] for line in log.of(answer) if line["event"] == "request"] == [500]


async def test_a_defect_on_the_hot_path_gives_its_id_alone(
    client: httpx.AsyncClient, log: Log, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fullhouse.actions.booking.book", _broken)
    answer = await post_booking(client, event["id"])
    body = assert_problem(answer, 500, "internal_error")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "shelf" not in answer.text
    defects = [line for line in log.of(answer) if line["event"] == "defect"]
    assert len(defects) == 1
    assert "the shelf fell down" in json.dumps(defects)
    assert event["id"] not in log.text, "a traceback must not show the local variables"


async def test_a_batch_that_fails_by_a_defect_tells_nothing_of_it(
    client: httpx.AsyncClient, log: Log, event: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fullhouse.engine.batch.decide", lambda *_: 1 / 0)
    answer = await post_booking(client, event["id"])
    assert_problem(answer, 500, "internal_error")
    assert "division" not in answer.text
    assert "ZeroDivisionError" in log.text
    monkeypatch.undo()
    assert (await post_booking(client, event["id"])).status_code == 201


async def test_lines_for_people_are_no_json(client: httpx.AsyncClient, log: Log) -> None:
    stream = io.StringIO()
    logs.configure("info", "console")
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    await client.get(f"/bookings/{NOBODY}")
    assert "/bookings/01900000…" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
