"""The headers of pages, and the files that they are made with."""

import re

import httpx
import pytest

from fullhouse.web.pages.static_files import static
from tests.web.conftest import Served
from tests.web.pages.browsing import BROWSER

PAGE = "/console/sign-in"


async def test_a_page_lets_nothing_in_from_elsewhere_and_into_nobodys_frame(closed_client: httpx.AsyncClient) -> None:
    headers = (await closed_client.get(PAGE, headers=BROWSER)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    ("path", "kept"), [("/", "private, no-cache"), (PAGE, "no-store"), ("/shop/bookings/nothing", "no-store")]
)
async def test_a_page_is_kept_for_who_reads_it_alone_and_a_secret_one_for_nobody(
    closed_client: httpx.AsyncClient, path: str, kept: str
) -> None:
    headers = (await closed_client.get(path, headers=BROWSER)).headers
    assert headers["cache-control"] == kept
    assert {"Accept-Language", "Cookie"} <= set(headers["vary"].split(", "))


async def test_behind_tls_browsers_are_told_to_stay_there(served: Served) -> None:
    serving = served(is_open=False, public_url="https://tickets.example/")
    async with serving as url, httpx.AsyncClient(base_url=url) as visitor:
        headers = (await visitor.get(PAGE, headers=BROWSER)).headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["set-cookie"].startswith("__Host-fullhouse_visitor=")
    assert headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")


async def test_nothing_in_a_page_is_inline(closed_client: httpx.AsyncClient) -> None:
    text = (await closed_client.get(PAGE, headers=BROWSER)).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


async def test_what_a_page_is_made_with_is_kept_for_ever_and_sent_compressed(closed_client: httpx.AsyncClient) -> None:
    page = await closed_client.get(PAGE, headers=BROWSER)
    assert page.headers["content-encoding"] == "gzip"
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(files) >= 3
    for file in files:
        zipped = await closed_client.get(file)
        assert zipped.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert zipped.headers["content-encoding"] == "gzip"
        plain = await closed_client.get(file, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == zipped.content
        assert plain.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/static/style.000000000000.css", "/static/..%2fapp.000000000000.py", "/static/nothing.0123456789ab.css"],
)
async def test_a_file_is_not_found_by_another_hash(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_file_is_still_there_by_its_name(client: httpx.AsyncClient) -> None:
    by_name = await client.get("/static/style.css")
    assert by_name.content == (await client.get(static("style.css"))).content
    assert "immutable" not in by_name.headers.get("cache-control", "")


async def test_the_api_is_not_made_to_wait_for_compression(client: httpx.AsyncClient) -> None:
    assert "content-encoding" not in (await client.get("/openapi.json")).headers


async def test_a_colour_of_an_organizer_is_a_style_sheet(client: httpx.AsyncClient) -> None:
    answer = await client.get("/shop/accents/8a1c3b.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"].endswith("immutable")
    assert ":root{--accent:#8a1c3b;--on-accent:#ffffff}" in answer.text
