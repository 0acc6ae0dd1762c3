"""The demo: believable, as if it had happened then, and there once."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from fullhouse.actions import demo
from fullhouse.actions.demo import Walk
from fullhouse.actions.demo_cast import HOUSES
from fullhouse.actions.demo_shows import SHOWS
from fullhouse.actions.demo_story import in_steps, on_sale_at, orders_of
from fullhouse.actions.deps import Deps
from fullhouse.store import organizer
from fullhouse.wiring import build_deps
from tests.cast import assert_clean, make_settings, new_event

NOW = datetime(2031, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
async def walking(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Deps, Walk]]:
    """A demo of a few of its shows, as the whole takes long beside other tests."""
    few = [n for n, show in enumerate(SHOWS) if show.places <= 120 or show.fate != "on"][:8]
    monkeypatch.setattr("fullhouse.actions.demo.SHOWS", [SHOWS[n] for n in few])
    monkeypatch.setattr("fullhouse.actions.demo_sales.SHOWS", [SHOWS[n] for n in few])
    walk = Walk(datetime.now(UTC))
    settings = make_settings(bank_iban="DE02120300000000202051", bank_holder="House")
    deps = build_deps(settings, conninfo, walk)
    async with deps.running():
        yield deps, walk


async def test_the_demo_is_as_if_it_had_happened_and_the_audit_finds_nothing(
    walking: tuple[Deps, Walk], conninfo: str
) -> None:
    deps, walk = walking
    now = walk.now
    assert await demo.standing(deps) == "empty"
    made = await demo.load(deps, walk, is_fresh=True)
    assert made.password
    assert len(made.sign_ins) == sum(len(house.people) for house in HOUSES)
    assert walk.now == now
    await assert_clean(conninfo)
    with psycopg.connect(conninfo) as conn:
        (first, last, days, later) = conn.execute(
            """
            SELECT min(created_at), max(created_at), count(DISTINCT created_at::date),
                   count(*) FILTER (WHERE created_at > %s) FROM bookings
            """,
            [now],
        ).fetchone() or (now, now, 0, 1)
        assert first < now - timedelta(days=30)
        assert last > now - timedelta(days=2)
        assert days > 25
        assert later == 0
        states = {status for (status,) in conn.execute("SELECT DISTINCT status FROM bookings").fetchall()}
        assert states >= {"confirmed", "cancelled", "expired"}
        for rows in ("refunds", "mails", "booking_words", "sales", "webhooks", "api_keys", "members", "audit_entries"):
            counted = conn.execute(psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(rows)))
            assert (counted.fetchone() or (0,))[0] > 0, rows
        assert conn.execute("SELECT DISTINCT state FROM mails").fetchall() == [("kept",)]
    again = await demo.load(deps, walk, is_fresh=False)
    assert (again.counts, again.password) == (made.counts, None)
    assert await demo.standing(deps) == "there"


async def test_the_same_seed_tells_the_same_story() -> None:
    told = []
    for _ in range(2):
        chance = random.Random(demo.SEED)
        told.append([orders_of(chance, n, show, NOW) for n, show in enumerate(SHOWS)])
    assert told[0] == told[1]
    for show, orders in zip(SHOWS, told[0], strict=True):
        assert sum(order.quantity for order in orders) == (
            0 if show.fate == "draft" else round(show.places * show.sold)
        )
        for order in orders:
            assert on_sale_at(show, NOW) <= order.at <= NOW
            assert order.at <= NOW + timedelta(days=show.days)
    steps = in_steps(random.Random(1), [order.at for orders in told[0] for order in orders], NOW)
    assert steps == sorted(set(steps))
    assert steps[-1] < NOW


async def test_what_is_there_stays_when_the_demo_comes_beside_it(walking: tuple[Deps, Walk], conninfo: str) -> None:
    deps, walk = walking
    event = await new_event(deps)
    assert await demo.standing(deps) == "in_use"
    await demo.load(deps, walk, is_fresh=False)
    with psycopg.connect(conninfo) as conn:
        (name,) = conn.execute("SELECT name FROM organizers WHERE id = %s", [organizer.DEFAULT_ID]).fetchone() or ("",)
        (events,) = conn.execute(
            "SELECT count(*) FROM events WHERE organizer_id = %s", [organizer.DEFAULT_ID]
        ).fetchone() or (0,)
    assert (name, events, event.name) == ("Box office", 1, "Concert")
