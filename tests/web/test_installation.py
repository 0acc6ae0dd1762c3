"""The pages of the installation itself: the first page, the documentation, health and metrics."""

import asyncio
import json
import re
from typing import Any

import httpx
import psycopg
import pytest
from jsonschema_rs import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import make_conninfo
from pydantic import BaseModel
from schemathesis.specs.openapi import definitions

from fullhouse.web.api.offer_shapes import FeeShape, PoolShape, TicketTypeShape
from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.api.promo_shapes import PromoCodeShape
from fullhouse.web.api.shapes import AvailabilityShape, BookingShape, EventShape, ProblemShape
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event, post_booking
from tests.web.conftest import Served
from tests.web.offering import BODIES, KINDS, listed, new, url_of

PAGES = {("get", path) for path in ("/", "/docs", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml")}
"""For people and for who watches over the server; the document is about the API."""

CALLS = {(method.lower(), path) for method, path in PERMISSIONS if not path.startswith(("/shop", "/console"))} - PAGES

KEYLESS = {
    ("post", "/payments/stripe/events"),
    ("post", "/payments/bank_transfer/statements"),
    ("post", "/organizers/{organizer_id}/payments/bank_transfer/statements"),
    ("delete", "/organizers/{organizer_id}/test-data"),
    ("post", "/organizers/{organizer_id}/wording/{kind}/{language}/preview"),
    ("post", "/unsubscriptions/{token}"),
}
"""Writes that take no `Idempotency-Key`: what they tell is known by its content, or again is how they go on."""

SIGNING_IN = {
    ("post", "/sessions"),
    ("post", "/setup"),
    ("delete", "/sessions/current"),
    ("delete", "/me/sessions"),
    ("delete", "/me/sessions/{session_id}"),
    ("post", "/me/totp"),
    ("post", "/me/totp/confirmation"),
    ("post", "/me/recovery-codes"),
    ("post", "/me/passkey-options"),
    ("post", "/me/passkeys"),
    ("post", "/sessions/second-factor"),
    ("post", "/sessions/passkey-options"),
    ("post", "/sessions/passkey"),
    ("put", "/me/password"),
    ("post", "/password-resets"),
    ("post", "/password-resets/completion"),
    ("post", "/invitations/acceptance"),
}
"""Calls about signing in that take none either: their answers have secrets, which are not kept to be told again."""


async def test_the_first_page_is_html_or_json_as_the_client_asks(client: httpx.AsyncClient) -> None:
    html = ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "", "text/html", "application/json, text/html", "x"]
    for accept in html:
        answer = await client.get("/", headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert 'href="/docs"' in answer.text
    for accept in ("application/json", "application/json, */*;q=0.1", "application/json;charset=utf-8"):
        answer = await client.get("/", headers={"accept": accept})
        assert answer.headers["content-type"] == "application/json"
        links = answer.json()
        assert links["name"] == "Full House"
        for name in ("docs", "openapi", "alive", "ready", "metrics"):
            assert (await client.get(links[name])).status_code == 200


async def test_both_forms_of_the_first_page_say_that_they_vary(client: httpx.AsyncClient) -> None:
    for accept in ("text/html", "application/json"):
        assert "accept" in (await client.get("/", headers={"accept": accept})).headers["vary"].lower().split(", ")


async def test_the_documentation_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/docs", "/"):
        # Its own address in full is what search engines are told.
        page = (await client.get(path)).text.replace(str(client.base_url).rstrip("/"), "")
        assert not re.search(r"""(?:src|href|url)\s*[=:]\s*["']?(?:https?:)?//""", page), path
        assert "http://" not in page
        assert "https://" not in page
    answer = await client.get("/docs")
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = answer.text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assets = re.findall(r"""(?:src|href)="(/[^"]+)\"""", page)
    assert len(assets) == 4
    for asset in assets:
        answer = await client.get(asset)
        assert answer.status_code == 200, asset
        assert len(answer.content) > 300
        assert "immutable" in answer.headers["cache-control"]
    styles = (await client.get(next(asset for asset in assets if asset.endswith(".css")))).text
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", styles)
    script = (await client.get(next(asset for asset in assets if "docs" in asset))).text
    assert 'url: "/openapi.json"' in script
    assert "validatorUrl: null" in script


async def test_the_document_is_openapi_3_1_and_tells_every_call(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1.")
    assert {(method, path) for path, item in document["paths"].items() for method in item} == CALLS
    for path, item in document["paths"].items():
        for method, call in item.items():
            assert call["description"], (method, path)
            assert call["responses"].keys() & {"200", "201", "202", "204", "303"}
            named = {parameter["name"] for parameter in call.get("parameters", []) if parameter["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))
            is_keyless = path.endswith("quotes") or (method, path) in KEYLESS | SIGNING_IN
            takes_key = method != "get" and not is_keyless
            assert len([p for p in call.get("parameters", []) if p["name"] == "Idempotency-Key"]) == takes_key


async def test_the_document_is_valid_openapi_open_and_closed(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient
) -> None:
    validator = definitions.OPENAPI_31_VALIDATOR
    for visitor in (client, closed_client):
        document = (await visitor.get("/openapi.json")).json()
        assert [f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(document)] == []


async def test_every_schema_of_the_document_is_one(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = list(_schemas(document))
    assert len(schemas) > 30
    for schema in schemas:
        Draft202012Validator({**schema, "components": document.get("components", {})})


def _schemas(part: Any) -> Any:
    """Every JSON Schema that stands in the document."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name == "schema":
                yield inner
            yield from _schemas(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _schemas(inner)


async def test_real_answers_have_the_documented_shapes(client: httpx.AsyncClient, event: Json) -> None:
    EventShape.model_validate_json((await client.get(f"/events/{event['id']}")).content)
    EventShape.model_validate(event)
    AvailabilityShape.model_validate_json((await client.get(f"/events/{event['id']}/availability")).content)
    booking = await new_booking(client, event["id"])
    BookingShape.model_validate(booking)
    BookingShape.model_validate_json((await client.patch(f"/bookings/{booking['id']}/cancel")).content)
    for answer in (await client.get(f"/events/{NOBODY}"), await post_booking(client, event["id"], 50)):
        ProblemShape.model_validate_json(answer.content)


@pytest.mark.parametrize(
    ("kind", "shape", "changes"),
    [
        ("pools", PoolShape, {"name": "Other"}),
        ("ticket-types", TicketTypeShape, {"name": "Other"}),
        ("fees", FeeShape, {"name": "Other"}),
        ("promo-codes", PromoCodeShape, {"code": "Other"}),
    ],
)
async def test_what_an_event_offers_has_the_documented_shapes(
    client: httpx.AsyncClient, event: Json, kind: str, shape: type[BaseModel], changes: Json
) -> None:
    made = await new(client, event, kind)
    answer = await client.patch(url_of(event, kind, made), json=changes)
    for thing in (made, answer.json(), *await listed(client, event, kind)):
        shape.model_validate(thing)
        assert list(thing) == list(shape.model_fields)


async def test_it_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


async def test_without_migrations_it_is_alive_but_not_ready(client: httpx.AsyncClient, conninfo: str) -> None:
    with psycopg.connect(conninfo) as conn:
        conn.execute("DELETE FROM schema_migrations")
    assert "migrate" in assert_problem(await client.get("/readyz"), 503, "not_ready")["detail"]
    with psycopg.connect(conninfo) as conn:
        conn.execute("DROP TABLE schema_migrations")
    assert_problem(await client.get("/readyz"), 503, "not_ready")
    assert (await client.get("/healthz")).status_code == 200


async def test_without_a_database_it_is_alive_and_everything_else_says_so(served: Served, conninfo: str) -> None:
    away = make_conninfo(conninfo, host="/nowhere")
    async with (
        served(conninfo=away, wait_seconds_max=0.5) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        assert (await client.get("/healthz")).status_code == 200
        assert_problem(await client.get("/readyz"), 503, "not_ready")
        assert (await client.get("/metrics")).status_code == 200
        answers = await asyncio.gather(
            client.get("/events"),
            client.get(f"/events/{NOBODY}"),
            client.get(f"/events/{NOBODY}/availability"),
            client.get(f"/bookings/{NOBODY}"),
            client.patch(f"/bookings/{NOBODY}/cancel"),
            post_booking(client, NOBODY),
            client.post("/events", json={"name": "x", "venue": "y", "date": "2041-01-01T00:00:00Z", "total_seats": 1}),
            *(client.get(url_of({"id": NOBODY}, kind)) for kind in KINDS),
            *(client.post(url_of({"id": NOBODY}, kind), json=BODIES[kind]()) for kind in KINDS),
        )
        wrong = [(answer.request.method, answer.url.path, answer.status_code) for answer in answers]
        assert [one for one in wrong if one[2] != 503] == []
        for answer in answers:
            assert_problem(answer, 503, "busy")
            assert answer.headers["retry-after"] == "1"


async def test_metrics_count_what_happened(client: httpx.AsyncClient, event: Json) -> None:
    before = await _figures(client)
    booking = await new_booking(client, event["id"], 12)
    await post_booking(client, event["id"])
    await client.patch(f"/bookings/{booking['id']}/cancel")
    await client.get("/nothing")
    await client.get("/events")
    after = await _figures(client)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert grown['fullhouse_engine_requests_total{"outcome": "booked"}'] == 1
    assert grown['fullhouse_engine_requests_total{"outcome": "not_enough_seats"}'] == 1
    assert grown['fullhouse_engine_requests_total{"outcome": "cancelled"}'] == 1
    assert grown['fullhouse_http_answers_total{"status": "201"}'] == 1
    assert grown['fullhouse_http_answers_total{"status": "404"}'] == 1
    assert grown['fullhouse_http_answers_total{"status": "409"}'] == 1
    assert grown['fullhouse_http_answers_total{"status": "200"}'] == 3, "the cancellation, the list, the first figures"
    assert grown['fullhouse_engine_batch_requests_count{"lane": "shared"}'] == 3


async def _figures(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        f"{sample.name}{json.dumps(sample.labels)}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_no_page_has_an_id_of_a_booking_in_its_figures(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    booking = await new_booking(client, event["id"])
    await client.get(f"/bookings/{booking['id']}")
    text = (await client.get("/metrics")).text
    assert booking["id"] not in text
    assert event["id"] not in text


@pytest.mark.parametrize("path", ["/static/vendor/swagger-ui/LICENSE", "/static/vendor/swagger-ui/NOTICE"])
async def test_the_licence_of_what_is_not_ours_is_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200
