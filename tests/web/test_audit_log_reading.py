"""Reading the audit log: page by page, chosen, as a file, and by the owner alone."""

import asyncio
import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from fullhouse.actions import audit_log
from fullhouse.actions.deps import Deps
from fullhouse.store import organizer
from tests.web.asking import NOBODY, assert_problem, new_booking, new_event
from tests.web.audit_log import LOG, entries
from tests.web.offering import new
from tests.web.two_houses import new_house

DOCUMENT = Path(__file__).parents[2] / "docs/audit-log.md"


async def walk(client: httpx.AsyncClient, url: str) -> list[str]:
    """The ids of all pages, as their links lead."""
    found = []
    while url:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        found += [one["id"] for one in answer.json()]
        link = re.search("<(.*)>", answer.headers.get("link", ""))
        url = link[1] if link else ""
    return found


async def test_the_log_is_read_page_by_page_the_newest_first(client: httpx.AsyncClient) -> None:
    for n in range(7):
        await new_event(client, name=f"Night {n}")
    whole = await entries(client)
    assert [one["after"]["name"] for one in whole] == [f"Night {n}" for n in range(7)]
    ids = [one["id"] for one in whole][::-1]
    assert await walk(client, f"{LOG}?limit=2") == ids
    chosen = {"from": whole[1]["at"], "to": whole[5]["at"], "actor": "playground", "act": "POST /events"}
    query = str(httpx.QueryParams({**chosen, "limit": 2}))
    assert await walk(client, f"{LOG}?{query}") == ids[2:6]
    assert await walk(client, f"{LOG}?limit=1&event={whole[3]['event_id']}") == [whole[3]["id"]]
    assert await walk(client, f"{LOG}?actor=nobody") == []


async def test_a_seal_is_shown_that_can_be_kept(client: httpx.AsyncClient, deps: Deps) -> None:
    await new_event(client)
    await audit_log.seal_all(deps.database)
    await new_event(client)
    await audit_log.seal_all(deps.database)
    shown = (await client.get(f"{LOG}/seal")).json()
    newest = (await entries(client))[-1]
    assert shown == {"position": 2, "seal": newest["seal"], "entries_unsealed": 0}
    assert newest["position"] == 2


async def test_a_log_without_entries_has_the_seal_that_chains_begin_with(client: httpx.AsyncClient) -> None:
    shown = (await client.get(f"{LOG}/seal")).json()
    assert shown == {"position": 0, "seal": "0" * 64, "entries_unsealed": 0}


async def test_the_log_is_a_file_with_a_line_for_each_entry_and_no_formula(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, conninfo: str
) -> None:
    monkeypatch.setattr(audit_log, "EXPORT_PAGE", 2)
    event = await new_event(client, name='=HYPERLINK("x"); "quoted", not')
    for name in ("@a", "-b", "+c", "d"):
        await new(client, event, "pools", name=name)
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE audit_entries SET actor_name = '=1+1' WHERE position IS NULL OR position > 0")
    answer = await client.get(f"{LOG}/export.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    whole = (await entries(client))[::-1]
    assert [line["id"] for line in lines] == [one["id"] for one in whole]
    assert {line["actor_name"] for line in lines} == {"'=1+1"}
    assert lines[-1]["act"] == "POST /events"
    assert [line["event_id"] for line in lines] == [event["id"]] * 5
    chosen = await client.get(f"{LOG}/export.csv", params={"act": "POST /events"})
    assert len(list(csv.reader(io.StringIO(chosen.text)))) == 2


async def test_anybody_can_make_the_seals_again_from_the_file(
    client: httpx.AsyncClient, deps: Deps, tmp_path: Path
) -> None:
    event = await new_event(client, name="-1 “Zoë”")
    booking = await new_booking(client, event["id"], 2)
    await client.put(f"/bookings/{booking['id']}/tickets/1/holder", json={"name": "Ann"})
    await client.patch(f"/bookings/{booking['id']}/cancel")
    await audit_log.seal_all(deps.database)
    (script,) = re.findall("```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "audit-log.csv"

    def check() -> str:
        words = [sys.executable, "-c", script, organizer.DEFAULT_ID, str(file)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    exported = await client.get(f"{LOG}/export.csv")
    file.write_bytes(exported.content)
    seal = (await client.get(f"{LOG}/seal")).json()["seal"]
    assert await asyncio.to_thread(check) == f"3 entries, seal {seal}\n"
    file.write_bytes(exported.content.replace(b"playground", b"operator", 1))
    assert (await asyncio.to_thread(check)).startswith("changed: position 3, entry ")


@pytest.mark.parametrize("path", ["", "/seal", "/export.csv"])
async def test_the_log_is_for_the_owner(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, path: str
) -> None:
    house, rival = await new_house(client, conninfo, "Ada"), await new_house(client, conninfo, "Rival")
    url = f"/organizers/{house.organizer_id}/audit-log{path}"
    assert_problem(await closed_client.get(url), 401, "api_key_required")
    assert_problem(await closed_client.get(url, headers=house.keys["all"]), 403, "not_permitted")
    assert_problem(await closed_client.get(url, headers=rival.keys["all"]), 404, "organizer_not_found")
    for nobodys in (NOBODY, "x"):
        assert_problem(await client.get(f"/organizers/{nobodys}/audit-log{path}"), 404, "organizer_not_found")


@pytest.mark.parametrize(
    ("name", "value"),
    [("from", "yesterday"), ("to", "2041-05-01"), ("event", "x"), ("actor", "a\x00"), ("act", "x" * 201)],
)
async def test_a_wrong_choice_is_refused(client: httpx.AsyncClient, name: str, value: str) -> None:
    for path in (LOG, f"{LOG}/export.csv"):
        assert_problem(await client.get(path, params={name: value}), 422, "validation_failed", name)


@pytest.mark.parametrize("cursor", ["", "x", "MjA0MSB4", "eCB5"])
async def test_a_wrong_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    assert_problem(await client.get(LOG, params={"cursor": cursor}), 422, "validation_failed", "cursor")
