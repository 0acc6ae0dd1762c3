"""Copies of events with all that they offer, and series of them."""

import asyncio
import itertools
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.web.asking import FUTURE, JSON, NOBODY, Json, assert_problem, event_body, everything, new_event
from tests.web.organizing import DETAILS, details, let_begin, rows, run, set_state, take
from tests.web.test_auth import bearer, make_key

WEEK = timedelta(days=7)
NEXT_WEEK = "2041-05-08T20:00:00+02:00"
FRESH = {"id", "event_id", "created_at", "ticket_type_ids"}
TIMES = {"starts_at", "doors_at", "ends_at", "sales_from", "sales_until", "valid_from", "valid_until"}


def offer_something(conninfo: str, event_id: str) -> None:
    """Let an event have a bit of everything that can be offered."""
    take(conninfo, event_id, 3)
    run(conninfo, "UPDATE events SET buyer_tickets_max = 4 WHERE id = %s", event_id)
    run(conninfo, "UPDATE houses SET held_back = 2, next_expiry_at = now() + '1 d' WHERE event_id = %s", event_id)
    run(
        conninfo,
        """
        WITH pools AS (
            INSERT INTO pools (event_id, id, name, capacity, held_back, taken, created_at)
            SELECT %(event)s, gen_random_uuid(), 'Pool ' || n, nullif(n * 10, 30), n, n, now()
            FROM generate_series(1, 3) n
            RETURNING id, name
        ), types AS (
            INSERT INTO ticket_types (event_id, id, name, description, position, price_minor, tax_basis_points,
                                      tax_is_included, places, tickets_min, tickets_max, buyer_tickets_max,
                                      sales_from, sales_until, visibility, created_at)
            SELECT %(event)s, gen_random_uuid(), 'Type ' || n, 'For ' || n, n %% 2, n * 1000, n * 100, n = 1,
                   n, n, n + 5, n + 3, timestamptz '2031-01-01 10:00:00+01', timestamptz '2041-04-30 10:00:00.5+02',
                   CASE n WHEN 1 THEN 'public' WHEN 2 THEN 'box_office' ELSE 'archived' END, now()
            FROM generate_series(1, 3) n
            RETURNING id, name
        ), fees AS (
            INSERT INTO fees
            SELECT %(event)s, gen_random_uuid(), 'Fee ' || n, CASE n WHEN 1 THEN 'fixed' ELSE 'percent' END, n * 50,
                   CASE n WHEN 1 THEN 'booking' ELSE 'ticket' END, n * 700, n = 2, now() + n * interval '1 second'
            FROM generate_series(1, 2) n
        )
        INSERT INTO ticket_type_pools (event_id, ticket_type_id, pool_id)
        SELECT %(event)s, t.id, p.id FROM types t, pools p WHERE right(t.name, 1) <= right(p.name, 1)
        """,
        event=event_id,
    )
    run(
        conninfo,
        """
        INSERT INTO promo_codes
        SELECT %(event)s, gen_random_uuid(), 'CODE' || n, CASE n WHEN 1 THEN 'fixed' ELSE 'percent' END, n * 10,
               CASE n WHEN 1 THEN
                   ARRAY(SELECT id FROM ticket_types WHERE event_id = %(event)s AND name <> 'Type 2')
               END,
               timestamptz '2031-01-01 10:00:00+01', timestamptz '2041-04-30 10:00:00+02', n, n, n, 1, 1, 1,
               now() + n * interval '1 second'
        FROM generate_series(1, 2) n
        """,
        event=event_id,
    )


def offer_of(conninfo: str, event_id: str, shift: timedelta = timedelta(0)) -> dict[str, list[dict[str, Any]]]:
    """Every column of every row that makes an event, but for what is fresh in a copy; times moved back by `shift`."""
    tables = {
        "events": rows(conninfo, "SELECT * FROM events WHERE id = %s", event_id),
        "houses": rows(conninfo, "SELECT * FROM houses WHERE event_id = %s", event_id),
        "pools": rows(conninfo, "SELECT * FROM pools WHERE event_id = %s ORDER BY created_at, id", event_id),
        "types": rows(
            conninfo, "SELECT * FROM ticket_types WHERE event_id = %s ORDER BY position, created_at, id", event_id
        ),
        "draws": rows(
            conninfo,
            """
            SELECT t.name AS type, p.name AS pool FROM ticket_type_pools d
            JOIN ticket_types t ON t.event_id = d.event_id AND t.id = d.ticket_type_id
            JOIN pools p ON p.event_id = d.event_id AND p.id = d.pool_id
            WHERE d.event_id = %s ORDER BY t.name, p.name
            """,
            event_id,
        ),
        "fees": rows(conninfo, "SELECT * FROM fees WHERE event_id = %s ORDER BY created_at, id", event_id),
        "codes": rows(
            conninfo,
            """
            SELECT p.*, ARRAY(
                SELECT t.name FROM ticket_types t WHERE t.event_id = p.event_id AND t.id = ANY (p.ticket_type_ids)
                ORDER BY t.name
            ) AS types
            FROM promo_codes p WHERE event_id = %s ORDER BY code
            """,
            event_id,
        ),
    }
    return {
        table: [
            {
                column: value - shift if column in TIMES and value is not None else value
                for column, value in row.items()
                if column not in FRESH
            }
            for row in found
        ]
        for table, found in tables.items()
    }


def ids_of(conninfo: str, event_id: str) -> list[str]:
    """The ids of an event and all that it offers."""
    query = """
        SELECT id FROM events WHERE id = %(event)s UNION ALL SELECT id FROM pools WHERE event_id = %(event)s
        UNION ALL SELECT id FROM ticket_types WHERE event_id = %(event)s
        UNION ALL SELECT id FROM fees WHERE event_id = %(event)s
        UNION ALL SELECT id FROM promo_codes WHERE event_id = %(event)s
    """
    return [str(row["id"]) for row in rows(conninfo, query, event=event_id)]


async def copy(client: httpx.AsyncClient, event: Json, **body: object) -> httpx.Response:
    return await client.post(f"/events/{event['id']}/copies", json={"date": NEXT_WEEK, **body})


async def repeat(client: httpx.AsyncClient, event: Json, rule: str) -> httpx.Response:
    return await client.post(f"/events/{event['id']}/series", json={"rule": rule})


# ---------------------------------------------------------------------------------------------------------- copies


async def test_a_copy_is_a_draft_with_everything_but_what_is_taken(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, **DETAILS)
    offer_something(conninfo, event["id"])
    before = offer_of(conninfo, event["id"])
    answer = await copy(client, event)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/events/{made['id']}"
    assert made == await details(client, made["id"])
    assert (made["state"], made["date"], made["doors_at"]) == ("draft", "2041-05-08T18:00:00Z", "2041-05-08T17:00:00Z")
    assert (made["version"], made["available_seats"], made["total_seats"]) == (1, 10, 12)
    expected = offer_of(conninfo, event["id"])
    (source,), (house,) = expected["events"], expected["houses"]
    source |= {"state": "draft", "slug": None}
    house |= {"taken": 0, "bookings_made": 0, "notices_made": 1, "offer_version": 1, "next_expiry_at": None}
    for pool in expected["pools"]:
        pool["taken"] = 0
    for code in expected["codes"]:
        code |= {"tickets_used": 0, "bookings_used": 0, "money_used_minor": 0}
    assert [code["types"] for code in expected["codes"]] == [["General admission", "Type 1", "Type 3"], []]
    assert offer_of(conninfo, made["id"], WEEK) == expected
    assert not set(ids_of(conninfo, made["id"])) & set(ids_of(conninfo, event["id"]))
    assert all(one[14] == "7" for one in ids_of(conninfo, made["id"])), "they are UUIDv7"
    before["houses"][0]["offer_version"] += 1
    assert offer_of(conninfo, event["id"]) == before


async def test_a_copy_of_what_says_and_offers_nothing_more_says_and_offers_nothing_more(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    made = (await copy(client, event)).json()
    assert {name: made[name] for name in ("doors_at", "ends_at", "sales_from", "sales_until", "series_id")} == {
        **dict.fromkeys(["doors_at", "ends_at", "sales_from", "sales_until", "series_id"])
    }
    assert [row["name"] for row in offer_of(conninfo, made["id"])["types"]] == ["General admission"]


async def test_a_copy_has_its_own_name_if_it_is_given_one(client: httpx.AsyncClient, event: Json) -> None:
    assert (await copy(client, event)).json()["name"] == event["name"]
    assert (await copy(client, event, name=None)).json()["name"] == event["name"]
    assert (await copy(client, event, name=' {"Opera", \\} ')).json()["name"] == '{"Opera", \\}'
    assert len((await client.get("/events?state=draft")).json()) == 3


async def test_a_copy_is_changed_without_its_source(client: httpx.AsyncClient) -> None:
    event = await new_event(client, **DETAILS)
    made = (await copy(client, event)).json()
    before = await details(client, event["id"])
    body = {"name": "Opera", "slug": "opera", "currency": "JPY"}
    assert (await client.patch(f"/events/{made['id']}", json=body)).status_code == 200
    assert (await client.post(f"/events/{made['id']}/publication")).status_code == 201
    assert await details(client, event["id"]) == before


async def test_what_is_over_or_cancelled_can_be_copied(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    let_begin(conninfo, event["id"])
    assert (await copy(client, event)).json()["state"] == "draft"
    set_state(conninfo, event["id"], "cancelled")
    assert (await copy(client, event)).json()["state"] == "draft"


async def test_a_copy_with_wrong_values_is_refused_by_field(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before = everything(conninfo)
    wrong: list[tuple[str, object]] = [("date", one) for one in (None, "", "soon", "2020-01-01T00:00:00Z", 1)]
    wrong += [("name", one) for one in ("", " ", "x" * 201, "a\0b", 1)] + [("venue", "Arena"), ("state", "published")]
    for field, value in wrong:
        assert_problem(await copy(client, event, **{field: value}), 422, "validation_failed", field)
    answer = await client.post(f"/events/{event['id']}/copies", json={})
    assert_problem(answer, 422, "validation_failed", "date")
    answer = await client.post(f"/events/{event['id']}/copies", content=b"{}")
    assert_problem(answer, 415, "unsupported_media_type")
    assert everything(conninfo) == before


async def test_no_time_of_a_copy_leaves_the_calendar(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, date="9000-01-01T00:00:00Z", sales_from="0001-01-01T00:00:00Z")
    assert_problem(await copy(client, event), 422, "validation_failed", "date")
    event = await new_event(client, ends_at="2041-05-02T20:00:00Z")
    assert_problem(await copy(client, event, date="9999-12-31T00:00:00Z"), 422, "validation_failed", "date")
    event = await new_event(client, date="9999-12-01T00:00:00Z")
    run(conninfo, "UPDATE ticket_types SET sales_until = '9999-12-31' WHERE event_id = %s", event["id"])
    assert_problem(await copy(client, event, date="9999-12-02T00:00:00Z"), 422, "validation_failed", "date")
    assert_problem(await repeat(client, event, "FREQ=DAILY;COUNT=2"), 422, "validation_failed", "rule")
    assert len((await client.get("/events?state=all")).json()) == 3


# ---------------------------------------------------------------------------------------------------------- series


async def test_a_series_has_the_event_first_and_a_draft_for_each_further_date(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    event = await new_event(client, **DETAILS)
    offer_something(conninfo, event["id"])
    answer = await repeat(client, event, "FREQ=WEEKLY;COUNT=4")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert [one["date"] for one in made] == [f"2041-05-{day:02}T18:00:00Z" for day in (1, 8, 15, 22)]
    assert list(made[1]) == list(event)
    assert made[0]["id"] == event["id"]
    (series_id,) = {(await details(client, one["id"]))["series_id"] for one in made}
    assert answer.headers["location"] == f"/series/{series_id}"
    assert (await client.get(f"/series/{series_id}")).json() == made
    assert [(await details(client, one["id"]))["state"] for one in made] == ["published", *["draft"] * 3]
    source = offer_of(conninfo, event["id"])
    for number, one in enumerate(made[1:], 1):
        copied = offer_of(conninfo, one["id"], number * WEEK)
        assert copied["types"] == source["types"]
        assert copied["draws"] == source["draws"]
        assert copied["fees"] == source["fees"]
        assert [pool["taken"] for pool in copied["pools"]] == [0, 0, 0]
    every = [one for event in made for one in ids_of(conninfo, event["id"])]
    assert len(set(every)) == len(every) == 4 * (1 + 3 + 4 + 2 + 2)


async def test_eight_in_the_evening_stays_eight_in_the_evening_when_the_clocks_change(
    client: httpx.AsyncClient,
) -> None:
    times = {"doors_at": "2041-03-24T19:00:00+01:00", "time_zone": "Europe/Berlin"}
    event = await new_event(client, date="2041-03-24T20:00:00+01:00", **times)
    made = (await repeat(client, event, "FREQ=WEEKLY;COUNT=2")).json()
    assert [one["date"] for one in made] == ["2041-03-24T19:00:00Z", "2041-03-31T18:00:00Z"]
    assert (await details(client, made[1]["id"]))["doors_at"] == "2041-03-31T17:00:00Z"
    elsewhere = await new_event(client, date="2041-03-24T20:00:00+01:00")
    made = (await repeat(client, elsewhere, "FREQ=WEEKLY;COUNT=2")).json()
    assert [one["date"] for one in made] == ["2041-03-24T19:00:00Z", "2041-03-31T19:00:00Z"]


async def test_two_hundred_events_are_made_in_one_go(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client, **DETAILS)
    for _ in range(3):
        offer_more(conninfo, event["id"])
    began = time.monotonic()
    answer = await repeat(client, event, "FREQ=DAILY;COUNT=200")
    took = time.monotonic() - began
    assert answer.status_code == 201
    dates = [one["date"] for one in answer.json()]
    assert len(set(dates)) == 200
    assert dates == sorted(dates)
    (count,) = rows(conninfo, "SELECT count(*) FROM ticket_types")
    assert count["count"] == 200 * 31
    assert took < 5, f"{took:.1f} s"


def offer_more(conninfo: str, event_id: str) -> None:
    """Let an event have ten more ticket types, each drawing on ten more pools."""
    run(
        conninfo,
        """
        WITH pools AS (
            INSERT INTO pools (event_id, id, name, created_at)
            SELECT %(event)s, gen_random_uuid(), gen_random_uuid(), now() FROM generate_series(1, 10) RETURNING id
        ), types AS (
            INSERT INTO ticket_types (event_id, id, name, price_minor, created_at)
            SELECT %(event)s, gen_random_uuid(), 'Type', 1, now() FROM generate_series(1, 10) RETURNING id
        )
        INSERT INTO ticket_type_pools SELECT %(event)s, t.id, p.id FROM types t, pools p
        """,
        event=event_id,
    )


WRONG_RULES: list[object] = [
    *("", "x", "FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=201", "FREQ=DAILY;UNTIL=20500101", "FREQ=HOURLY;COUNT=2"),
    *("FREQ=DAILY;BYHOUR=1,2;COUNT=2", "FREQ=WEEKLY;COUNT=2;UNTIL=20420101", "FREQ=DAILY;UNTIL=20400101", "a\0b"),
    *("FREQ=DAILY;COUNT=2" + " " * 500, None, 1, [], {}, ["FREQ=DAILY;COUNT=2"]),
]


async def test_what_is_no_rule_is_refused_and_nothing_is_made(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before, shown = everything(conninfo), await details(client, event["id"])
    for rule in WRONG_RULES:
        answer = await client.post(f"/events/{event['id']}/series", json={"rule": rule})
        assert_problem(answer, 422, "validation_failed", "rule")
    assert_problem(await client.post(f"/events/{event['id']}/series", json={}), 422, "validation_failed", "rule")
    body = rb'{"rule":"\ud800"}'
    answer = await client.post(f"/events/{event['id']}/series", content=body, headers=JSON)
    assert_problem(answer, 422, "validation_failed")
    assert everything(conninfo) == before
    assert await details(client, event["id"]) == shown


async def test_an_event_is_in_one_series_at_most(client: httpx.AsyncClient, event: Json) -> None:
    made = (await repeat(client, event, "FREQ=DAILY;COUNT=2")).json()
    for one in made:
        assert_problem(await repeat(client, one, "FREQ=DAILY;COUNT=2"), 409, "event_not_changeable")
    single = (await copy(client, event)).json()
    assert single["series_id"] is None
    assert (await repeat(client, single, "FREQ=DAILY;COUNT=2")).status_code == 201


async def test_what_has_begun_or_was_cancelled_begins_no_series(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    set_state(conninfo, event["id"], "cancelled")
    assert_problem(await repeat(client, event, "FREQ=DAILY;COUNT=2"), 409, "event_not_changeable")
    set_state(conninfo, event["id"], "draft")
    let_begin(conninfo, event["id"])
    assert_problem(await repeat(client, event, "FREQ=DAILY;COUNT=2"), 409, "event_not_changeable")


async def test_a_draft_can_be_the_first_of_a_series(client: httpx.AsyncClient) -> None:
    draft = await new_event(client, state="draft")
    made = (await repeat(client, draft, "FREQ=DAILY;COUNT=2")).json()
    assert [(await details(client, one["id"]))["state"] for one in made] == ["draft", "draft"]


async def test_a_series_is_made_with_a_key_alone_and_shows_its_drafts_to_nobody_else(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    key = bearer(await make_key(conninfo))
    event = (await closed_client.post("/events", json=event_body(state="draft"), headers=key)).json()
    path = f"/events/{event['id']}"
    bodies: dict[str, Json] = {"/series": {"rule": "FREQ=DAILY;COUNT=2"}, "/copies": {"date": FUTURE}}
    for tail, body in bodies.items():
        assert_problem(await closed_client.post(path + tail, json=body), 401, "api_key_required")
        assert_problem(await closed_client.post(path + tail, content=b"{"), 401, "api_key_required")
        assert (await closed_client.post(path + tail, json=body, headers=key)).status_code == 201
    series_id = (await closed_client.get(f"{path}/details", headers=key)).json()["series_id"]
    assert_problem(await closed_client.get(f"/series/{series_id}"), 404, "series_not_found")
    assert len((await closed_client.get(f"/series/{series_id}", headers=key)).json()) == 2
    await closed_client.post(f"{path}/publication", headers=key)
    assert [one["id"] for one in (await closed_client.get(f"/series/{series_id.upper()}")).json()] == [event["id"]]


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    for unknown, tail in itertools.product((NOBODY, "1", "%00", "é", "x" * 3000), ("copies", "series")):
        body = {"date": FUTURE} if tail == "copies" else {"rule": "FREQ=DAILY;COUNT=2"}
        assert_problem(await client.post(f"/events/{unknown}/{tail}", json=body), 404, "event_not_found")
        assert_problem(await client.get(f"/series/{unknown}"), 404, "series_not_found")


@pytest.mark.parametrize("tail", ["copies", "series"])
async def test_two_at_the_same_moment_do_not_mix(client: httpx.AsyncClient, conninfo: str, tail: str) -> None:
    event = await new_event(client, state="draft")
    body = {"date": NEXT_WEEK} if tail == "copies" else {"rule": "FREQ=DAILY;COUNT=3"}
    answers = [client.post(f"/events/{event['id']}/{tail}", json=body) for _ in range(4)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*answers))
    assert statuses == ([201] * 4 if tail == "copies" else [201, 409, 409, 409])
    (count,) = rows(conninfo, "SELECT count(*) FROM events JOIN houses ON event_id = id")
    assert count["count"] == (5 if tail == "copies" else 3)
