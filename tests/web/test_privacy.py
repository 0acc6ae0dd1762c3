"""Privacy over HTTP: what is known of a person, what is left of them, and what stays."""

import json
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from fullhouse.actions import privacy
from fullhouse.actions.deps import Deps
from fullhouse.store.organizer import DEFAULT_ID
from tests.cast import assert_clean
from tests.cast import new_event as put_on
from tests.web.asking import NOBODY, Json, assert_problem, new_event
from tests.web.basket_office import Offering, lines_of
from tests.web.manifest import fill, table
from tests.web.organizing import rows, run

BASE = f"/organizers/{DEFAULT_ID}"
NAMES = ("Zoë", "Quinn", "zoe@", "Tim Holder", "Tom Other", "Z QUINN")


async def life(client: httpx.AsyncClient, conninfo: str, event_id: str, type_id: str, name: str, email: str) -> Json:
    """A booking with all that can be known of one: holders, a payment with its transfer, mails, answers."""
    body = {
        "event_id": event_id,
        "lines": lines_of((type_id, 2)),
        "buyer": {"name": name, "email": email},
        "paid_by": "cash",
    }
    answer = await client.post("/bookings", json=body, headers={"idempotency-key": f"book {email}"})
    assert answer.status_code == 201, answer.text
    booking: Json = answer.json()
    for holder in ("Tim Holder", "Tom Other"):
        path = f"/bookings/{booking['id']}/tickets/1/holder"
        named = await client.put(path, json={"name": holder}, headers={"idempotency-key": f"{email} {holder}"})
        assert named.status_code == 200
    run(
        conninfo,
        """
        WITH b AS (SELECT * FROM bookings WHERE id = %(id)s), paid AS (
            INSERT INTO payments (event_id, booking_number, number, id, booking_id, provider, state, amount_minor,
                                  received_minor, currency, created_at, changed_at)
            SELECT event_id, number, 1, gen_random_uuid(), id, 'bank_transfer', 'paid', 5, 5, 'EUR', now(), now() FROM b
            RETURNING id
        ), moved AS (
            INSERT INTO bank_transfers (organizer_id, id, payment_id, booked_on, amount_minor, currency, payer,
                                        remittance, created_at)
            SELECT %(organizer)s, gen_random_uuid(), id, now(), 5, 'EUR', 'Z QUINN', 'for Zoë', now() FROM paid
        )
        INSERT INTO mails (id, organizer_id, of_event_id, booking_number, kind, language, to_name, to_email, context,
                           message_id, error, created_at)
        SELECT gen_random_uuid(), %(organizer)s, event_id, n, 'message', 'en', buyer_name, buyer_email,
               jsonb_build_object('name', buyer_name), gen_random_uuid(), 'no such user ' || buyer_email, now()
        FROM b CROSS JOIN LATERAL (VALUES (b.number), (NULL)) AS about (n)
        """,
        id=booking["id"],
        organizer=DEFAULT_ID,
    )
    return booking


OF_JOBS = ("audit_entries", "audit_chains", "notices", "notice_readers", "mails")
"""Tables in which the worker's jobs go on by themselves: positions, seals, and what becomes of a mail."""


def everywhere(conninfo: str, *, but: tuple[str, ...] = ()) -> str:
    """The whole database as text, table by table."""
    with psycopg.connect(conninfo) as conn:
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema").fetchall()
        names = [name for (name,) in tables if name not in but]
        found = [conn.execute(f"SELECT t::text FROM {name} t".encode()).fetchall() for name in names]  # noqa: S608 - from the catalogue
    return json.dumps(found, ensure_ascii=False)


def let_be_over(conninfo: str) -> None:
    run(conninfo, "UPDATE events SET starts_at = now() - interval '100 days'")


@pytest.fixture
async def zoe(client: httpx.AsyncClient, conninfo: str, offering: Offering) -> Json:
    """A person of whom much is known."""
    return await life(client, conninfo, offering.event_id, offering.adult, "Zoë Quinn", "zoe@example.org")


async def erase(client: httpx.AsyncClient, email: str = "ZOE+x@example.org", **rest: Any) -> Json:
    answer = await client.post(f"{BASE}/erasures", json={"email": email, **rest})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def test_all_is_told_that_is_known_of_a_person(client: httpx.AsyncClient, zoe: Json) -> None:
    answer = await client.get(f"{BASE}/people", params={"email": "Zoe@example.org"})
    (booking,) = answer.json()["bookings"]
    assert (booking["reference"], booking["buyer_name"], booking["places"]) == (zoe["reference"], "Zoë Quinn", 2)
    assert [one["holder_name"] for one in booking["tickets"]] == ["Tom Other", None]
    assert [one["details"]["name_after"] for one in booking["history"]] == ["Tim Holder", "Tom Other"]
    assert [one["payer"] for one in booking["bank_transfers"]] == ["Z QUINN"]
    assert [one["provider"] for one in booking["payments"]][-1] == "bank_transfer"
    assert {one["what"] for one in booking["ledger"]} == {"sale", "receipt"}
    assert [one["to_email"] for one in booking["mails"]] == ["zoe@example.org"]
    assert [one["to_email"] for one in answer.json()["mails"]] == ["zoe@example.org"]
    assert (answer.json()["is_all"], zoe["id"] in answer.text) == (True, False)
    nobody = await client.get(f"{BASE}/people", params={"email": "nobody@example.org"})
    assert nobody.json() == {"bookings": [], "mails": [], "is_all": True}


async def test_a_dry_run_counts_and_changes_nothing(client: httpx.AsyncClient, conninfo: str, zoe: Json) -> None:
    let_be_over(conninfo)
    before = everywhere(conninfo, but=OF_JOBS)
    counted = await erase(client)
    assert counted | {"answers": 0} == {
        "dry_run": True,
        "bookings": 1,
        "tickets": 1,
        "changes": 2,
        "transfers": 1,
        "mails": 2,
        "answers": 0,
        "left": False,
        "kept": [],
    }
    assert everywhere(conninfo, but=OF_JOBS) == before
    done = await erase(client, dry_run=False)
    assert done == {**counted, "dry_run": False, "answers": 2}


async def test_nothing_of_a_person_is_left_and_every_number_stays(
    client: httpx.AsyncClient, conninfo: str, offering: Offering, zoe: Json
) -> None:
    rival = await life(client, conninfo, offering.event_id, offering.adult, "Bob Box", "bob@example.org")
    let_be_over(conninfo)
    numbers = "SELECT number, places, status, price, paid_by FROM bookings ORDER BY number"
    ledger = "SELECT * FROM ledger_postings ORDER BY event_id, booking_number, what, number"
    before = [rows(conninfo, numbers), rows(conninfo, ledger)]
    # Bob's own holders have the same names.
    run(conninfo, "UPDATE tickets SET holder_name = 'Bob Box' WHERE booking_number = 2")
    run(conninfo, "DELETE FROM booking_changes WHERE booking_number = 2")
    run(
        conninfo,
        "UPDATE bank_transfers SET payer = 'B BOX', remittance = '' FROM payments p"
        " WHERE payment_id = p.id AND p.booking_number = 2",
    )
    await erase(client, dry_run=False)
    text = everywhere(conninfo)
    assert [name for name in NAMES if name in text] == []
    assert "Bob Box" in text
    assert [rows(conninfo, numbers), rows(conninfo, ledger)] == before
    await assert_clean(conninfo)
    shown = (await client.get(f"/bookings/{zoe['id']}")).json()
    assert (shown["buyer"], shown["status"], shown["num_seats"]) == (None, "confirmed", 2)
    history = (await client.get(f"/bookings/{zoe['id']}/history")).json()
    assert [one["details"]["name_after"] for one in history if one["what"] == "holder_changed"] == [None, None]
    states = {one["state"] for one in rows(conninfo, "SELECT state FROM mails WHERE to_email = ''")}
    assert states == {"kept"}, "a mail that waits goes to nobody"
    (row, other) = await table(client, f"/events/{offering.event_id}/exports/bookings.csv")
    assert (row["buyer_name"], row["total"], other["buyer_name"]) == ("", other["total"], "Bob Box")
    assert (await erase(client, dry_run=False))["bookings"] == 0
    assert rival["reference"] == other["reference"]


async def test_who_is_still_to_come_is_kept_until_the_booking_is_cancelled(
    client: httpx.AsyncClient, conninfo: str, zoe: Json
) -> None:
    kept = [{"event_id": zoe["event_id"], "reference": zoe["reference"], "reason": "event_to_come"}]
    assert (await erase(client))["kept"] == kept
    done = await erase(client, dry_run=False)
    assert (done["kept"], done["bookings"], done["tickets"]) == (kept, 0, 0)
    assert rows(conninfo, "SELECT buyer_name FROM bookings") == [{"buyer_name": "Zoë Quinn"}]
    await client.patch(f"/bookings/{zoe['id']}/cancel")
    done = await erase(client, dry_run=False)
    assert (done["kept"], done["bookings"], done["tickets"]) == ([], 1, 1)


async def test_erasing_is_done_once_for_a_key(client: httpx.AsyncClient, conninfo: str, zoe: Json) -> None:
    let_be_over(conninfo)
    body = {"email": "zoe@example.org", "dry_run": False}
    first = await client.post(f"{BASE}/erasures", json=body, headers={"idempotency-key": "once"})
    again = await client.post(f"{BASE}/erasures", json=body, headers={"idempotency-key": "once"})
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post(
        f"{BASE}/erasures", json={**body, "email": "a@example.org"}, headers={"idempotency-key": "once"}
    )
    assert_problem(other, 422, "idempotency_key_reused")


async def test_whose_bookings_are_many_is_erased_bit_by_bit(
    client: httpx.AsyncClient, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "BOOKINGS_MAX", 2)
    event = await new_event(client)
    fill(conninfo, event["id"], 3)
    run(conninfo, "UPDATE bookings SET buyer_key = 'desk@example.org', buyer_email = 'desk@example.org'")
    let_be_over(conninfo)
    known = (await client.get(f"{BASE}/people", params={"email": "desk@example.org"})).json()
    assert (len(known["bookings"]), known["is_all"]) == (2, False)
    for bookings, left in ((2, True), (1, False), (0, False)):
        done = await erase(client, "desk@example.org", dry_run=False)
        assert (done["bookings"], done["left"]) == (bookings, left)


async def test_retention_is_said_shown_and_tried_before(client: httpx.AsyncClient, conninfo: str, zoe: Json) -> None:
    let_be_over(conninfo)
    path = f"{BASE}/retention"
    assert (await client.get(path)).json() == {"days": None}
    assert (await client.get(path + "/preview")).json() == []
    (old,) = (await client.get(path + "/preview?days=90")).json()
    assert (old["event_id"], old["bookings"]) == (zoe["event_id"], 1)
    assert (await client.get(path + "/preview?days=101")).json() == []
    answer = await client.put(path, json={"days": 90}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()) == (200, {"days": 90})
    assert (await client.get(path + "/preview")).json() == [old]
    assert (await client.get(path)).json() == {"days": 90}
    assert (await client.put(path, json={"days": None})).json() == {"days": None}
    for wrong in (
        {},
        {"days": 29},
        {"days": 36_501},
        {"days": "90"},
        {"days": 90.5},
        {"days": True},
        {"days": 90, "x": 1},
    ):
        assert_problem(await client.put(path, json=wrong), 422, "validation_failed")


async def test_the_people_of_old_events_are_erased_in_steps(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "PAGE", 4)
    old, young = await put_on(deps), await put_on(deps)
    for event in (old, young):
        fill(conninfo, event.id, 10)
    run(conninfo, "UPDATE events SET starts_at = %s WHERE id = %s", deps.clock() - timedelta(days=60), old.id)
    assert [done async for done in privacy.erase_old(deps)] == []
    run(conninfo, "UPDATE organizers SET retention_days = 30")
    assert [done async for done in privacy.erase_old(deps)] == [4, 4, 2]
    assert [done async for done in privacy.erase_old(deps)] == []
    left = rows(conninfo, "SELECT event_id::text, count(buyer_name) AS named FROM bookings GROUP BY event_id")
    assert {one["event_id"]: one["named"] for one in left} == {old.id: 0, young.id: 10}


async def test_what_is_no_request_is_refused(client: httpx.AsyncClient, closed_client: httpx.AsyncClient) -> None:
    for body in (
        {},
        {"email": "nobody"},
        {"email": "a@example.org", "dry_run": "no"},
        {"email": "a@example.org", "x": 1},
    ):
        assert_problem(await client.post(f"{BASE}/erasures", json=body), 422, "validation_failed")
    assert_problem(await client.get(f"{BASE}/people"), 422, "validation_failed", "email")
    other = f"/organizers/{NOBODY}"
    assert_problem(await client.post(f"{other}/erasures", json={"email": "a@example.org"}), 404, "organizer_not_found")
    assert_problem(
        await client.post(f"{other}/erasures", json={"email": "a@example.org", "dry_run": False}),
        404,
        "organizer_not_found",
    )
    assert_problem(await client.get(f"{other}/people?email=a@example.org"), 404, "organizer_not_found")
    assert_problem(await client.put(f"{other}/retention", json={"days": None}), 404, "organizer_not_found")
    for end in ("retention", "retention/preview"):
        assert_problem(await client.get(f"{other}/{end}"), 404, "organizer_not_found")
        assert_problem(await closed_client.get(f"{BASE}/{end}"), 401, "api_key_required")
    assert_problem(await closed_client.get(f"{BASE}/people?email=a@example.org"), 401, "api_key_required")
    for method, end in (("POST", "erasures"), ("PUT", "retention")):
        assert_problem(await closed_client.request(method, f"{BASE}/{end}", json={}), 401, "api_key_required")
