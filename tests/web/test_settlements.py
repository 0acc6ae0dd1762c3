"""Settlements over HTTP: what an event earned, against a second computation from the answers that buyers got."""

import io

import httpx
import openpyxl  # type: ignore[import-untyped] # the library has no types
import psycopg
import pytest

from fullhouse.store.organizer import DEFAULT_ID
from tests.web.asking import NOBODY, Json, assert_problem, new_event
from tests.web.basket_office import Offering, post_basket
from tests.web.manifest import table
from tests.web.organizing import run
from tests.web.refunding import buy, give_back, new_returnable


async def settled(client: httpx.AsyncClient, event_id: str, **query: str) -> Json:
    answer = await client.get(f"/events/{event_id}/settlement", params=query)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["events"]
    assert one["differences"] == []
    shown: Json = one
    return shown


def ledger(conninfo: str) -> dict[str, int]:
    """The sums of all postings, added up by a query of its own."""
    with psycopg.connect(conninfo) as conn:
        row = conn.execute(
            """
            SELECT -sum(sales_minor), -sum(fees_minor), -sum(tax_minor), sum(money_minor), sum(refunds_minor),
                   -sum(buyer_minor)
            FROM ledger_postings
            """
        ).fetchone()
    assert row is not None
    return dict(zip(("net", "fees", "tax", "money", "beyond", "owed"), map(int, row), strict=True))


def assert_as_the_ledger(one: Json, conninfo: str) -> None:
    """Every sum of the settlement is the ledger's, and its parts add up to it."""
    sums = ledger(conninfo)
    for name in ("net", "fees", "tax"):
        field = f"{name}_minor"
        assert one["sold"][field] - one["taken_back"][field] == sums[name]
        for side in ("sold", "taken_back"):
            assert sum(each[side][field] for each in one["by_ticket_type"]) == one[side][field]
    assert one["received_minor"] - one["paid_back_minor"] == sums["money"]
    assert one["owed_to_buyers_minor"] - one["owed_by_buyers_minor"] == sums["owed"]
    assert one["given_beyond_minor"] == sums["beyond"]
    for field in ("received_minor", "paid_back_minor"):
        assert sum(each[field] for each in one["by_payment_way"]) == one[field]


async def test_a_settlement_is_what_buyers_were_told(client: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(client, conninfo)
    sales = [await buy(client, offering, 3, 1), await buy(client, offering, 1, paid_by="card_terminal")]
    await buy(client, offering, 1, 1, paid_by="comp")
    back = [(await give_back(client, sales[0], 1, 4)).json(), (await give_back(client, sales[1])).json()]
    one = await settled(client, offering.event_id)
    gross = sum(each["price"]["total"]["gross_minor"] for each in sales)
    refunds = sum(each["refund_minor"] for each in back)
    assert (one["sold"]["gross_minor"], one["taken_back"]["gross_minor"]) == (gross, refunds)
    assert (one["received_minor"], one["paid_back_minor"], one["owed_to_buyers_minor"]) == (gross, 0, refunds)
    assert one["tickets"] == {"sold": 5, "comp": 2, "cancelled": 3}
    assert {each["way"]: each["received_minor"] for each in one["by_payment_way"]} == {
        "cash": sales[0]["price"]["total"]["gross_minor"],
        "card_terminal": sales[1]["price"]["total"]["gross_minor"],
    }
    by_name = {each["name"]: each for each in one["by_ticket_type"]}
    assert by_name["Child"]["tickets"] == {"sold": 1, "comp": 1, "cancelled": 1}
    assert by_name["Adult"]["tickets"] == {"sold": 4, "comp": 1, "cancelled": 2}
    adults = [each["price"]["lines"][0]["total"]["gross_minor"] for each in sales]
    assert by_name["Adult"]["sold"]["gross_minor"] == sum(adults) > 4 * 2_500
    assert by_name["Whole bookings"]["sold"]["gross_minor"] == 2 * 150
    assert_as_the_ledger(one, conninfo)


@pytest.mark.parametrize("days", [10, 3])
async def test_whatever_is_given_back_the_parts_come_to_the_ledgers_sums(
    client: httpx.AsyncClient, conninfo: str, days: int
) -> None:
    """All of it goes back by the policy ten days ahead, half of it three days ahead, and all when staff say so."""
    policy = {"steps": [{"hours_before": 24, "percent": 50}, {"hours_before": 168, "percent": 100}], "with_fees": True}
    offering = await new_returnable(client, conninfo, policy, in_days=days)
    for tickets, refunding in (((1,), "by_policy"), ((2, 3), "full"), ((), "by_policy"), ((1, 2), "none")):
        sold = await buy(client, offering, 2, 1)
        answer = await give_back(client, sold, *tickets, refunding=refunding)
        assert answer.status_code == 201, answer.text
        assert_as_the_ledger(await settled(client, offering.event_id), conninfo)


async def test_a_time_has_its_own_sales_and_what_was_owed_then(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    sold = await buy(client, offering, 2)
    run(conninfo, "UPDATE bookings SET created_at = '2020-01-01T00:00:00Z'")
    run(conninfo, "UPDATE ledger_postings SET at = '2020-01-01T00:00:00Z'")
    await client.post(f"/bookings/{sold['id']}/cancellations", json={})
    early = await settled(client, offering.event_id, to="2020-01-02T00:00:00Z")
    late = await settled(client, offering.event_id, **{"from": "2020-01-02T00:00:00Z"})
    gross = sold["price"]["total"]["gross_minor"]
    assert (early["sold"]["gross_minor"], early["taken_back"]["gross_minor"], early["owed_to_buyers_minor"]) == (
        gross,
        0,
        0,
    )
    assert (late["sold"]["gross_minor"], late["taken_back"]["gross_minor"], late["owed_to_buyers_minor"]) == (
        0,
        gross,
        gross,
    )
    assert (early["tickets"]["sold"], early["tickets"]["cancelled"]) == (2, 0)
    assert (late["tickets"]["sold"], late["tickets"]["cancelled"]) == (0, 2)


async def test_an_organizer_settles_all_events_by_currency(client: httpx.AsyncClient, conninfo: str) -> None:
    first, second = await new_returnable(client, conninfo), await new_returnable(client, conninfo)
    francs = await new_event(client, currency="CHF")
    await new_event(client)
    type_id = (await client.post(f"/events/{francs['id']}/ticket-types", json={"name": "A", "price_minor": 900})).json()
    await post_basket(
        client, francs["id"], (type_id["id"], 2), paid_by="cash", buyer={"name": "A", "email": "a@example.org"}
    )
    sales = [await buy(client, first), await buy(client, second)]
    answer = await client.get(f"/organizers/{DEFAULT_ID}/settlement")
    body = answer.json()
    assert len(body["events"]) == 3
    totals = {one["currency"]: one for one in body["totals"]}
    assert totals["CHF"]["sold"]["gross_minor"] == totals["CHF"]["received_minor"] == 1_800
    assert totals["EUR"]["sold"]["gross_minor"] == sum(one["price"]["total"]["gross_minor"] for one in sales)
    assert totals["EUR"]["tickets"] == {"sold": 6, "comp": 0, "cancelled": 0}
    assert body["as_of"] >= sales[1]["created_at"]


async def test_a_settlement_is_a_table_too(client: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(client, conninfo)
    await buy(client, offering, 2, 1)
    one = await settled(client, offering.event_id)
    for path in (f"/events/{offering.event_id}/settlement", f"/organizers/{DEFAULT_ID}/settlement"):
        rows = await table(client, path + ".csv")
        assert [(row["part"], row["name"]) for row in rows][:2] == [("total", ""), ("way of payment", "cash")]
        assert {row["name"] for row in rows if row["part"] == "ticket type"} == {"Adult", "Child", "Whole bookings"}
        assert rows[0]["sold_gross"] == f"{one['sold']['gross_minor'] / 100:.2f}"
        assert rows[1]["received"] == rows[0]["received"]
        answer = await client.get(path + ".xlsx")
        sheet = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
        assert len(sheet) == len(rows) + 1


async def test_an_event_that_sold_nothing_has_an_empty_settlement(client: httpx.AsyncClient, event: Json) -> None:
    one = await settled(client, event["id"])
    assert (one["sold"]["gross_minor"], one["by_payment_way"], one["by_ticket_type"]) == (0, [], [])
    assert (await client.get(f"/organizers/{DEFAULT_ID}/settlement")).json()["events"] == []


async def test_a_settlement_that_does_not_agree_says_so(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    await buy(client, offering, 2)
    run(
        conninfo,
        "UPDATE ledger_postings SET sales_minor = sales_minor - 1, buyer_minor = buyer_minor + 1, currency = 'CHF'"
        " WHERE what = 'sale'",
    )
    answer = await client.get(f"/events/{offering.event_id}/settlement")
    currency, sold = answer.json()["events"][0]["differences"]
    assert currency == "1 postings are in another currency than the event"
    assert sold.startswith("sold: the ledger has")


async def test_what_there_is_not_is_not_settled(client: httpx.AsyncClient) -> None:
    for end in ("", ".csv", ".xlsx"):
        assert_problem(await client.get(f"/events/{NOBODY}/settlement{end}"), 404, "event_not_found")
        assert_problem(await client.get(f"/organizers/{NOBODY}/settlement{end}"), 404, "organizer_not_found")
    assert_problem(await client.get(f"/events/{NOBODY}/settlement.pdf"), 422, "validation_failed", "file_format")


async def test_only_staff_see_money(closed_client: httpx.AsyncClient) -> None:
    for path in (f"/events/{NOBODY}/settlement", f"/organizers/{DEFAULT_ID}/settlement.csv"):
        assert_problem(await closed_client.get(path), 401, "api_key_required")
