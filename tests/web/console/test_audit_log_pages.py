"""The audit log's page: filtered and paged, with what was changed, and whether it is as it was sealed."""

import re

import httpx

from fullhouse.actions import audit_log
from tests.people import Office
from tests.web.console.staff import HOUSE, assert_open_to, look
from tests.web.organizing import run
from tests.web.pages.browsing import send, words_of

LOG = f"{HOUSE}/audit-log"
ORIGIN = {"origin": "http://127.0.0.1:8000"}


async def rename(olga: httpx.AsyncClient, name: str) -> None:
    answer = await olga.patch(HOUSE.removeprefix("/console"), json={"name": name}, headers=ORIGIN)
    assert answer.status_code == 200, answer.text


async def test_the_log_is_for_owners(office: Office) -> None:
    await assert_open_to(office, LOG)


async def test_what_was_changed_can_be_read(olga: httpx.AsyncClient) -> None:
    await rename(olga, "<b>New</b>")
    page = await look(olga, LOG)
    assert "<del>Box office</del>" in page.text
    assert "<ins>&lt;b&gt;New&lt;/b&gt;</ins>" in page.text
    assert "192.0.2.1" in words_of(page)


async def test_what_is_done_on_a_page_is_in_the_log(olga: httpx.AsyncClient) -> None:
    await send(olga, await look(olga, f"{HOUSE}/team"), "/team", email="ann@new.example", role="door")
    page = await look(olga, f"{LOG}?actor=Olga+Owner&act=POST+/organizers/{{organizer_id}}/invitations")
    assert "<ins>door</ins>" in page.text


async def test_the_log_is_filtered(olga: httpx.AsyncClient) -> None:
    await rename(olga, "New")
    act = "PATCH /organizers/{organizer_id}"
    for query, is_found in (
        (f"act={act}", True),
        (f"act={act}&actor=member&from=2001-01-01&to=2061-01-01&event=", True),
        ("act=sign_in", False),
        (f"act={act}&actor=nobody", False),
        ("to=2001-01-01", False),
        ("from=2061-01-01", False),
        ("from=x&to=9999-12-31&event=y&actor=%0B", True),
    ):
        page = await look(olga, f"{LOG}?{query}")
        assert ("<ins>New</ins>" in page.text) == is_found, query
    page = await look(olga, f"{LOG}?act={act}&from=2001-01-01")
    (path,) = re.findall(r'href="([^"]*export\.csv[^"]*)"', page.text)
    lines = (await olga.get(path.replace("&amp;", "&"))).text.splitlines()
    assert len(lines) == 2
    await look(olga, f"{LOG}?cursor=x", 422)


async def test_a_long_log_has_pages(olga: httpx.AsyncClient) -> None:
    for n in range(51):
        await rename(olga, f"Name {n}.")
    first = await look(olga, LOG)
    (path,) = re.findall(r'href="([^"]*cursor=[^"]*)"', first.text)
    second = await look(olga, path.replace("&amp;", "&"))
    both = first.text + second.text
    assert {n for n in range(51) if f"<ins>Name {n}.</ins>" in both} == set(range(51))


async def test_the_seal_is_checked(olga: httpx.AsyncClient, office: Office, conninfo: str) -> None:
    await rename(olga, "New")
    assert "0 entries were checked" in words_of(await look(olga, f"{LOG}/check"))
    assert "for its seal" in words_of(await look(olga, LOG)) or "for their seal" in words_of(await look(olga, LOG))
    await audit_log.seal_all(office.deps.database)
    good = await look(olga, f"{LOG}/check")
    assert "as they were sealed" in words_of(good)
    run(conninfo, "ALTER TABLE audit_entries DISABLE TRIGGER ALL")
    run(conninfo, "UPDATE audit_entries SET actor_name = 'Somebody else' WHERE act LIKE 'PATCH%%'")
    bad = await look(olga, f"{LOG}/check")
    assert "The log is not as it was sealed" in words_of(bad)
    run(conninfo, "DELETE FROM audit_entries WHERE position = (SELECT max(position) FROM audit_entries)")
    assert "end of the chain" in words_of(await look(olga, f"{LOG}/check"))
