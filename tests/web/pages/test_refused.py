"""Refusals, faults and defects on the paths of pages are pages; those of the API stay problems."""

import httpx
import pytest

from tests.web.asking import NOBODY, assert_problem
from tests.web.conftest import Served
from tests.web.pages.browsing import BROWSER, GERMAN, words_of

NOWHERE = "/shop/nowhere"


@pytest.mark.parametrize("path", [NOWHERE, "/console/nowhere", "/shop/accents/zzz.css"])
async def test_what_is_not_there_is_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "<h1>" in answer.text
    assert ("To the console" in words_of(answer)) == path.startswith("/console")


async def test_the_page_speaks_the_language_of_who_reads_it(client: httpx.AsyncClient) -> None:
    answer = await client.get(NOWHERE, headers=GERMAN)
    assert answer.headers["content-language"] == "de"
    assert '<html lang="de">' in answer.text
    assert "Diese Seite gibt es nicht" in words_of(answer)


async def test_a_method_that_a_page_does_not_take_is_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.put("/console/sign-in", headers=BROWSER)
    assert answer.status_code == 405
    assert "That is not how this page works" in words_of(answer)


async def test_a_query_that_no_page_takes_is_a_page(closed_client: httpx.AsyncClient) -> None:
    answer = await closed_client.get("/console/sign-in", params={"next": "/" + "x" * 3_000}, headers=BROWSER)
    assert answer.status_code == 422
    assert "The address is not valid" in words_of(answer)


async def test_the_api_keeps_its_problems(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(f"/events/{NOBODY}", headers=BROWSER), 404, "event_not_found")
    assert_problem(await client.get("/nowhere", headers=BROWSER), 404, "not_found")


async def test_what_is_refused_before_the_page_is_a_page_too(served: Served) -> None:
    async with served(is_open=True, body_bytes_max=2_000) as url, httpx.AsyncClient(base_url=url) as visitor:
        large = await visitor.post("/console/sign-in", data={"email": "x" * 3_000}, headers=BROWSER)
        assert (large.status_code, large.headers["x-refusal"]) == (413, "payload_too_large")
        assert "This is too large to be sent." in words_of(large)
        foreign = await visitor.get(NOWHERE, headers={**BROWSER, "origin": "https://evil.example"})
        assert (foreign.status_code, foreign.headers["x-refusal"]) == (403, "playground_is_local")
        assert "content-security-policy" in foreign.headers


async def test_a_form_of_another_kind_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/console/sign-in", json={"email": "ann@example.org"}, headers=BROWSER)
    assert (answer.status_code, answer.headers["x-refusal"]) == (415, "unsupported_media_type")
    broken = {**BROWSER, "content-type": "multipart/form-data"}
    answer = await client.post("/console/sign-in", content=b"--x", headers=broken)
    assert (answer.status_code, answer.headers["x-refusal"]) == (422, "validation_failed")
    many = "&".join("a=1" for _ in range(30_000))
    urlencoded = {**BROWSER, "content-type": "application/x-www-form-urlencoded"}
    answer = await client.post("/console/sign-in", content=many, headers=urlencoded)
    assert (answer.status_code, answer.headers["x-refusal"]) == (422, "validation_failed")
