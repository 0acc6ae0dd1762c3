"""What the audit log has of people: signing in and out, passwords, invitations, roles; for their organizers alone."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.people import OTHER_PASSWORD, OWNER, PASSWORD, Office, mails, open_office, sign_in, token_in
from tests.web.asking import Json, event_body
from tests.web.audit_log import LOG, entries
from tests.web.test_invitations import NEW, accept, invite, newcomer
from tests.web.test_members import MAX
from tests.web.test_members import URL as MEMBERS
from tests.web.test_passwords import change, complete, new_token


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo, public_url="https://tickets.example/") as opened:
        await opened.owner()
        yield opened


@pytest.fixture
async def boss(office: Office) -> httpx.AsyncClient:
    """The owner, signed in."""
    return await office.signed_in()


async def by_act(boss: httpx.AsyncClient, url: str = LOG) -> dict[str, Json]:
    """The entries, each act once."""
    found = await entries(boss, url)
    assert len({one["act"] for one in found}) == len(found)
    return {one["act"]: one for one in found}


async def test_signing_in_and_out_is_in_the_log_with_name_and_address(office: Office, boss: httpx.AsyncClient) -> None:
    worker = await office.member(MAX, "door")
    door = await office.signed_in(MAX, "198.51.100.7")
    assert (await door.delete("/sessions/current")).status_code == 204
    assert (await sign_in(office.visitor(), MAX, "wrong")).status_code == 401
    found = [one for one in await entries(boss) if one["actor"]["id"] == worker.id]
    assert {one["act"] for one in found} == {"sign_in", "sign_out"}
    for one in found:
        assert one["actor"] == {"kind": "member", "id": worker.id, "name": "Max Member"}
        assert one["address"] == "198.51.100.7"
    ended = next(one for one in found if one["act"] == "sign_out")
    begun = next(one for one in found if one["act"] == "sign_in")
    assert ended["before"] == begun["after"]


async def test_what_a_member_does_is_his_own_in_the_log(office: Office, boss: httpx.AsyncClient) -> None:
    assert (await boss.post("/events", json=event_body())).status_code == 201
    made = (await by_act(boss))["POST /events"]
    assert (made["actor"]["kind"], made["actor"]["name"], made["address"]) == ("member", "Olga Owner", "192.0.2.1")


async def test_passwords_that_are_changed_or_reset_are_in_the_log_and_no_password_or_token_is(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    assert (await change(boss)).status_code == 204
    token = await new_token(office, conninfo)
    assert await complete(office, token, PASSWORD) == 204
    again = await office.signed_in()
    log = await entries(again)
    acts = [one["act"] for one in log]
    assert sorted(set(acts)) == ["password.change", "password.reset", "sign_in"]
    assert {one["actor"]["name"] for one in log} == {"Olga Owner"}
    text = json.dumps(log)
    for secret in (PASSWORD, OTHER_PASSWORD, token, OWNER):
        assert secret not in text


async def test_who_is_invited_joins_changes_and_leaves_is_in_the_log(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    assert (await invite(boss)).status_code == 201
    joined = await accept(office.visitor(), token_in(mails(conninfo, "invitation")[-1]), **newcomer())
    assert joined.status_code == 201, joined.text
    members = (await boss.get(MEMBERS)).json()
    nina = next(one["person_id"] for one in members if one["email"] == NEW)
    assert (await boss.patch(f"{MEMBERS}/{nina}", json={"role": "door"})).status_code == 200
    assert (await boss.delete(f"{MEMBERS}/{nina}")).status_code == 204
    log = {one["act"]: one for one in await entries(boss)}
    accepted = log["invitation.acceptance"]
    assert accepted["actor"] == {"kind": "member", "id": nina, "name": "Nina New"}
    assert accepted["after"] == {"person_id": nina, "role": "manager"}
    changed = log["PATCH /organizers/{organizer_id}/members/{person_id}"]
    assert (changed["before"]["role"], changed["after"]["role"]) == ("manager", "door")
    gone = log["DELETE /organizers/{organizer_id}/members/{person_id}"]
    assert (gone["before"]["role"], gone["after"]) == ("door", None)
    assert NEW not in json.dumps(list(log.values()))


async def test_who_works_for_several_organizers_signs_in_for_all_of_them_and_for_no_other(
    office: Office, boss: httpx.AsyncClient
) -> None:
    rival_id, third_id = await office.rival(), await office.rival()
    owner = await office.owner("both@house.example", rival_id)
    await office.owner("both@house.example")
    await office.owner("third@house.example", third_id)
    both = await office.signed_in("both@house.example")
    for organizer_log in (LOG, f"/organizers/{rival_id}/audit-log"):
        (signed,) = await entries(both, organizer_log, actor=owner.id)
        assert signed["act"] == "sign_in"
    third = await office.signed_in("third@house.example")
    log = f"/organizers/{third_id}/audit-log"
    assert await entries(third, log, actor=owner.id) == []
    assert (await both.get(log)).status_code == 404


@pytest.mark.parametrize("role", ["manager", "box_office", "door"])
async def test_the_log_is_not_for_other_members(office: Office, boss: httpx.AsyncClient, role: str) -> None:
    await office.member(MAX, role)  # type: ignore[arg-type] # one of the roles
    worker = await office.signed_in(MAX)
    for path in ("", "/seal", "/export.csv"):
        assert (await worker.get(LOG + path)).status_code == 403
        assert (await boss.get(LOG + path)).status_code == 200
