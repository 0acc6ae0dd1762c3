"""Passwords over HTTP: changed by who knows the old one, and reset by mail without telling who has an account."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.people import OTHER_PASSWORD, OWNER, PASSWORD, Office, mails, open_office, sign_in, token_in
from tests.web.asking import assert_problem
from tests.web.organizing import rows


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo, public_url="https://tickets.example") as opened:
        await opened.owner()
        yield opened


async def change(visitor: httpx.AsyncClient, old: str = PASSWORD, new: str = OTHER_PASSWORD) -> httpx.Response:
    return await visitor.put("/me/password", json={"old_password": old, "new_password": new})


async def ask(office: Office, email: str = OWNER, address: str = "192.0.2.1") -> httpx.Response:
    return await office.visitor(address).post("/password-resets", json={"email": email})


async def complete(office: Office, token: str, password: str = OTHER_PASSWORD, address: str = "192.0.2.1") -> int:
    body = {"token": token, "password": password}
    answer = await office.visitor(address).post("/password-resets/completion", json=body)
    return (
        answer.status_code if answer.status_code == 204 else int(assert_problem(answer, 409, _code(answer))["status"])
    )


def _code(answer: httpx.Response) -> str:
    code: str = answer.json()["code"]
    assert code in {"link_not_valid", "password_not_allowed"}
    return code


async def new_token(office: Office, conninfo: str) -> str:
    assert (await ask(office)).status_code == 202
    return token_in(mails(conninfo, "password_reset")[-1])


# ------------------------------------------------------------------------------------------------------ changed


async def test_who_knows_the_old_password_gets_another_one(office: Office) -> None:
    here, elsewhere = await office.signed_in(), await office.signed_in()
    assert (await change(here)).status_code == 204
    assert (await here.get("/me")).status_code == 200
    assert_problem(await elsewhere.get("/me"), 401, "sign_in_required")
    assert_problem(await sign_in(office.visitor()), 401, "sign_in_refused")
    assert (await sign_in(office.visitor(), password=OTHER_PASSWORD)).status_code == 201


async def test_a_session_alone_does_not_give_away_the_account(office: Office) -> None:
    """Who finds a browser open can guess the password no faster than anybody else."""
    visitor = await office.signed_in()
    for _ in range(5):
        assert_problem(await change(visitor, "a wrong password"), 403, "password_wrong")
    assert_problem(await change(visitor), 429, "too_many_attempts")
    assert (await sign_in(office.visitor())).status_code == 201


async def test_a_new_password_has_to_be_a_good_one(office: Office) -> None:
    visitor = await office.signed_in()
    assert_problem(await change(visitor, new="qwertyuiop123"), 409, "password_not_allowed")
    assert_problem(await change(visitor, new="too short"), 422, "validation_failed", "new_password")
    assert_problem(await change(office.visitor()), 401, "sign_in_required")


async def test_two_changes_at_one_moment_leave_one_password(office: Office) -> None:
    visitors = [await office.signed_in() for _ in range(2)]
    news = ["one fine umbrella", "two fine umbrellas"]
    answers = await asyncio.gather(*(change(one, new=new) for one, new in zip(visitors, news, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [204, 403]
    winner = news[[answer.status_code for answer in answers].index(204)]
    assert (await sign_in(office.visitor(), password=winner)).status_code == 201


# ------------------------------------------------------------------------------------------------------- reset


async def test_a_link_by_mail_gives_another_password_and_ends_all_sessions(office: Office, conninfo: str) -> None:
    visitor = await office.signed_in()
    token = await new_token(office, conninfo)
    (mail,) = mails(conninfo, "password_reset")
    assert (mail["to_email"], mail["to_name"], mail["organizer_id"]) == (OWNER, "Olga Owner", None)
    assert mail["context"] == {"url": f"https://tickets.example/console/password-reset/new#{token}"}
    assert await complete(office, token) == 204
    assert_problem(await visitor.get("/me"), 401, "sign_in_required")
    assert_problem(await sign_in(office.visitor()), 401, "sign_in_refused")
    assert (await sign_in(office.visitor(), password=OTHER_PASSWORD)).status_code == 201


async def test_the_mail_goes_to_the_address_of_the_account_however_it_is_typed(office: Office, conninfo: str) -> None:
    await ask(office, OWNER.upper())
    assert mails(conninfo, "password_reset")[0]["to_email"] == OWNER


async def test_who_asks_learns_nothing_of_accounts(office: Office, conninfo: str) -> None:
    answers = [await ask(office, email) for email in (OWNER, "nobody@house.example")]
    told = [(one.status_code, one.content, {**one.headers, "x-request-id": ""}) for one in answers]
    assert told[0] == told[1]
    assert told[0][:2] == (202, b"")
    assert len(mails(conninfo, "password_reset")) == 1
    loop = asyncio.get_running_loop()
    for email in (OWNER, "nobody@house.example"):
        began = loop.time()
        await ask(office, email)
        assert loop.time() - began >= 0.1, "every answer takes its time, and hides what was done in it"


async def test_nobody_gets_more_than_a_mail_in_five_minutes(office: Office, conninfo: str) -> None:
    await asyncio.gather(*(ask(office, address=f"198.51.100.{one}") for one in range(4)))
    assert len(mails(conninfo, "password_reset")) == 1
    office.clock.move(minutes=5)
    assert (await ask(office)).status_code == 202
    assert len(mails(conninfo, "password_reset")) == 2
    assert {await complete(office, token_in(mails(conninfo, "password_reset")[0]))} == {204}, "the first still works"
    assert await complete(office, token_in(mails(conninfo, "password_reset")[1])) == 409, "and ends the second"


async def test_from_one_address_not_many_can_be_asked_for(conninfo: str) -> None:
    async with open_office(conninfo, sign_in_tries_address=3) as office:
        answers = [await ask(office, f"p{number}@house.example") for number in range(4)]
        assert [one.status_code for one in answers] == [202, 202, 202, 429]
        assert_problem(answers[3], 429, "too_many_attempts")


async def test_a_link_works_once_also_for_two_at_one_moment(office: Office, conninfo: str) -> None:
    token = await new_token(office, conninfo)
    passwords = ["one fine umbrella", "two fine umbrellas", "six fine umbrellas"]
    statuses = await asyncio.gather(*(complete(office, token, one) for one in passwords))
    assert sorted(statuses) == [204, 409, 409]
    winner = passwords[statuses.index(204)]
    assert (await sign_in(office.visitor(), password=winner)).status_code == 201
    assert await complete(office, token, "ten fine umbrellas") == 409


async def test_a_link_does_not_work_for_ever(office: Office, conninfo: str) -> None:
    token = await new_token(office, conninfo)
    office.clock.move(minutes=30)
    assert await complete(office, token) == 409
    assert await complete(office, "x" * 43) == 409


async def test_a_bad_password_does_not_use_the_link_up(office: Office, conninfo: str) -> None:
    token = await new_token(office, conninfo)
    assert await complete(office, token, "passwordpassword") == 409
    assert await complete(office, token) == 204


async def test_who_reads_his_mail_gets_in_whoever_else_guesses(office: Office, conninfo: str) -> None:
    async def guess() -> int:
        return (await sign_in(office.visitor("198.51.100.7"), password="a wrong password")).status_code

    while await guess() == 401:
        pass
    token = await new_token(office, conninfo)
    assert await complete(office, token, address="203.0.113.5") == 204
    while await guess() == 401:
        pass
    elsewhere = await sign_in(office.visitor("203.0.113.99"), password=OTHER_PASSWORD)
    assert_problem(elsewhere, 429, "too_many_attempts")
    assert (await sign_in(office.visitor("203.0.113.5"), password=OTHER_PASSWORD)).status_code == 201


async def test_the_link_is_kept_as_a_hash_alone(office: Office, conninfo: str) -> None:
    token = await new_token(office, conninfo)
    assert token not in str(rows(conninfo, "SELECT r::text FROM password_resets r"))
