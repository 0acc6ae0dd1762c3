"""The team's page: who works for an organizer, as what, and who is invited."""

import httpx

from tests.people import Office, mails
from tests.web.console.staff import HOUSE, assert_open_to, browser_of, hire, look
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

TEAM = f"{HOUSE}/team"


async def test_the_team_is_for_owners(office: Office) -> None:
    await assert_open_to(office, TEAM)


async def test_an_owner_invites_and_withdraws(olga: httpx.AsyncClient, conninfo: str) -> None:
    page = await follow(
        olga, await send(olga, await look(olga, TEAM), "/team", email="ann@new.example", role="manager")
    )
    assert "ann@new.example" in words_of(page)
    assert [one["to_email"] for one in mails(conninfo, "invitation")] == ["ann@new.example"]
    page = await follow(olga, await send(olga, page, "/withdrawal"))
    assert "ann@new.example" not in words_of(page)


async def test_a_form_that_is_sent_twice_invites_once(olga: httpx.AsyncClient, conninfo: str) -> None:
    page = await look(olga, TEAM)
    form = form_to(page, "/team")
    for _ in range(2):
        assert (await resend(olga, page, form, email="ann@new.example", role="door")).status_code == 303
    assert len(mails(conninfo, "invitation")) == 1


async def test_what_is_wrong_with_an_invitation_stands_beside_its_field(
    olga: httpx.AsyncClient, office: Office
) -> None:
    answer = await send(olga, await look(olga, TEAM), "/team", email="nobody", role="door")
    assert answer.status_code == 422
    assert 'id="email-fault"' in answer.text
    await hire(office, "door")
    again = await send(olga, await look(olga, TEAM), "/team", email="door@house.example", role="door")
    assert again.status_code == 422
    assert "works for the organizer already" in words_of(again)


async def test_an_owner_gives_another_role_and_lets_go(olga: httpx.AsyncClient, office: Office) -> None:
    dora = await office.member("door@house.example", "door")
    door = await browser_of(office, dora.email)
    page = await follow(olga, await send(olga, await look(olga, TEAM), f"{dora.id}/role", role="manager"))
    assert "door@house.example · Manager" in words_of(page)
    page = await follow(olga, await send(olga, page, f"{dora.id}/removal"))
    assert "door@house.example" not in words_of(page)
    await look(door, HOUSE + "/webhooks", 404)


async def test_the_last_owner_stays(olga: httpx.AsyncClient) -> None:
    page = await look(olga, TEAM)
    for answer in (await send(olga, page, "/role", role="door"), await send(olga, page, "/removal")):
        assert answer.status_code == 422
        assert "needs an owner" in words_of(answer)


async def test_an_owner_who_leaves_goes_on_elsewhere(olga: httpx.AsyncClient, office: Office) -> None:
    await office.member("second@house.example", "owner")
    me = (await olga.get("/me")).json()["id"]
    answer = await send(olga, await look(olga, TEAM), f"{me}/removal")
    assert answer.headers["location"] == "/console"
    await look(olga, TEAM, 404)


async def test_a_form_from_elsewhere_does_nothing(olga: httpx.AsyncClient) -> None:
    answer = await olga.post(
        TEAM, data={"email": "a@b.example", "role": "door"}, headers={"origin": "https://x.example"}
    )
    assert answer.status_code == 403
    answer = await olga.post(
        TEAM, data={"email": "a@b.example", "role": "door"}, headers={"origin": "http://127.0.0.1:8000"}
    )
    assert answer.headers["x-refusal"] == "form_foreign"
