"""Authenticator apps and recovery codes over HTTP: taken into use, shown once, good once, guessed in vain."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from tests.people import OWNER, Office, sign_in
from tests.web.asking import assert_problem
from tests.web.factoring import STRANGER, App, app_of, finish, open_office_of_two, passkey_of, waiting, whoami
from tests.web.test_auth import bearer, make_key


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    async with open_office_of_two(conninfo) as opened:
        yield opened


@pytest.fixture
async def owner(office: Office) -> httpx.AsyncClient:
    return await office.signed_in()


# ------------------------------------------------------------------------------------------------ taken into use


async def test_an_app_counts_once_a_code_of_it_was_shown(office: Office, owner: httpx.AsyncClient) -> None:
    begun = await owner.post("/me/totp")
    assert begun.headers["cache-control"] == "no-store"
    body = begun.json()
    assert parse_qs(urlsplit(body["uri"]).query)["secret"] == [body["secret"]]
    app = App(office.clock, body["secret"])
    assert (await sign_in(office.visitor())).json()["state"] == "signed_in"
    assert_problem(await owner.post("/me/totp/confirmation", json={"code": app.wrong()}), 409, "code_not_valid")
    assert (await sign_in(office.visitor())).json()["state"] == "signed_in"
    confirmed = await owner.post("/me/totp/confirmation", json={"code": app.code()})
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    answer = (await sign_in(office.visitor())).json()
    assert answer["state"] == "second_factor_required"
    assert answer["factors"] == ["totp", "recovery_code"]


async def test_the_last_secret_that_was_asked_for_counts(office: Office, owner: httpx.AsyncClient) -> None:
    first = App(office.clock, (await owner.post("/me/totp")).json()["secret"])
    second = App(office.clock, (await owner.post("/me/totp")).json()["secret"])
    assert_problem(await owner.post("/me/totp/confirmation", json={"code": first.code()}), 409, "code_not_valid")
    assert (await owner.post("/me/totp/confirmation", json={"code": second.code()})).status_code == 201


async def test_an_app_in_use_is_not_replaced_in_passing(office: Office, owner: httpx.AsyncClient) -> None:
    assert_problem(await owner.post("/me/totp/confirmation", json={"code": "123456"}), 404, "totp_not_found")
    app, _ = await app_of(office, owner)
    assert_problem(await owner.post("/me/totp"), 409, "totp_active")
    assert_problem(await owner.post("/me/totp/confirmation", json={"code": app.code()}), 404, "totp_not_found")


async def test_nobody_confirms_an_app_by_guessing(office: Office, owner: httpx.AsyncClient) -> None:
    app = App(office.clock, (await owner.post("/me/totp")).json()["secret"])
    wrong = {"code": app.wrong()}
    codes = [(await owner.post("/me/totp/confirmation", json=wrong)).json()["code"] for _ in range(20)]
    assert codes[0] == "code_not_valid"
    assert codes[-1] == "too_many_attempts"
    assert_problem(await owner.post("/me/totp/confirmation", json={"code": app.code()}), 429, "too_many_attempts")
    office.clock.move(minutes=16)
    assert (await owner.post("/me/totp/confirmation", json={"code": app.code()})).status_code == 201


# -------------------------------------------------------------------------------------------------- shown and used


async def test_a_sign_in_that_waits_is_finished_by_a_code(office: Office, owner: httpx.AsyncClient) -> None:
    app, _ = await app_of(office, owner)
    visitor = office.visitor()
    token = await waiting(visitor)
    answer = await finish(visitor, token, totp=app.code())
    assert await whoami(office, answer) == OWNER
    assert answer.json()["token"] != token
    assert (await visitor.get("/me")).json()["email"] == OWNER, "the browser has the cookie"


async def test_a_session_that_waits_opens_nothing_else(office: Office, owner: httpx.AsyncClient) -> None:
    await app_of(office, owner)
    half = office.visitor(authorization=f"Bearer {await waiting(office.visitor())}")
    for method, path in (
        ("GET", "/me"),
        ("POST", "/me/totp"),
        ("DELETE", "/me/totp"),
        ("POST", "/me/passkey-options"),
    ):
        assert_problem(await half.request(method, path), 401, "sign_in_required")


async def test_a_code_is_good_once(office: Office, owner: httpx.AsyncClient) -> None:
    app, _ = await app_of(office, owner)
    code, older = app.code(), app.code(late_steps=1)
    assert (await finish(office.visitor(), await waiting(office.visitor()), totp=code)).status_code == 201
    for used in (code, older):
        token = await waiting(office.visitor())
        assert_problem(await finish(office.visitor(), token, totp=used), 401, "second_factor_refused")
    office.clock.move(seconds=30)
    assert (await finish(office.visitor(), await waiting(office.visitor()), totp=app.code())).status_code == 201


async def test_of_two_with_the_same_code_one_is_signed_in(office: Office, owner: httpx.AsyncClient) -> None:
    app, codes = await app_of(office, owner)
    for proof in ({"totp": app.code()}, {"recovery_code": codes[0]}):
        tokens = [await waiting(office.visitor()) for _ in range(4)]
        answers = await asyncio.gather(*[finish(office.visitor(), token, **proof) for token in tokens])
        assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]


async def test_of_two_that_finish_the_same_sign_in_one_does(office: Office, owner: httpx.AsyncClient) -> None:
    _, codes = await app_of(office, owner)
    token = await waiting(office.visitor())
    answers = await asyncio.gather(*[finish(office.visitor(), token, recovery_code=code) for code in codes[:3]])
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]


async def test_a_clock_may_be_half_a_minute_wrong_and_not_more(office: Office, owner: httpx.AsyncClient) -> None:
    app, _ = await app_of(office, owner)
    office.clock.move(minutes=5)
    token = await waiting(office.visitor())
    assert_problem(await finish(office.visitor(), token, totp=app.code(late_steps=2)), 401, "second_factor_refused")
    assert_problem(await finish(office.visitor(), token, totp=app.code(late_steps=-2)), 401, "second_factor_refused")
    assert (await finish(office.visitor(), token, totp=app.code(late_steps=1))).status_code == 201


async def test_a_sign_in_waits_for_five_minutes_and_is_finished_once(office: Office, owner: httpx.AsyncClient) -> None:
    app, _ = await app_of(office, owner)
    token = await waiting(office.visitor())
    office.clock.move(minutes=5)
    assert_problem(await finish(office.visitor(), token, totp=app.code()), 401, "sign_in_required")
    token = await waiting(office.visitor())
    assert (await finish(office.visitor(), token, totp=app.code())).status_code == 201
    office.clock.move(seconds=30)
    assert_problem(await finish(office.visitor(), token, totp=app.code()), 401, "sign_in_required")


async def test_a_code_of_another_person_finishes_nothing(office: Office, owner: httpx.AsyncClient) -> None:
    _, codes = await app_of(office, owner)
    stranger = await office.signed_in(STRANGER)
    strange, strange_codes = await app_of(office, stranger)
    token = await waiting(office.visitor())
    assert_problem(await finish(office.visitor(), token, totp=strange.code()), 401, "second_factor_refused")
    answer = await finish(office.visitor(), token, recovery_code=strange_codes[0])
    assert_problem(answer, 401, "second_factor_refused")
    assert await whoami(office, await finish(office.visitor(), token, recovery_code=codes[0])) == OWNER


async def test_who_has_stolen_the_password_does_not_guess_the_code(office: Office, owner: httpx.AsyncClient) -> None:
    app, _ = await app_of(office, owner)
    thief = office.visitor("198.51.100.9")
    said = []
    for _ in range(20):
        said.append((await finish(thief, await waiting(thief), totp=app.wrong())).json()["code"])
        office.clock.move(seconds=1)
    assert said[0] == "second_factor_refused"
    assert "too_many_attempts" in said
    elsewhere = office.visitor("203.0.113.4")
    token = await waiting(elsewhere)
    assert_problem(await finish(elsewhere, token, totp=app.code()), 429, "too_many_attempts")
    at_home = office.visitor("192.0.2.1")
    answer = await finish(at_home, await waiting(at_home), totp=app.code())
    assert await whoami(office, answer) == OWNER, "the thief has kept nobody out of where he always is"


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"totp": None},
        {"totp": "12345"},
        {"totp": 123456},
        {"totp": "١٢٣٤٥٦"},
        {"recovery_code": "x"},
        {"recovery_code": "\x00" * 16},
        {"totp": "123456", "recovery_code": "0000-0000-0000-0000"},
        {"passkey": {}},
        {"passkey": "x"},
        {"surprise": 1},
    ],
)
async def test_what_is_no_proof_is_refused_with_its_field(office: Office, proof: dict[str, object]) -> None:
    answer = await office.visitor().post("/sessions/second-factor", json={"token": "fs_x", **proof})
    assert assert_problem(answer, 422, "validation_failed")["field"]


async def test_a_token_that_is_none_finishes_nothing(office: Office) -> None:
    for token in ("fs_guessed", "x", (await sign_in(office.visitor())).json()["token"]):
        assert_problem(await finish(office.visitor(), token, totp="123456"), 401, "sign_in_required")


# --------------------------------------------------------------------------------------------------- recovery codes


async def test_each_recovery_code_is_good_once_however_it_is_typed(office: Office, owner: httpx.AsyncClient) -> None:
    _, codes = await app_of(office, owner)
    for code in codes[:3]:
        typed = code.upper().replace("-", " ")
        token = await waiting(office.visitor())
        assert await whoami(office, await finish(office.visitor(), token, recovery_code=typed)) == OWNER
        token = await waiting(office.visitor())
        assert_problem(await finish(office.visitor(), token, recovery_code=code), 401, "second_factor_refused")


async def test_new_recovery_codes_replace_the_old_ones(office: Office, owner: httpx.AsyncClient) -> None:
    assert_problem(await owner.post("/me/recovery-codes"), 409, "second_factor_required")
    _, old = await app_of(office, owner)
    answer = await owner.post("/me/recovery-codes")
    assert answer.headers["cache-control"] == "no-store"
    new = answer.json()["recovery_codes"]
    assert not set(old) & set(new)
    token = await waiting(office.visitor())
    assert_problem(await finish(office.visitor(), token, recovery_code=old[0]), 401, "second_factor_refused")
    assert (await finish(office.visitor(), token, recovery_code=new[0])).status_code == 201


async def test_recovery_codes_are_kept_as_hashes_alone(office: Office, owner: httpx.AsyncClient, conninfo: str) -> None:
    _, codes = await app_of(office, owner)
    with psycopg.connect(conninfo) as conn:
        kept = conn.execute("SELECT array_agg(t::text)::text, count(*) FROM person_recovery_codes t").fetchone()
    assert kept is not None
    assert kept[1] == 10
    assert not any(code.replace("-", "") in kept[0] or code in kept[0] for code in codes)


# ----------------------------------------------------------------------------------------------------------- changed


async def test_what_changes_signing_in_needs_a_session_that_is_young(office: Office, owner: httpx.AsyncClient) -> None:
    await app_of(office, owner)
    _, made = await passkey_of(owner)
    office.clock.move(minutes=10)
    calls = [("POST", "/me/totp"), ("DELETE", "/me/totp"), ("POST", "/me/recovery-codes")]
    calls += [("POST", "/me/passkey-options"), ("DELETE", f"/me/passkeys/{made['id']}")]
    for method, path in calls:
        assert_problem(await owner.request(method, path), 403, "sign_in_again")
    assert len((await owner.get("/me/passkeys")).json()) == 1


async def test_without_a_second_factor_the_password_is_enough_again(office: Office, owner: httpx.AsyncClient) -> None:
    await app_of(office, owner)
    removed = await owner.delete("/me/totp", headers={"idempotency-key": "one"})
    assert removed.status_code == 204
    again = await owner.delete("/me/totp", headers={"idempotency-key": "one"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (204, "true")
    assert_problem(await owner.delete("/me/totp"), 404, "totp_not_found")
    assert (await sign_in(office.visitor())).json()["state"] == "signed_in"
    assert_problem(await owner.post("/me/recovery-codes"), 409, "second_factor_required")


async def test_recovery_codes_go_with_the_last_factor(office: Office, owner: httpx.AsyncClient, conninfo: str) -> None:
    def kept() -> int:
        with psycopg.connect(conninfo) as conn:
            row = conn.execute("SELECT count(*) FROM person_recovery_codes").fetchone()
        return row[0] if row else -1

    await app_of(office, owner)
    _, made = await passkey_of(owner)
    await owner.delete("/me/totp")
    assert kept() == 10
    await owner.delete(f"/me/passkeys/{made['id']}")
    assert kept() == 0


async def test_nobody_has_second_factors_who_is_not_signed_in(office: Office, conninfo: str) -> None:
    calls = [("POST", "/me/totp"), ("POST", "/me/totp/confirmation"), ("DELETE", "/me/totp"), ("GET", "/me/passkeys")]
    calls += [("POST", "/me/recovery-codes"), ("POST", "/me/passkey-options"), ("POST", "/me/passkeys")]
    calls += [("DELETE", "/me/passkeys/x")]
    machine = office.visitor(**bearer(await make_key(conninfo)))
    for method, path in calls:
        assert_problem(await office.visitor().request(method, path), 401, "sign_in_required")
        assert_problem(await machine.request(method, path), 403, "not_permitted")


async def test_who_changed_a_factor_is_in_the_audit_log(
    office: Office, owner: httpx.AsyncClient, conninfo: str
) -> None:
    await app_of(office, owner)
    _, made = await passkey_of(owner)
    await owner.post("/me/recovery-codes")
    await owner.delete("/me/totp")
    await owner.delete(f"/me/passkeys/{made['id']}")
    with psycopg.connect(conninfo) as conn:
        acts = conn.execute("SELECT act, actor_name FROM audit_entries ORDER BY id").fetchall()
    assert sorted(act for act, name in acts if name == "Olga Owner") == [
        "DELETE /me/passkeys/{passkey_id}",
        "DELETE /me/totp",
        "passkey.creation",
        "recovery_codes.renewal",
        "sign_in",
        "totp.confirmation",
    ]
