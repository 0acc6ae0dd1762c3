"""Members of an organizer over HTTP: listed, given other roles, let go; an owner always remains."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from fullhouse.rules.person import Person
from fullhouse.store.organizer import DEFAULT_ID
from tests.people import OWNER, Office, open_office
from tests.web.asking import NOBODY, Json, assert_problem, event_body

URL = f"/organizers/{DEFAULT_ID}/members"
MAX = "max@house.example"


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        yield opened


@pytest.fixture
async def owner(office: Office) -> Person:
    """The owner."""
    return await office.owner()


async def test_an_owner_sees_who_works_for_the_organizer(office: Office, owner: Person) -> None:
    office.clock.move(minutes=1)
    door = await office.member(MAX, "door")
    listed: list[Json] = (await (await office.signed_in()).get(URL)).json()
    assert [(one["person_id"], one["email"], one["role"]) for one in listed] == [
        (owner.id, OWNER, "owner"),
        (door.id, MAX, "door"),
    ]
    assert {"person_id", "name", "email", "role", "created_at"} == set(listed[0])


async def test_another_role_counts_at_once(office: Office, owner: Person) -> None:
    door = await office.member(MAX, "door")
    boss, worker = await office.signed_in(), await office.signed_in(MAX)
    assert_problem(await worker.post("/events", json=event_body()), 403, "not_permitted")
    answer = await boss.patch(f"{URL}/{door.id}", json={"role": "manager"}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["role"]) == (200, "manager")
    assert (await worker.post("/events", json=event_body())).status_code == 201
    again = await boss.patch(f"{URL}/{door.id}", json={"role": "manager"}, headers={"idempotency-key": "k"})
    assert again.headers["idempotency-replayed"] == "true"


async def test_who_was_let_go_keeps_his_account_and_nothing_else(office: Office, owner: Person) -> None:
    manager = await office.member(MAX, "manager")
    boss, worker = await office.signed_in(), await office.signed_in(MAX)
    assert (await boss.delete(f"{URL}/{manager.id}")).status_code == 204
    assert (await worker.get("/me")).json()["memberships"] == []
    assert_problem(await worker.get(URL), 404, "organizer_not_found")
    assert_problem(await boss.delete(f"{URL}/{manager.id}"), 404, "member_not_found")


async def test_one_can_leave_by_oneself(office: Office, owner: Person) -> None:
    await office.member(MAX, "door")
    worker = await office.signed_in(MAX)
    assert (await worker.delete(f"/me/memberships/{DEFAULT_ID}")).status_code == 204
    assert_problem(await worker.delete(f"/me/memberships/{DEFAULT_ID}"), 404, "member_not_found")
    assert_problem(await worker.delete("/me/memberships/nonsense"), 404, "member_not_found")


async def test_the_last_owner_stays(office: Office, owner: Person) -> None:
    await office.member(MAX, "manager")
    boss = await office.signed_in()
    assert_problem(await boss.delete(f"{URL}/{owner.id}"), 409, "last_owner")
    assert_problem(await boss.delete(f"/me/memberships/{DEFAULT_ID}"), 409, "last_owner")
    assert_problem(await boss.patch(f"{URL}/{owner.id}", json={"role": "manager"}), 409, "last_owner")
    assert (await boss.patch(f"{URL}/{owner.id}", json={"role": "owner"})).status_code == 200
    assert (await boss.get(URL)).status_code == 200


async def test_of_owners_who_leave_at_one_moment_one_stays(office: Office, owner: Person) -> None:
    emails = [f"o{number}@house.example" for number in range(3)]
    for email in emails:
        await office.member(email, "owner")
    leaving = [await office.signed_in(email) for email in (OWNER, *emails)]
    answers = await asyncio.gather(*(one.delete(f"/me/memberships/{DEFAULT_ID}") for one in leaving))
    assert sorted(answer.status_code for answer in answers) == [204, 204, 204, 409]


async def test_only_an_owner_has_a_say_over_members(office: Office, owner: Person) -> None:
    for role in ("manager", "box_office", "door"):
        await office.member(f"{role}@house.example", role)
        colleague = await office.signed_in(f"{role}@house.example")
        for method, path, body in (
            ("GET", URL, None),
            ("PATCH", f"{URL}/{owner.id}", {"role": "door"}),
            ("DELETE", f"{URL}/{owner.id}", None),
            ("GET", f"/organizers/{DEFAULT_ID}/invitations", None),
            ("POST", f"/organizers/{DEFAULT_ID}/invitations", {"email": MAX, "role": "owner"}),
        ):
            assert_problem(await colleague.request(method, path, json=body), 403, "not_permitted")


async def test_to_a_stranger_there_is_no_such_organizer(office: Office, owner: Person) -> None:
    await office.owner("sam@rival.example", await office.rival())
    stranger = await office.signed_in("sam@rival.example")
    assert_problem(await stranger.get(URL), 404, "organizer_not_found")
    assert_problem(await stranger.delete(f"{URL}/{owner.id}"), 404, "organizer_not_found")
    assert_problem(await stranger.patch(f"{URL}/{owner.id}", json={"role": "door"}), 404, "organizer_not_found")


async def test_what_makes_no_sense_is_refused(office: Office, owner: Person) -> None:
    boss = await office.signed_in()
    for person_id in (NOBODY, "nonsense"):
        assert_problem(await boss.patch(f"{URL}/{person_id}", json={"role": "door"}), 404, "member_not_found")
        assert_problem(await boss.delete(f"{URL}/{person_id}"), 404, "member_not_found")
    answer = await boss.patch(f"{URL}/{owner.id}", json={"role": "king"})
    assert_problem(answer, 422, "validation_failed", "role")
