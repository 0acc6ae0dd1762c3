"""Exports over HTTP: what is in them, for whom, and what a client sees of one that was broken off."""

import asyncio
import io
from typing import Any

import httpx
import openpyxl  # type: ignore[import-untyped] # the library has no types
import psycopg
import pytest

from fullhouse.store.organizer import DEFAULT_ID
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import Offering, new_hold
from tests.web.conftest import Served
from tests.web.manifest import fill, table
from tests.web.organizing import patch
from tests.web.test_booking_lists import sold

EXPORTING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%\"export\"%'"
KILL = EXPORTING.replace("SELECT pid", "SELECT pg_terminate_backend(pid)") + " AND pid <> pg_backend_pid()"
FILES = [f"{kind}.{end}" for kind in ("bookings", "tickets", "holders", "money") for end in ("csv", "xlsx")]


async def sheet(client: httpx.AsyncClient, path: str, **query: Any) -> list[tuple[Any, ...]]:
    """An export in XLSX: the rows of its first sheet."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    return list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)


async def test_bookings_are_exported_in_the_time_and_money_of_their_event(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    await patch(client, offering.event_id, time_zone="Europe/Berlin", name="=Concert")
    one = await sold(client, offering, "=cmd Lee")
    await new_hold(client, offering, 1)
    path = f"/events/{offering.event_id}/exports/bookings"
    first, second = await table(client, path + ".csv")
    price = one["price"]["total"]
    assert first | {"made_at": "", "event_date": ""} == {
        "event": "'=Concert",
        "event_date": "",
        "time_zone": "Europe/Berlin",
        "reference": one["reference"],
        "status": "confirmed",
        "made_at": "",
        "confirmed_at": "",
        "cancelled_at": "",
        "buyer_name": "'=cmd Lee",
        "buyer_email": "'=cmd@example.org",
        "places": "3",
        "cancelled_tickets": "0",
        "currency": "EUR",
        "net": f"{price['net_minor'] / 100:.2f}",
        "tax": f"{price['tax_minor'] / 100:.2f}",
        "total": f"{price['gross_minor'] / 100:.2f}",
        "paid_by": "cash",
        "promo_code": "",
    }
    assert first["event_date"] == "2041-05-01T20:00:00+02:00"
    assert second["status"] == "held"
    head, row, _ = await sheet(client, path + ".xlsx")
    cells = dict(zip(head, row, strict=True))
    assert (cells["event"], cells["buyer_name"]) == ("=Concert", "=cmd Lee")
    assert (cells["event_date"].isoformat(), cells["total"]) == ("2041-05-01T20:00:00", price["gross_minor"] / 100)


async def test_tickets_holders_and_money_are_exported(client: httpx.AsyncClient, offering: Offering) -> None:
    one = await sold(client, offering, "Ann Lee")
    await client.put(f"/bookings/{one['id']}/tickets/2/holder", json={"name": "Tim Holder"})
    await client.post(f"/bookings/{one['id']}/cancellations", json={"tickets": [1]})
    path = f"/events/{offering.event_id}/exports"
    tickets = await table(client, path + "/tickets.csv")
    assert [(each["ticket"], each["ticket_type"], each["state"], each["holder_name"]) for each in tickets] == [
        ("1", "Adult", "cancelled", ""),
        ("2", "Child", "valid", "Tim Holder"),
        ("3", "Child", "valid", ""),
    ]
    holders = await table(client, path + "/holders.csv")
    assert [each["attendee"] for each in holders] == ["Tim Holder", "Ann Lee"]
    money = await table(client, path + "/money.csv")
    assert [each["what"] for each in money] == ["receipt", "sale", "cancellation"]
    amounts = ("buyer", "sales", "fees", "tax", "refunds", "money")
    assert all(abs(sum(float(each[name]) for name in amounts)) < 0.001 for each in money)
    assert one["id"] not in str([tickets, holders, money]), "the buyer's key is in none"
    for kind in ("tickets", "holders", "money"):
        rows = await table(client, f"{path}/{kind}.csv")
        assert len(await sheet(client, f"{path}/{kind}.xlsx")) == len(rows) + 1


async def test_exports_are_filtered_as_the_lists_are(client: httpx.AsyncClient, offering: Offering) -> None:
    ann, bob = await sold(client, offering, "Ann Lee"), await sold(client, offering, "Bob Box", paid_by="card_terminal")
    path = f"/events/{offering.event_id}/exports"
    for query, expected in (({"q": "ann"}, ann), ({"paid_by": "card_terminal"}, bob), ({"q": bob["reference"]}, bob)):
        for kind in ("bookings", "tickets", "money", "holders"):
            rows = await table(client, f"{path}/{kind}.csv", **query)
            assert {row["reference"] for row in rows} == {expected["reference"]}
    assert await table(client, f"{path}/tickets.csv", ticket_state="cancelled") == []
    assert await sheet(client, f"{path}/tickets.xlsx", ticket_state="cancelled") != []


async def test_an_organizer_exports_all_events_in_order_of_date(client: httpx.AsyncClient, conninfo: str) -> None:
    late = await new_event(client, name="Late", date="2042-01-01T20:00:00Z")
    early = await new_event(client, name="Early")
    for event in (late, early):
        await new_booking(client, event["id"], 2)
    path = f"/organizers/{DEFAULT_ID}/exports"
    assert [row["event"] for row in await table(client, path + "/bookings.csv")] == ["Early", "Late"]
    assert [row[0] for row in await sheet(client, path + "/tickets.xlsx")] == ["event", *["Early"] * 2, *["Late"] * 2]
    with psycopg.connect(conninfo) as conn:
        conn.execute("INSERT INTO organizers VALUES (%s, 'Rival', now())", [NOBODY])
    assert await table(client, f"/organizers/{NOBODY}/exports/bookings.csv") == []


async def test_what_there_is_not_is_not_exported(client: httpx.AsyncClient, event: Json) -> None:
    for file in FILES:
        assert_problem(await client.get(f"/events/{NOBODY}/exports/{file}"), 404, "event_not_found")
        assert_problem(await client.get(f"/organizers/{NOBODY}/exports/{file}"), 404, "organizer_not_found")
    assert_problem(await client.get("/organizers/x/exports/money.csv"), 404, "organizer_not_found")
    assert_problem(await client.get(f"/events/{event['id']}/exports/secrets.csv"), 422, "validation_failed", "file")
    assert_problem(await client.get(f"/events/{event['id']}/exports/money.csv?q=%00"), 422, "validation_failed", "q")


async def test_an_export_is_kept_by_nobody_in_between_and_has_a_name(client: httpx.AsyncClient, event: Json) -> None:
    answer = await client.get(f"/events/{event['id']}/exports/holders.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="holders.csv"'
    assert answer.headers["cache-control"] == "no-store"
    head = await client.head(f"/events/{event['id']}/exports/holders.csv")
    assert (head.status_code, head.content) == (200, b"")


async def test_only_so_many_exports_run_at_once(served: Served, conninfo: str) -> None:
    async with served(exports_max=1, wait_seconds_max=0.5) as url, httpx.AsyncClient(base_url=url) as client:
        event = await new_event(client)
        fill(conninfo, event["id"], 100_000)
        path = f"/events/{event['id']}/exports/bookings.csv"
        async with client.stream("GET", path) as running:
            assert running.status_code == 200
            assert_problem(await client.get(path), 503, "busy")
        assert (await client.get(path)).status_code == 200


async def _ends(conninfo: str) -> bool:
    """Tell whether no export is running any more, within some seconds."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        for _ in range(200):
            sql = EXPORTING + " AND pid <> pg_backend_pid() AND state <> 'idle'"
            if not await (await conn.execute(sql.encode())).fetchall():
                return True
            await asyncio.sleep(0.05)
    return False


@pytest.mark.parametrize("file", ["bookings.csv", "bookings.xlsx"])
async def test_a_client_that_goes_away_ends_the_query(served: Served, conninfo: str, file: str) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url) as client:
        event = await new_event(client)
        fill(conninfo, event["id"], 100_000)
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(f"GET /events/{event['id']}/exports/{file} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
            for _ in range(200):
                if await (await conn.execute((EXPORTING + " AND pid <> pg_backend_pid()").encode())).fetchall():
                    break
                await asyncio.sleep(0.01)
        writer.transport.abort()
        assert await _ends(conninfo)
        assert (await client.get("/healthz")).status_code == 200


async def test_a_database_that_is_lost_in_the_middle_leaves_no_file_that_looks_whole(
    served: Served, conninfo: str
) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        event = await new_event(client)
        fill(conninfo, event["id"], 100_000)
        async with client.stream("GET", f"/events/{event['id']}/exports/bookings.csv") as answer:
            assert answer.status_code == 200
            with psycopg.connect(conninfo, autocommit=True) as conn:
                assert conn.execute(KILL.encode()).fetchall()
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
                await answer.aread()
        whole = await client.get(f"/events/{event['id']}/exports/bookings.csv")
        assert whole.content.count(b"\r\n") == 100_001


async def test_an_export_that_takes_too_long_is_broken_off(served: Served, conninfo: str) -> None:
    async with served(export_seconds_max=0.3) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        event = await new_event(client)
        fill(conninfo, event["id"], 200_000)
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"/events/{event['id']}/exports/bookings.csv")
        assert await _ends(conninfo)


async def test_an_export_sees_one_moment(served: Served, conninfo: str) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        event = await new_event(client)
        fill(conninfo, event["id"], 50_000)
        async with client.stream("GET", f"/events/{event['id']}/exports/bookings.csv") as answer:
            with psycopg.connect(conninfo) as conn:
                conn.execute("UPDATE bookings SET status = 'cancelled', cancelled_at = now()")
            text = (await answer.aread()).decode()
    assert (text.count('"confirmed"'), text.count('"cancelled"')) == (50_000, 0)
