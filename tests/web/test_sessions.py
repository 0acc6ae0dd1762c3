"""Sessions over HTTP: begun with a password, known by token or cookie, bounded in time, listed, ended."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from tests.people import ORIGIN, OTHER_PASSWORD, OWNER, PASSWORD, Office, cookie_of, open_office, sign_in
from tests.web.asking import NOBODY, assert_problem, event_body
from tests.web.organizing import rows


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        await opened.owner()
        yield opened


async def test_who_knows_the_password_is_signed_in(office: Office) -> None:
    visitor = office.visitor()
    answer = await sign_in(visitor)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["state"] == "signed_in"
    assert body["factors"] == []
    assert body["token"].startswith("fs_")
    assert answer.headers["cache-control"] == "no-store"
    me = (await office.visitor(authorization=f"Bearer {body['token']}").get("/me")).json()
    assert (me["email"], me["name"], me["session_id"]) == (OWNER, "Olga Owner", body["session_id"])
    assert [(one["organizer_name"], one["role"]) for one in me["memberships"]] == [("Box office", "owner")]
    assert (await visitor.get("/me")).json() == me, "the browser sends the cookie"


async def test_the_mail_address_may_be_written_in_any_case(office: Office) -> None:
    assert (await sign_in(office.visitor(), "OLGA@House.Example")).status_code == 201


async def test_a_letter_may_be_typed_as_one_sign_or_as_two(office: Office) -> None:
    await office.owner("zoe@house.example")
    (person,) = await _set_password(office, "zoe@house.example", "caf\u00e9 au lait at noon")
    assert person
    answer = await sign_in(office.visitor(), "zoe@house.example", "cafe\u0301 au\u00a0lait at noon")
    assert answer.status_code == 201


async def _set_password(office: Office, email: str, password: str) -> list[str]:
    kept = await office.deps.passwords.of(password)
    async with office.deps.database.write() as conn:
        cursor = await conn.execute(
            "UPDATE persons SET password_hash = %s WHERE email = %s RETURNING id::text", [kept, email]
        )
        return [row[0] for row in await cursor.fetchall()]


async def test_the_token_is_kept_as_a_hash_alone(office: Office, conninfo: str) -> None:
    token = (await sign_in(office.visitor())).json()["token"]
    with psycopg.connect(conninfo) as conn:
        names = [row[0] for row in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for name in names:
            text = str(conn.execute(f'SELECT array_agg(t::text) FROM "{name}" t').fetchone())  # noqa: S608 - names from the catalogue
            assert token not in text
            assert PASSWORD not in text


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_pages(office: Office) -> None:
    visitor = office.visitor()
    local = (await sign_in(visitor)).headers["set-cookie"]
    assert "; Path=/; HttpOnly; SameSite=Lax" in local
    assert "Secure" not in local
    abroad = (await sign_in(office.visitor(), host="tickets.example")).headers["set-cookie"]
    assert abroad.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")


# ------------------------------------------------------------------------------------------------------- unknown


async def test_a_wrong_password_and_an_unknown_account_are_answered_alike(office: Office) -> None:
    answers = []
    for email, password in ((OWNER, OTHER_PASSWORD), ("nobody@house.example", OTHER_PASSWORD)):
        for _ in range(7):
            before = office.deps.passwords.done
            answer = await sign_in(office.visitor("192.0.2.9"), email, password)
            work = office.deps.passwords.done - before
            headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
            answers.append((answer.status_code, answer.content, headers, work))
    known, unknown = answers[:7], answers[7:]
    assert known == unknown
    assert [status for status, *_ in known] == [401] * 5 + [429] * 2
    assert [work for *_, work in known] == [1] * 5 + [0] * 2
    assert_problem(await sign_in(office.visitor("192.0.2.8"), "no@house.example"), 401, "sign_in_refused")


async def test_an_account_without_a_password_takes_as_much_work(office: Office) -> None:
    async with office.deps.database.write() as conn:
        await conn.execute("UPDATE persons SET password_hash = NULL")
    before = office.deps.passwords.done
    assert_problem(await sign_in(office.visitor()), 401, "sign_in_refused")
    assert office.deps.passwords.done - before == 1


async def test_what_is_no_request_to_sign_in_is_refused(office: Office) -> None:
    good = {"email": OWNER, "password": PASSWORD}
    wrong = [("email", "nonsense"), ("email", 3), ("password", ""), ("password", "x" * 129), ("password", "a\0b" * 5)]
    for field, value in wrong:
        answer = await office.visitor().post("/sessions", json={**good, field: value})
        assert_problem(answer, 422, "validation_failed", field)
    answer = await office.visitor().post("/sessions", json={**good, "remember": True})
    assert_problem(answer, 422, "validation_failed", "remember")


# ------------------------------------------------------------------------------------------------------- time


async def test_a_session_ends_when_it_is_not_used(office: Office) -> None:
    visitor = await office.signed_in()
    office.clock.move(hours=23)
    assert (await visitor.get("/me")).status_code == 200
    office.clock.move(hours=23, minutes=59)
    assert (await visitor.get("/me")).status_code == 200, "its use has made it last"
    office.clock.move(hours=24)
    assert_problem(await visitor.get("/me"), 401, "sign_in_required")


async def test_a_session_ends_after_some_days_however_much_it_is_used(office: Office) -> None:
    visitor = await office.signed_in()
    for _ in range(31):
        office.clock.move(hours=23)
        assert (await visitor.get("/me")).status_code == 200
    office.clock.move(hours=7)
    answer = await visitor.get("/me")
    assert_problem(answer, 401, "sign_in_required")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_that_a_session_is_used_is_written_down_once_a_minute(office: Office, conninfo: str) -> None:
    visitor = await office.signed_in()
    seen = []
    for _ in range(5):
        office.clock.move(seconds=30)
        await visitor.get("/me")
        seen.append(rows(conninfo, "SELECT last_seen_at FROM sessions")[0]["last_seen_at"])
    assert len(set(seen)) == 3
    listed = (await visitor.get("/me/sessions")).json()
    assert listed[0]["last_seen_at"] < listed[0]["expires_at"]


async def test_half_a_session_opens_nothing(office: Office, conninfo: str) -> None:
    visitor = await office.signed_in()
    async with office.deps.database.write() as conn:
        await conn.execute("UPDATE sessions SET awaits_factor = true")
    assert_problem(await visitor.get("/me"), 401, "sign_in_required")
    assert_problem(await visitor.post("/events", json=event_body()), 401, "sign_in_required")


# ------------------------------------------------------------------------------------------------ listed, ended


async def test_sessions_are_listed_and_ended_one_by_one(office: Office) -> None:
    first = await office.signed_in(address="192.0.2.1")
    office.clock.move(minutes=1)
    second = await office.signed_in(address="192.0.2.2")
    listed = (await second.get("/me/sessions")).json()
    assert [(one["address"], one["is_current"]) for one in listed] == [("192.0.2.2", True), ("192.0.2.1", False)]
    assert listed[0]["user_agent"].startswith("python-httpx")
    assert (await second.delete(f"/me/sessions/{listed[1]['id']}")).status_code == 204
    assert_problem(await first.get("/me"), 401, "sign_in_required")
    assert_problem(await second.delete(f"/me/sessions/{listed[1]['id']}"), 404, "session_not_found")
    assert [one["id"] for one in (await second.get("/me/sessions")).json()] == [listed[0]["id"]]


async def test_a_stranger_ends_nobody_elses_session(office: Office) -> None:
    await office.owner("sam@rival.example", await office.rival())
    owner, stranger = await office.signed_in(), await office.signed_in("sam@rival.example")
    (mine,) = (await owner.get("/me/sessions")).json()
    for session_id in (mine["id"], NOBODY, "nonsense"):
        assert_problem(await stranger.delete(f"/me/sessions/{session_id}"), 404, "session_not_found")
    assert (await stranger.delete("/me/sessions")).status_code == 204
    assert (await owner.get("/me")).status_code == 200


async def test_who_signs_out_is_out_in_the_browser_too(office: Office) -> None:
    visitor = office.visitor()
    token = (await sign_in(visitor)).json()["token"]
    answer = await visitor.delete("/sessions/current", headers=ORIGIN)
    assert answer.status_code == 204
    assert "fullhouse_session=; Max-Age=0" in answer.headers["set-cookie"]
    assert not visitor.cookies
    assert_problem(await visitor.get("/me"), 401, "sign_in_required")
    again = office.visitor(authorization=f"Bearer {token}")
    assert_problem(await again.delete("/sessions/current"), 401, "sign_in_required")


async def test_who_signs_out_everywhere_is_out_everywhere(office: Office) -> None:
    all_ = [await office.signed_in() for _ in range(3)]
    assert (await all_[1].delete("/me/sessions")).status_code == 204
    for visitor in all_:
        assert_problem(await visitor.get("/me"), 401, "sign_in_required")


async def test_signing_in_again_ends_the_session_that_the_browser_had(office: Office) -> None:
    visitor = office.visitor()
    first = cookie_of(await sign_in(visitor))
    second = cookie_of(await sign_in(visitor))
    assert first != second
    old = office.visitor(authorization=f"Bearer {first}")
    assert_problem(await old.get("/me"), 401, "sign_in_required")
    assert (await visitor.get("/me")).status_code == 200


async def test_nobody_is_signed_in_without_a_session(office: Office, client: httpx.AsyncClient) -> None:
    for visitor in (office.visitor(), office.visitor(cookie="fullhouse_session=fs_nonsense"), client):
        for method, path in (("GET", "/me"), ("GET", "/me/sessions"), ("DELETE", "/me/sessions")):
            assert_problem(await visitor.request(method, path), 401, "sign_in_required")
    wrong = office.visitor(authorization="Bearer fs_nonsense")
    assert_problem(await wrong.get("/events"), 401, "sign_in_required")


# ------------------------------------------------------------------------------------------------------- cookies


async def test_another_web_page_can_not_use_the_cookie_to_write(office: Office) -> None:
    visitor = office.visitor()
    await sign_in(visitor)
    for origin in ({}, {"origin": "null"}, {"origin": "http://evil.example"}, {"origin": "http://127.0.0.1:8001"}):
        assert_problem(await visitor.delete("/me/sessions", headers=origin), 403, "origin_foreign")
        assert_problem(await visitor.post("/events", json=event_body(), headers=origin), 403, "origin_foreign")
        assert (await visitor.get("/me", headers=origin)).status_code == 200
    made = await visitor.post("/events", json=event_body(), headers=ORIGIN)
    assert made.status_code == 201, "an owner puts on events with the cookie"


async def test_a_program_with_the_token_needs_no_origin(office: Office) -> None:
    visitor = await office.signed_in()
    assert (await visitor.post("/events", json=event_body())).status_code == 201


async def test_a_cookie_that_is_no_good_does_not_keep_a_buyer_out(office: Office) -> None:
    for cookie in (
        "fullhouse_session=fs_old",
        "fullhouse_session",
        'a="; fullhouse_session=x',
        "fullhouse_session=\xe4",
    ):
        visitor = office.visitor()
        answer = await visitor.get("/events", headers={b"cookie": cookie.encode("latin-1")})
        assert answer.status_code == 200


# ------------------------------------------------------------------------------------------------------- races


async def test_a_password_that_is_changed_while_it_is_compared_opens_nothing(office: Office, conninfo: str) -> None:
    """The reset ends all sessions; one that begins with the old password behind it would outlive it."""
    visitor = office.visitor()
    fresh = await office.deps.passwords.of(OTHER_PASSWORD)
    async with office.deps.database.write() as conn:
        trying = asyncio.create_task(sign_in(visitor))
        await conn.execute("UPDATE persons SET password_hash = %s", [fresh])
        done, _ = await asyncio.wait({trying}, timeout=1)
        assert not done, "it waits for what the password will be"
    assert_problem(await trying, 401, "sign_in_refused")
    assert rows(conninfo, "SELECT id FROM sessions") == []


async def test_a_hash_with_other_parameters_is_made_anew(office: Office, conninfo: str) -> None:
    before = rows(conninfo, "SELECT password_hash FROM persons")[0]["password_hash"]
    assert before.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    async with open_office(conninfo, password_passes=3) as stricter:
        assert (await sign_in(stricter.visitor())).status_code == 201
        after = rows(conninfo, "SELECT password_hash FROM persons")[0]["password_hash"]
        assert after.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
        assert (await sign_in(stricter.visitor())).status_code == 201
    assert rows(conninfo, "SELECT password_hash FROM persons")[0]["password_hash"] == after
