"""What an event offers, in the console: made, changed and deleted by forms, and why a ticket type is not on sale."""

from typing import Any

import httpx
import pytest

from tests.web.asking import NOBODY, Json, new_booking
from tests.web.offering import listed, new
from tests.web.pages.browsing import BROWSER, follow, form_to, resend, send, words_of

PARTS: dict[str, Json] = {
    "ticket-types": {"name": "Adult", "price_minor": "25.00", "tax": "19", "tickets_max": "6"},
    "pools": {"name": "Balcony", "capacity": "5"},
    "fees": {"name": "Service", "kind": "percent", "amount": "7.5", "per": "ticket"},
    "promo-codes": {"code": "summer", "kind": "fixed", "amount": "2.50", "tickets_max": "100"},
}
MADE: dict[str, Json] = {
    "ticket-types": {"price_minor": 2_500, "tax": {"basis_points": 1_900, "is_included": True}, "tickets_max": 6},
    "pools": {"capacity": 5, "held_back": 0},
    "fees": {"kind": "percent", "amount": 750},
    "promo-codes": {"code": "SUMMER", "kind": "fixed", "amount": 250, "tickets_max": 100},
}
CHANGES: dict[str, tuple[Json, Json]] = {
    "ticket-types": (
        {"name": "Adults", "tickets_max": "", "tax_is_added": "true", "sales_from": "2041-01-01T10:00"},
        {
            "tickets_max": None,
            "tax": {"basis_points": 1_900, "is_included": False},
            "sales_from": "2041-01-01T10:00:00Z",
        },
    ),
    "pools": ({"name": "Gallery", "capacity": "7", "held_back": "2"}, {"name": "Gallery", "held_back": 2}),
    "fees": ({"kind": "fixed", "amount": "1.20"}, {"kind": "fixed", "amount": 120}),
    "promo-codes": (
        {"kind": "percent", "amount": "10", "tickets_max": "", "valid_until": "2041-01-01T10:00"},
        {"kind": "percent", "amount": 1_000, "tickets_max": None, "valid_until": "2041-01-01T10:00:00Z"},
    ),
}
KINDS = pytest.mark.parametrize("kind", PARTS)


def path_of(event: Json, *more: str) -> str:
    return "/".join([f"/console/events/{event['id']}/offer", *more])


async def opened(client: httpx.AsyncClient, path: str) -> httpx.Response:
    page = await client.get(path, headers=BROWSER)
    assert page.status_code == 200, words_of(page)
    return page


async def only(client: httpx.AsyncClient, event: Json, kind: str) -> Json:
    """The one of a kind that is not there from the beginning."""
    (found,) = [
        one for one in await listed(client, event, kind) if one["id"] != event["id"] and "General" not in str(one)
    ]
    return found


@KINDS
async def test_a_part_is_made_changed_and_deleted(client: httpx.AsyncClient, event: Json, kind: str) -> None:
    page = await opened(client, path_of(event, kind, "new"))
    answer = await send(client, page, f"{kind}/new", **PARTS[kind])
    overview = await follow(client, answer)
    made = await only(client, event, kind)
    assert MADE[kind].items() <= made.items()
    assert str(made.get("name") or made["code"]) in words_of(overview)
    page = await opened(client, path_of(event, kind, made["id"]))
    unchanged = await send(client, page, f"{kind}/{made['id']}")
    assert unchanged.status_code == 303
    assert await only(client, event, kind) == made
    typed, wanted = CHANGES[kind]
    answer = await send(client, page, f"{kind}/{made['id']}", form_key=NOBODY, **typed)
    assert answer.status_code == 303, words_of(answer)
    assert wanted.items() <= (await only(client, event, kind)).items()
    answer = await send(client, page, "/deletion")
    assert answer.status_code == 303, words_of(answer)
    assert len(await listed(client, event, kind)) == (kind in {"ticket-types", "pools"})
    gone = await client.get(path_of(event, kind, made["id"]), headers=BROWSER)
    assert gone.status_code == 404


@KINDS
async def test_a_form_that_is_sent_twice_makes_one_part(client: httpx.AsyncClient, event: Json, kind: str) -> None:
    page = await opened(client, path_of(event, kind, "new"))
    form = form_to(page, f"{kind}/new")
    for _ in range(2):
        assert (await resend(client, page, form, **PARTS[kind])).status_code == 303
    await only(client, event, kind)


@pytest.mark.parametrize(
    ("kind", "field", "typed"),
    [
        ("ticket-types", "name", ""),
        ("ticket-types", "price_minor", "dear"),
        ("ticket-types", "tax", "101"),
        ("ticket-types", "tickets_min", "9"),
        ("ticket-types", "tickets_max", "none"),
        ("ticket-types", "sales_from", "soon"),
        ("ticket-types", "pool_ids", NOBODY),
        ("pools", "capacity", "-1"),
        ("pools", "held_back", "6"),
        ("fees", "amount", "101"),
        ("fees", "per", "person"),
        ("promo-codes", "code", ""),
        ("promo-codes", "amount", "a lot"),
        ("promo-codes", "ticket_type_ids", NOBODY),
        ("promo-codes", "valid_from", "2041-13-01T10:00"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_made(
    client: httpx.AsyncClient, event: Json, kind: str, field: str, typed: Any
) -> None:
    before = await listed(client, event, kind)
    page = await opened(client, path_of(event, kind, "new"))
    answer = await send(client, page, f"{kind}/new", **{**PARTS[kind], field: typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await listed(client, event, kind) == before


async def test_what_is_used_is_not_deleted_and_says_why(client: httpx.AsyncClient, event: Json) -> None:
    await new_booking(client, event["id"])
    (general,) = await listed(client, event, "ticket-types")
    page = await opened(client, path_of(event, "ticket-types", general["id"]))
    answer = await send(client, page, "/deletion")
    assert answer.status_code == 422
    assert len(await listed(client, event, "ticket-types")) == 1


async def test_the_house_gets_more_places_and_keeps_its_name(client: httpx.AsyncClient, event: Json) -> None:
    page = await opened(client, path_of(event, "pools", event["id"]))
    assert "Delete" not in words_of(page)
    answer = await send(client, page, f"pools/{event['id']}", capacity="20", held_back="3")
    assert answer.status_code == 303, words_of(answer)
    (house,) = await listed(client, event, "pools")
    assert (house["capacity"], house["held_back"], house["name"]) == (20, 3, "House")


async def test_each_ticket_type_says_why_it_is_not_on_sale(client: httpx.AsyncClient, event: Json) -> None:
    await new(client, event, "ticket-types", name="Later", sales_from="2040-01-01T00:00:00Z")
    await new(client, event, "ticket-types", name="Staff", visibility="box_office")
    pool = await new(client, event, "pools", capacity=0)
    await new(client, event, "ticket-types", name="Full", pool_ids=[pool["id"]])
    await new(client, event, "ticket-types", name="Secret", visibility="code")
    words = words_of(await opened(client, path_of(event)))
    assert words.count("Why is this not on sale?") == 4
    assert "Its sale begins on" in words
    assert "Only the box office sells it." in words
    assert "of 0 places 0 are sold" in words
    assert "It is sold with a promo code that opens it." in words
    await client.post(f"/events/{event['id']}/cancellation", json={})
    assert words_of(await opened(client, path_of(event))).count("The event is cancelled.") == 5


async def test_many_codes_are_paged(client: httpx.AsyncClient, event: Json) -> None:
    for number in range(101):
        await new(client, event, "promo-codes", code=f"C{number:03}")
    first = await opened(client, path_of(event))
    assert "C099" in words_of(first)
    assert "C100" not in words_of(first)
    second = words_of(await opened(client, path_of(event) + "?after=C099"))
    assert "C100" in second
    assert "C099" not in second
