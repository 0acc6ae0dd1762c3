"""The command on persons, in a real process: what it removes, and what it says when there is nobody."""

import asyncio

import psycopg

from tests.cli.terminal import fullhouse, refused
from tests.people import OWNER, open_office, sign_in
from tests.web.asking import assert_problem
from tests.web.factoring import URL, app_of, passkey_of


def test_who_has_lost_all_factors_is_let_in_by_the_operator(conninfo: str) -> None:
    async def lose() -> None:
        async with open_office(conninfo, public_url=URL) as office:
            await office.owner()
            owner = await office.signed_in()
            await app_of(office, owner)
            await passkey_of(owner)
            done = await asyncio.to_thread(_forget, conninfo)
            assert done == (0, f"2 second factors of {OWNER} are removed, and all sessions have ended.\n", "")
            assert_problem(await owner.get("/me"), 401, "sign_in_required")
            assert (await sign_in(office.visitor())).json()["state"] == "signed_in"

    asyncio.run(lose())
    with psycopg.connect(conninfo) as conn:
        acts = conn.execute("SELECT actor_kind FROM audit_entries WHERE act = 'second_factors.removal'").fetchall()
    assert acts == [("operator",)]


def _forget(conninfo: str) -> tuple[int, str, str]:
    return fullhouse("person", "forget-factors", "--email", OWNER, "--database-url", conninfo)


def test_nobody_is_nobody(conninfo: str) -> None:
    line = refused("person", "forget-factors", "--email", "nobody@example.org", "--database-url", conninfo)
    assert line == "There is no person with this mail address."
