"""Invitations over HTTP: by mail, for a while, accepted once, by somebody new or somebody who is signed in."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fullhouse.actions import invitation
from fullhouse.rules.member import MEMBERS_MAX
from fullhouse.store.organizer import DEFAULT_ID
from tests.people import OTHER_PASSWORD, OWNER, Office, mails, open_office, sign_in, token_in
from tests.web.asking import NOBODY, assert_problem
from tests.web.organizing import rows, run

URL = f"/organizers/{DEFAULT_ID}/invitations"
NEW = "nina@house.example"


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


async def invite(boss: httpx.AsyncClient, email: str = NEW, role: str = "manager", **headers: str) -> httpx.Response:
    return await boss.post(URL, json={"email": email, "role": role}, headers=headers)


async def accept(visitor: httpx.AsyncClient, token: str, **body: object) -> httpx.Response:
    return await visitor.post("/invitations/acceptance", json={"token": token, **body})


def newcomer(**changes: object) -> dict[str, Any]:
    """What somebody new says of himself."""
    return {"name": "Nina New", "password": OTHER_PASSWORD, **changes}


async def new_token(boss: httpx.AsyncClient, conninfo: str, email: str = NEW, role: str = "manager") -> str:
    answer = await invite(boss, email, role)
    assert answer.status_code == 201, answer.text
    return token_in(mails(conninfo, "invitation")[-1])


async def test_an_invitation_goes_out_by_mail_and_its_link_stands_nowhere_else(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    answer = await invite(boss)
    assert answer.status_code == 201, answer.text
    (mail,) = mails(conninfo, "invitation")
    token = token_in(mail)
    assert mail["context"] == {
        "organizer_name": "Box office",
        "role": "manager",
        "inviter_name": "Olga Owner",
        "url": f"https://tickets.example/console/invitation#{token}",
    }
    assert (mail["to_email"], str(mail["organizer_id"]), mail["language"]) == (NEW, DEFAULT_ID, "en")
    assert mail["message_id"].endswith("@localhost>")
    assert token not in answer.text
    (listed,) = (await boss.get(URL)).json()
    assert listed == answer.json()
    assert (listed["email"], listed["role"], listed["invited_by"]) == (NEW, "manager", "Olga Owner")
    assert token.encode() not in rows(conninfo, "SELECT token_hash FROM invitations")[0]["token_hash"]


async def test_somebody_new_gets_an_account_and_is_signed_in(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    visitor = office.visitor()
    answer = await accept(visitor, await new_token(boss, conninfo), **newcomer())
    assert answer.status_code == 201, answer.text
    me = (await visitor.get("/me")).json()
    assert (me["email"], me["name"]) == (NEW, "Nina New")
    assert [(one["organizer_id"], one["role"]) for one in me["memberships"]] == [(DEFAULT_ID, "manager")]
    assert (await sign_in(office.visitor(), NEW, OTHER_PASSWORD)).status_code == 201
    assert (await boss.get(URL)).json() == []


async def test_who_is_signed_in_accepts_as_himself_and_gets_another_session(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    await office.owner("sam@rival.example", await office.rival())
    before = await office.signed_in("sam@rival.example")
    answer = await accept(before, await new_token(boss, conninfo, role="door"))
    assert answer.status_code == 201, answer.text
    assert_problem(await before.get("/me"), 401, "sign_in_required")
    after = office.visitor(authorization=f"Bearer {answer.json()['token']}")
    memberships = (await after.get("/me")).json()["memberships"]
    assert {one["organizer_name"]: one["role"] for one in memberships} == {"Rival": "owner", "Box office": "door"}


async def test_who_has_an_account_signs_in_first(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    """Or whoever reads the mail would get the account with it, past its password and its second factor."""
    await office.owner("sam@rival.example", await office.rival())
    token = await new_token(boss, conninfo, "SAM@rival.example")
    answer = await accept(office.visitor(), token, **newcomer())
    assert_problem(answer, 401, "sign_in_required")
    assert (await accept(await office.signed_in("sam@rival.example"), token)).status_code == 201


async def test_an_invitation_is_accepted_once_also_by_two_at_one_moment(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    await office.owner("sam@rival.example", await office.rival())
    await office.owner("sue@rival.example", await office.rival())
    token = await new_token(boss, conninfo)
    visitors = [await office.signed_in(f"{name}@rival.example") for name in ("sam", "sue")]
    tries = [accept(office.visitor(), token, **newcomer()), *(accept(one, token) for one in visitors)]
    answers = await asyncio.gather(*tries)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(rows(conninfo, "SELECT person_id FROM members WHERE organizer_id = %s", DEFAULT_ID)) == 2
    assert_problem(await accept(office.visitor(), token, **newcomer()), 409, "link_not_valid")


async def test_somebody_new_who_accepts_two_invitations_at_one_moment_gets_one_account(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    rival_id = await office.rival()
    await office.owner("sam@rival.example", rival_id)
    first = await new_token(boss, conninfo)
    office.clock.move(minutes=1)
    rival = await office.signed_in("sam@rival.example")
    await rival.post(f"/organizers/{rival_id}/invitations", json={"email": NEW, "role": "door"})
    second = token_in(mails(conninfo, "invitation")[-1])
    assert first != second
    answers = await asyncio.gather(*(accept(office.visitor(), token, **newcomer()) for token in (first, second)))
    assert sorted(answer.status_code for answer in answers) == [201, 401]
    assert len(rows(conninfo, "SELECT id FROM persons WHERE email = %s", NEW)) == 1


async def test_an_invitation_does_not_last_for_ever(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    token = await new_token(boss, conninfo)
    office.clock.move(days=7)
    assert_problem(await accept(office.visitor(), token, **newcomer()), 409, "link_not_valid")
    fresh = await office.signed_in()
    assert (await fresh.get(URL)).json() == []


async def test_an_invitation_can_be_taken_back(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    token = await new_token(boss, conninfo)
    ((one),) = (await boss.get(URL)).json()
    assert (await boss.delete(f"{URL}/{one['id']}")).status_code == 204
    assert_problem(await accept(office.visitor(), token, **newcomer()), 409, "link_not_valid")
    for invitation_id in (one["id"], NOBODY, "nonsense"):
        assert_problem(await boss.delete(f"{URL}/{invitation_id}"), 404, "invitation_not_found")


async def test_another_invitation_of_the_same_address_ends_the_first(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    first = await new_token(boss, conninfo)
    office.clock.move(minutes=1)
    second = await new_token(boss, conninfo, NEW.upper(), "door")
    assert_problem(await accept(office.visitor(), first, **newcomer()), 409, "link_not_valid")
    assert (await accept(office.visitor(), second, **newcomer())).status_code == 201


async def test_a_member_is_not_invited_and_does_not_accept(
    office: Office, boss: httpx.AsyncClient, conninfo: str
) -> None:
    assert_problem(await invite(boss, OWNER), 409, "already_member")
    token = await new_token(boss, conninfo, role="door")
    assert_problem(await accept(boss, token), 409, "already_member")
    assert (await boss.get("/me")).json()["memberships"][0]["role"] == "owner"


async def test_a_key_repeated_sends_one_mail(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    answers = [await invite(boss, **{"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(mails(conninfo, "invitation")) == 1


async def test_what_is_wrong_with_an_acceptance_is_said(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    token = await new_token(boss, conninfo)
    visitor = office.visitor()
    assert_problem(await accept(visitor, token, name="Nina New"), 422, "validation_failed", "password")
    assert_problem(await accept(visitor, token, password=OTHER_PASSWORD), 422, "validation_failed", "name")
    assert_problem(await accept(visitor, token, **newcomer(password=NEW)), 409, "password_not_allowed")
    assert_problem(await accept(visitor, "x" * 43, **newcomer()), 409, "link_not_valid")
    assert_problem(await invite(boss, "nonsense"), 422, "validation_failed", "email")
    assert_problem(await invite(boss, role="king"), 422, "validation_failed", "role")
    assert (await accept(visitor, token, **newcomer())).status_code == 201


async def test_a_stranger_takes_no_invitation_back(office: Office, boss: httpx.AsyncClient) -> None:
    sent = (await invite(boss)).json()
    rival_id = await office.rival()
    await office.owner("sam@rival.example", rival_id)
    stranger = await office.signed_in("sam@rival.example")
    assert_problem(await stranger.delete(f"{URL}/{sent['id']}"), 404, "organizer_not_found")
    at_home = f"/organizers/{rival_id}/invitations/{sent['id']}"
    assert_problem(await stranger.delete(at_home), 404, "invitation_not_found")
    assert_problem(await office.visitor().delete(f"{URL}/{sent['id']}"), 401, "api_key_required")
    assert len((await boss.get(URL)).json()) == 1


async def test_nobody_sends_mails_to_the_whole_world(office: Office, boss: httpx.AsyncClient) -> None:
    sent = invitation.PATIENCE.tries_free
    statuses = [(await invite(boss, f"p{number}@house.example")).status_code for number in range(sent + 1)]
    assert statuses == [201] * sent + [429]


async def test_an_organizer_has_room_for_so_many(office: Office, boss: httpx.AsyncClient, conninfo: str) -> None:
    run(
        conninfo,
        """
        INSERT INTO invitations (id, organizer_id, email, email_key, role, token_hash, created_at, expires_at)
        SELECT gen_random_uuid(), %s, n || '@x.example', n || '@x.example', 'door', sha256(n::text::bytea), now(),
            now() + interval '1 day'
        FROM generate_series(1, %s) n
        """,
        DEFAULT_ID,
        MEMBERS_MAX - 1,
    )
    body = assert_problem(await invite(boss), 409, "limit_reached")
    assert body["limit"] == MEMBERS_MAX
