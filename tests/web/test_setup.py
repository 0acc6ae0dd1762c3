"""The first owner: by the link that a closed start prints, once, and never when there is an owner."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from fullhouse.actions import owner, setup
from fullhouse.store import organizer
from tests.people import OTHER_PASSWORD, OWNER, PASSWORD, Office, open_office, sign_in
from tests.web.asking import assert_problem
from tests.web.factoring import app_of
from tests.web.organizing import rows

LINK = "x" * 43


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server that nobody owns yet."""
    async with open_office(conninfo) as opened:
        yield opened


async def new_token(office: Office) -> str:
    token = await setup.new_link_token(office.deps.database, datetime.now(UTC))
    assert token is not None
    return token


async def set_up(office: Office, token: str, **changes: object) -> httpx.Response:
    body: dict[str, Any] = {"email": OWNER, "name": "Olga Owner", "password": PASSWORD, "organizer_name": "Blue Note"}
    return await office.visitor().post("/setup", json={"token": token, **body, **changes})


async def test_whoever_has_the_link_becomes_the_owner_and_is_signed_in(office: Office) -> None:
    answer = await set_up(office, await new_token(office))
    assert answer.status_code == 201, answer.text
    assert "fullhouse_session=fs_" in answer.headers["set-cookie"]
    me = (await office.visitor(authorization=f"Bearer {answer.json()['token']}").get("/me")).json()
    (membership,) = me["memberships"]
    assert membership["organizer_id"] == organizer.DEFAULT_ID
    assert (membership["organizer_name"], membership["role"]) == ("Blue Note", "owner")
    assert (await sign_in(office.visitor())).status_code == 201


async def test_a_link_works_once_and_all_others_end_with_it(office: Office) -> None:
    first, second = await new_token(office), await new_token(office)
    assert (await set_up(office, second)).status_code == 201
    for token in (first, second, LINK):
        assert_problem(await set_up(office, token, email="eve@rival.example"), 409, "link_not_valid")
    assert await setup.new_link_token(office.deps.database, datetime.now(UTC)) is None


async def test_of_two_who_use_links_at_one_moment_one_becomes_the_owner(office: Office, conninfo: str) -> None:
    tokens = [await new_token(office) for _ in range(4)]
    tries = [set_up(office, token, email=f"p{number}@house.example") for number, token in enumerate(tokens)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*tries))
    assert statuses == [201, 409, 409, 409]
    assert len(rows(conninfo, "SELECT person_id FROM members WHERE role = 'owner'")) == 1
    assert len(rows(conninfo, "SELECT id FROM persons")) == 1


async def test_a_password_that_is_guessed_first_is_refused_and_the_link_stays_good(office: Office) -> None:
    token = await new_token(office)
    assert_problem(await set_up(office, token, password="Password1234"), 409, "password_not_allowed")
    assert_problem(await set_up(office, token, password="Blue Note 2027"), 409, "password_not_allowed")
    assert_problem(await set_up(office, token, password="short"), 422, "validation_failed", "password")
    assert (await set_up(office, token)).status_code == 201


async def test_a_link_does_not_take_over_the_account_of_somebody_else(office: Office) -> None:
    await office.member(OWNER, "manager")
    token = await new_token(office)
    assert_problem(await set_up(office, token, password=OTHER_PASSWORD), 409, "link_not_valid")
    assert_problem(await sign_in(office.visitor(), password=OTHER_PASSWORD), 401, "sign_in_refused")


async def test_an_owner_from_the_command_line_ends_the_links(office: Office) -> None:
    token = await new_token(office)
    await office.owner()
    assert_problem(await set_up(office, token), 409, "link_not_valid")


async def test_the_operator_lets_an_owner_in_who_has_lost_his_password(office: Office) -> None:
    await office.owner()
    signed_in = await office.signed_in()
    again = await owner.create(office.deps, OWNER.upper(), "Other Name", OTHER_PASSWORD, organizer.DEFAULT_ID)
    assert (again.name, again.email) == ("Olga Owner", OWNER)
    assert_problem(await signed_in.get("/me"), 401, "sign_in_required")
    assert_problem(await sign_in(office.visitor()), 401, "sign_in_refused")
    assert (await sign_in(office.visitor(), password=OTHER_PASSWORD)).status_code == 201


async def test_and_who_has_lost_the_second_factor_too(office: Office) -> None:
    await office.owner()
    await app_of(office, await office.signed_in())
    assert (await sign_in(office.visitor())).json()["state"] == "second_factor_required"
    await owner.create(office.deps, OWNER, "Olga", OTHER_PASSWORD, organizer.DEFAULT_ID)
    assert (await sign_in(office.visitor(), password=OTHER_PASSWORD)).json()["state"] == "signed_in"


async def test_who_makes_an_organizer_owns_it(office: Office) -> None:
    await office.owner()
    visitor = await office.signed_in()
    made = await visitor.post("/organizers", json={"name": "Red Room"})
    assert made.status_code == 201, made.text
    me = (await visitor.get("/me")).json()
    assert [(one["organizer_name"], one["role"]) for one in me["memberships"]] == [
        ("Box office", "owner"),
        ("Red Room", "owner"),
    ]
    assert (await visitor.get(f"/organizers/{made.json()['id']}/keys")).status_code == 200
