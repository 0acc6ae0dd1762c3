"""Every route, called by everybody: nobody, a buyer, each role, each scope of a key, and the stranger."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast, get_args

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute

from fullhouse.actions.deps import Deps
from fullhouse.rules.people_refusals import NotPermitted, OrganizerNotFound, OrganizerRequired, SignInRequired
from fullhouse.rules.permission import OF_ROLE, OF_SCOPE, Permission, Role
from fullhouse.rules.refusals import ApiKeyRequired, BookingNotFound, EventNotFound, Refusal, SeriesNotFound
from fullhouse.web.api.permissions import PERMISSIONS, Need
from fullhouse.web.auth import ANYBODY, OWNER, Caller
from fullhouse.web.call import Call
from fullhouse.web.gate import let_in
from tests.web.asking import NOBODY, assert_problem, everything
from tests.web.pages.browsing import words_of
from tests.web.two_houses import House, make_key

Route = tuple[str, str]

MISSING: dict[str, type[Refusal]] = {
    "organizer_id": OrganizerNotFound,
    "event_id": EventNotFound,
    "series_id": SeriesNotFound,
    "booking_id": BookingNotFound,
}
GATE_CODES = {"api_key_required", "sign_in_required", "not_permitted", *(missing.code for missing in MISSING.values())}
NOT_ROUTED = {"/openapi.json", "/static"}
"""What the framework serves by itself: the document, and files. Both are for everybody."""


def framework_of(client: httpx.AsyncClient) -> Any:
    """The framework's application, behind the front door."""
    return cast("Any", client._transport).app._app


def routes_in(routes: Iterable[Any]) -> list[Any]:
    """Single routes, also those of routers that are included."""
    found: list[Any] = []
    for one in routes:
        included = getattr(one, "original_router", None)
        found += [one] if included is None else routes_in(included.routes)
    return found


def path_of(template: str, ids: Mapping[str, str]) -> str:
    """A path for a template."""
    return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], template)


def missing_of(template: str) -> type[Refusal] | None:
    """What a stranger is told of the thing that a path names; None when it names none."""
    return next((MISSING[name] for name in re.findall(r"\{(\w+)\}", template) if name in MISSING), None)


async def ask(client: httpx.AsyncClient, route: Route, ids: Mapping[str, str], headers: dict[str, str]) -> Any:
    """Make a call that the gate may let in, with a body that no handler takes, so that nothing changes behind it."""
    method, template = route
    if template.endswith("/live"):
        # A stream has no end; its head says what the gate says.
        method = "HEAD"
    body = {} if method in {"GET", "HEAD"} else {"content": b"{"}
    return await client.request(method, path_of(template, ids), headers=headers, **body)  # type: ignore[arg-type] # two shapes of one call


def told_by_the_gate(answer: httpx.Response) -> str:
    """The gate's refusal, or that the call was let in."""
    if answer.headers.get("location", "").startswith("/console/sign-in?next="):
        return "sent to sign in"
    if answer.status_code not in {401, 403, 404}:
        return "let in"
    if "x-refusal" in answer.headers:
        return answer.headers["x-refusal"] if answer.headers["x-refusal"] in GATE_CODES else "let in"
    code: str = answer.json()["code"]
    return code if code in GATE_CODES else "let in"


def is_page(route: Route) -> bool:
    """Tell whether a route of the table answers with a page."""
    return route[1] == "/console" or route[1].startswith(("/console/", "/shop/"))


def expected(route: Route, need: Need, permissions: frozenset[Permission], *, is_stranger: bool) -> str:
    """What the table means for a key with these permissions at its own organizer."""
    missing = missing_of(route[1])
    if need == "public":
        return "let in"
    if need == "signed_in":
        return "not_permitted"
    if is_stranger and missing is not None:
        return missing.code
    return "let in" if need in permissions else "not_permitted"


async def answers(
    client: httpx.AsyncClient, ids: Mapping[str, str], headers: dict[str, str]
) -> dict[Route, httpx.Response]:
    """What somebody is answered on every route."""
    return {route: await ask(client, route, ids, headers) for route in PERMISSIONS}


def test_every_route_has_an_entry_and_every_entry_a_route(closed_client: httpx.AsyncClient) -> None:
    routes = routes_in(framework_of(closed_client).routes)
    served = [(method, one.path) for one in routes if isinstance(one, APIRoute) for method in one.methods or ()]
    assert sorted(served) == sorted(PERMISSIONS)
    assert {one.path for one in routes if not isinstance(one, APIRoute)} == NOT_ROUTED
    assert set(PERMISSIONS.values()) <= {*get_args(Permission), "public", "signed_in"}


async def test_the_document_says_which_calls_need_a_key(closed_client: httpx.AsyncClient) -> None:
    paths = (await closed_client.get("/openapi.json")).json()["paths"]
    documented = {(method.upper(), path): call for path, item in paths.items() for method, call in item.items()}
    for route, call in documented.items():
        needs_key = {} not in call.get("security", [{}])
        assert needs_key == (PERMISSIONS[route] != "public"), route


async def look_ups(conninfo: str) -> int:
    """Connections whose last statement looked up whose an event is."""
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        cursor = await conn.execute(
            """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND starts_with(query, 'SELECT id::text, organizer_id::text FROM events')
            """
        )
        ((count,),) = await cursor.fetchall()
    return int(count)


async def test_who_only_books_is_not_kept_waiting_to_find_out_whose_the_event_is(
    closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    body = {"event_id": house.event_id, "num_seats": 1}
    for headers in ({}, house.keys["sell"]):
        # Refused for its ticket types, but by the engine: the gate has let it in.
        assert_problem(await closed_client.post("/bookings", json=body, headers=headers), 409, "ticket_types_required")
        assert await look_ups(conninfo) == 0
    assert (await closed_client.get(f"/events/{house.event_id}/pools", headers=house.keys["sell"])).status_code == 200
    assert await look_ups(conninfo) == 1


NOBODYS: dict[Need, type[Refusal]] = {"signed_in": SignInRequired}
"""What nobody is told where it is not that he needs a key."""


async def test_nobody_and_a_buyer_get_what_is_public_and_are_asked_for_a_key_otherwise(
    closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    before = everything(conninfo)
    for route, answer in (await answers(closed_client, house.ids, {})).items():
        need = PERMISSIONS[route]
        wanted = "let in" if need == "public" else NOBODYS.get(need, ApiKeyRequired).code
        if wanted != "let in" and is_page(route):
            assert told_by_the_gate(answer) == "sent to sign in", (route, answer.text)
            continue
        assert told_by_the_gate(answer) == wanted, (route, answer.text)
        if wanted != "let in":
            assert_problem(answer, 401, wanted)
    assert everything(conninfo) == before


@pytest.mark.parametrize("scope", [*OF_SCOPE, "all"])
async def test_a_key_of_the_house_may_do_what_its_scope_says(
    closed_client: httpx.AsyncClient, house: House, scope: str
) -> None:
    permissions = frozenset[Permission]().union(*OF_SCOPE.values()) if scope == "all" else OF_SCOPE[scope]  # type: ignore[index] # a scope then
    assert "own" not in permissions
    for route, answer in (await answers(closed_client, house.ids, house.keys[scope])).items():
        need = PERMISSIONS[route]
        wanted = expected(route, need, permissions, is_stranger=False)
        assert told_by_the_gate(answer) == wanted, (route, answer.text)
        if wanted == "not_permitted" and not is_page(route):
            assert assert_problem(answer, 403, "not_permitted")["permission"] == need


@pytest.mark.parametrize("scope", [*OF_SCOPE, "all"])
async def test_to_a_stranger_nothing_of_another_house_is_there(
    closed_client: httpx.AsyncClient, house: House, rival: House, scope: str, conninfo: str
) -> None:
    before = everything(conninfo)
    permissions = frozenset[Permission]().union(*OF_SCOPE.values()) if scope == "all" else OF_SCOPE[scope]  # type: ignore[index] # a scope then
    nothing = {name: one if name == "number" else NOBODY for name, one in house.ids.items()}
    real = await answers(closed_client, house.ids, rival.keys[scope])
    unreal = await answers(closed_client, nothing, rival.keys[scope])
    for route, answer in real.items():
        wanted = expected(route, PERMISSIONS[route], permissions, is_stranger=True)
        assert told_by_the_gate(answer) == wanted, (route, answer.text)
        if wanted in GATE_CODES - {"not_permitted"}:
            told = [words_of(one) if is_page(route) else one.json() for one in (answer, unreal[route])]
            assert (answer.status_code, told[0]) == (404, told[1]), route
    assert everything(conninfo) == before


async def test_to_a_key_for_other_events_nothing_of_this_one_is_there(
    closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    ((other,),) = [[one["id"] for one in (await closed_client.get("/events?q=first")).json()]]
    limited = await make_key(conninfo, house.organizer_id, event_ids=(other,))
    for route, answer in (await answers(closed_client, house.ids, limited)).items():
        need, missing = PERMISSIONS[route], missing_of(route[1])
        wanted = "let in" if need == "public" else "not_permitted"
        if need != "public" and missing not in {None, OrganizerNotFound}:
            wanted = missing.code
        assert told_by_the_gate(answer) == wanted, (route, answer.text)
    good = await closed_client.get(f"/events/{other}/pools", headers=limited)
    assert good.status_code == 200
    for tail, body in (("copies", {"date": "2042-05-01T20:00:00Z"}), ("series", {"rule": "FREQ=DAILY;COUNT=2"})):
        beyond = await closed_client.post(f"/events/{other}/{tail}", json=body, headers=limited)
        assert_problem(beyond, 403, "not_permitted")


async def test_the_playground_is_let_in_everywhere(client: httpx.AsyncClient, house: House) -> None:
    for route, answer in (await answers(client, house.ids, {})).items():
        # Behind the gate, who is signed in is asked for; in the playground nobody is.
        behind = {"sign_in_required"} if PERMISSIONS[route] == "signed_in" else set()
        assert told_by_the_gate(answer) in {"let in", *behind}, (route, answer.text)


def member(organizer_id: str, role: Role) -> Caller:
    """Somebody who is signed in and works for an organizer."""
    return Caller("member", "member", "Ann", {organizer_id: OF_ROLE[role]}, person_id=NOBODY, session_id=NOBODY)


async def let_in_as(
    deps: Deps, caller: Caller, route: Route, ids: Mapping[str, str], organizer_id: str | None = None
) -> Caller | type[Refusal]:
    """Go through the gate: who is behind it, or the refusal."""
    named = {name: ids[name] for name in re.findall(r"\{(\w+)\}", route[1])}
    headers = {} if organizer_id is None else {b"fullhouse-organizer": organizer_id.encode()}
    try:
        return (await let_in(deps, Call(headers, b"", caller), *route, named)).caller
    except Refusal as refusal:
        return type(refusal)


@pytest.mark.parametrize("role", OF_ROLE)
async def test_a_member_may_do_what_the_role_says_and_a_strange_one_finds_nothing(
    deps: Deps, house: House, rival: House, role: Role
) -> None:
    for route, need in PERMISSIONS.items():
        missing = missing_of(route[1])
        at_home = await let_in_as(deps, member(house.organizer_id, role), route, house.ids)
        away = await let_in_as(deps, member(rival.organizer_id, role), route, house.ids)
        if need in {"public", "signed_in"}:
            assert isinstance(at_home, Caller), route
            assert isinstance(away, Caller), route
            assert away.permissions == frozenset(), route
            assert at_home.permissions == (OF_ROLE[role] if need == "public" and missing else frozenset()), route
            continue
        if need in OF_ROLE[role]:
            assert isinstance(at_home, Caller), route
            assert (at_home.permissions, at_home.organizer_id) == (OF_ROLE[role], house.organizer_id), route
        else:
            assert at_home is NotPermitted, route
        if missing is not None:
            assert away is missing, route


async def test_who_works_for_two_houses_may_do_at_each_what_his_role_is_there(
    deps: Deps, house: House, rival: House
) -> None:
    standings = {house.organizer_id: OF_ROLE["owner"], rival.organizer_id: OF_ROLE["door"]}
    ann = member(house.organizer_id, "owner")._replace(standings=standings)
    route = ("PATCH", "/events/{event_id}")
    assert isinstance(await let_in_as(deps, ann, route, house.ids), Caller)
    assert await let_in_as(deps, ann, route, rival.ids) is NotPermitted
    new_event = ("POST", "/events")
    assert await let_in_as(deps, ann, new_event, {}) is OrganizerRequired, "for which of them?"
    at_home = await let_in_as(deps, ann, new_event, {}, house.organizer_id)
    assert isinstance(at_home, Caller)
    assert (at_home.organizer_id, at_home.permissions) == (house.organizer_id, OF_ROLE["owner"])
    assert await let_in_as(deps, ann, new_event, {}, rival.organizer_id) is NotPermitted
    assert await let_in_as(deps, ann, new_event, {}, NOBODY) is OrganizerNotFound


async def test_the_gate_keeps_nobody_out_of_what_is_public_and_lets_nobody_else_in(deps: Deps, house: House) -> None:
    for route, need in PERMISSIONS.items():
        found = await let_in_as(deps, ANYBODY, route, house.ids)
        assert found == (ANYBODY if need == "public" else NOBODYS.get(need, ApiKeyRequired)), route
        owner = await let_in_as(deps, OWNER, route, house.ids)
        assert isinstance(owner, Caller), route
        assert owner.permissions == OF_ROLE["owner"], route
