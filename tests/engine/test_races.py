"""Fifteen races that a seller of tickets has to win, and what else may meet. Each has many clients over two engines.

A check of the harness runs the same race with the lock taken away, and there it has to be lost. Names without a file
are of this one; `money` is `tests/outside/test_payment_races.py`, the other files are beside this one.

 1. The last place, without the lock: test_without_the_lock_the_last_place_is_sold_twice
 2. The last place: test_the_last_place_goes_to_one_of_100_buyers
 3. Under REPEATABLE READ: test_under_repeatable_read_the_last_place_goes_to_one_all_the_same
 4. Before the first has committed: test_who_comes_before_the_commit_waits_for_it_and_is_refused
 5. A code for one booking: test_a_code_for_one_booking_is_had_by_one_of_100, and without the lock
 6. One seat: there are no seats yet.
 7. Late confirmations, without the lock: test_without_the_lock_late_confirmations_oversell
 8. Late confirmations for one place: test_one_of_50_late_confirmations_has_what_is_left[house], [pool]
 9. Late confirmations with one code: test_one_of_50_late_confirmations_has_what_is_left[code], [buyer]
10. Late confirmations of one seat: there are no seats yet.
11. Late confirmations with one membership: there are no memberships.
12. Late payments, without the lock: money, test_without_the_lock_late_payments_oversell
13. Late payments for one place: money, test_one_of_20_late_payments_has_the_last_place_and_19_go_back
14. One name for two bookings. Only an idempotency key is chosen by who asks: test_concurrency.py,
    test_the_same_key_50_times_at_once_makes_one_booking_and_50_equal_answers; numbers and references are ours:
    test_numbers_and_ticket_codes_of_many_at_once_are_all_different
15. One ticket code for two tickets: the same.

What else meets:

- baskets of all sizes around the limit: test_baskets_of_all_sizes_fill_the_house_and_nobody_is_refused_in_vain
- overlapping pools in opposite order: test_pools.py,
  test_two_processes_sell_from_overlapping_pools_in_opposite_order
- a lock that nobody gets in time: test_who_does_not_get_the_lock_in_time_asks_again_with_the_same_key
- more than 20 things in one basket: test_baskets_of_30_lines_over_30_pools_meet
- expiry and confirmation: test_pools.py, test_confirming_races_with_expiry_and_every_place_has_one_owner
- cancellation and sale: test_concurrency.py, test_cancelling_races_with_booking_and_no_place_is_lost
- cancellation and confirmation: test_pools.py, test_confirming_races_with_cancelling_and_nothing_valid_is_left
- a pool that shrinks, and sales: test_a_pool_that_shrinks_while_it_is_sold_is_never_oversold
- a code's limit in money: test_promo.py, test_100_buyers_at_once_never_exceed_a_code_and_use_it_up[money], and
  without the lock
- one idempotency key in parallel: test_concurrency.py has four tests; test_pools.py two, for holds and confirmations
- a notice beside a look: money, test_notices_looks_and_the_sweep_at_once_have_one_effect
- card and desk: money, test_who_pays_by_card_and_at_the_desk_at_once_has_paid_once_in_the_end
- a process killed between two steps: money,
  test_a_process_that_is_killed_after_any_step_leaves_what_can_be_finished; for batches test_lane.py, for servers and
  PostgreSQL tests/acceptance/test_crashes.py
- clocks that differ: test_two_processes_whose_clocks_differ_never_sell_a_place_twice

Waitlists, gift cards and scans come with other parts of the program. What is to be right one after another is in
`test_one_after_another.py`.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    BookRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    Outcome,
    Refused,
    Request,
)
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import Busy, HoldExpired, NotEnoughSeats, PoolInUse, PromoCodeUsedUp
from tests.cast import assert_clean, basket, key, new_event, running_deps
from tests.engine import priced
from tests.engine.priced import change_code, let_holds_run_out, new_code, on_sale
from tests.engine.racing import all_at_once, holds, resize, take_the_lock_away
from tests.engine.stage import QUICK, booked, bookings, lanes, locked, refusal, rows, settled, taken, two_offices
from tests.engine.wire import Fault, Wire
from tests.offers import add_pool, add_ticket_type, change


def yes(outcomes: list[Outcome | BaseException]) -> int:
    """How many were not refused; nobody may be left without a clear answer."""
    assert {type(outcome) for outcome in outcomes} <= {Booked, Confirmed, Refused}, outcomes
    return sum(not isinstance(outcome, Refused) for outcome in outcomes)


# ------------------------------------------------------------------------------------------- the last place: 1 to 4


async def sell_one_place_to_100_buyers(conninfo: str, given: str | None = None) -> None:
    """As holds, over two engines, each with two batches or more."""
    async with two_offices(given or conninfo, batch_size_max=16) as offices:
        event_id, type_id = await on_sale(offices[0], total_seats=1)
        wish = basket(event_id, (type_id, 1))
        outcomes = await all_at_once(conninfo, offices, event_id, [wish] * 100)
    assert yes(outcomes) == 1
    assert {type(refusal(one)) for one in outcomes if isinstance(one, Refused)} == {NotEnoughSeats}
    assert len(await bookings(conninfo)) == await taken(conninfo, event_id) == 1
    await assert_clean(conninfo)


async def test_the_last_place_goes_to_one_of_100_buyers(conninfo: str) -> None:
    await sell_one_place_to_100_buyers(conninfo)


async def test_without_the_lock_the_last_place_is_sold_twice(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await sell_one_place_to_100_buyers(conninfo)
    assert len(await bookings(conninfo)) > 1


async def test_under_repeatable_read_the_last_place_goes_to_one_all_the_same(conninfo: str) -> None:
    # A house that changed since the snapshot can't be locked any more: the batch is tried again with a new one.
    stricter = make_conninfo(conninfo, options=r"-c default_transaction_isolation=repeatable\ read")
    await sell_one_place_to_100_buyers(conninfo, stricter)


async def test_who_comes_before_the_commit_waits_for_it_and_is_refused(wire: Wire) -> None:
    async with (
        running_deps(wire.conninfo, batch_size_max=16) as first,
        running_deps(wire.conninfo, batch_size_max=16) as second,
    ):
        event_id, type_id = await on_sale(first, total_seats=1)
        wish = basket(event_id, (type_id, 1))
        wire.strike(Fault.SYNC_HELD)
        winner = first.engine.submit(wish)
        await asyncio.wait_for(wire.struck.wait(), 20)
        others = [office.engine.submit(wish) for _ in range(30) for office in (first, second)]
        await asyncio.sleep(0.2)
        assert not any(answer.done() for answer in (winner, *others)), "nobody knows before the commit"
        wire.released.set()
        outcomes = await settled([winner, *others])
    booked(outcomes[0])
    assert yes(outcomes) == 1
    await assert_clean(wire.conninfo)


# -------------------------------------------------------------------------------------------------- one code: 5


async def sell_to_100_with_a_code_for_one(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=16) as offices:
        event_id, type_id = await on_sale(offices[0], total_seats=1_000)
        await new_code(offices[0], event_id, bookings_max=1)
        outcomes = await all_at_once(conninfo, offices, event_id, [priced.basket(event_id, type_id)] * 100)
    assert yes(outcomes) == 1
    assert {type(refusal(one)) for one in outcomes if isinstance(one, Refused)} == {PromoCodeUsedUp}
    await assert_clean(conninfo)


async def test_a_code_for_one_booking_is_had_by_one_of_100(conninfo: str) -> None:
    await sell_to_100_with_a_code_for_one(conninfo)


async def test_without_the_lock_a_code_for_one_booking_is_had_twice(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await sell_to_100_with_a_code_for_one(conninfo)
    assert len(await bookings(conninfo)) > 1


# ------------------------------------------------------------------------------------ late confirmations: 7 to 9


async def confirm_50_holds_that_ran_out(conninfo: str, by: str) -> None:
    """Fifty had places, a code and what a buyer may have; when all have run out, there is enough of it for one."""
    async with two_offices(conninfo, batch_size_max=8) as offices:
        event_id, type_id = await on_sale(offices[0], total_seats=50, buyer_tickets_max=50)
        pool_id = await add_pool(conninfo, event_id, 50, type_id)
        code_id = await new_code(offices[0], event_id, tickets_max=50)
        wishes = [priced.basket(event_id, type_id, email="ann@example.com") for _ in range(50)]
        held = await holds(offices[0], wishes)
        await let_holds_run_out(conninfo)
        await offices[0].engine.submit(ExpireRequest(event_id))
        if by == "code":
            await change_code(offices[0], event_id, code_id, tickets_max=1)
        elif by == "buyer":
            await change(conninfo, "UPDATE ticket_types SET buyer_tickets_max = 1 WHERE id = %s", type_id)
            await change(conninfo, "UPDATE houses SET offer_version = offer_version + 1")
        else:
            await resize(offices[0], event_id, pool_id if by == "pool" else event_id, 1)
        late: list[Request] = [ConfirmRequest(event_id, one.id, "cash") for one in held]
        outcomes = await all_at_once(conninfo, offices, event_id, late)
    assert yes(outcomes) == 1
    assert {type(refusal(one)) for one in outcomes if isinstance(one, Refused)} == {HoldExpired}
    assert Counter(one.status for one in (await bookings(conninfo)).values()) == {"confirmed": 1, "expired": 49}
    await assert_clean(conninfo)


@pytest.mark.parametrize("by", ["house", "pool", "code", "buyer"])
async def test_one_of_50_late_confirmations_has_what_is_left(conninfo: str, by: str) -> None:
    await confirm_50_holds_that_ran_out(conninfo, by)


@pytest.mark.parametrize("by", ["house", "pool", "code", "buyer"])
async def test_without_the_lock_late_confirmations_oversell(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await confirm_50_holds_that_ran_out(conninfo, by)
    assert Counter(one.status for one in (await bookings(conninfo)).values())["confirmed"] > 1


# ------------------------------------------------------------------------------------- numbers and codes: 14 and 15


async def test_numbers_and_ticket_codes_of_many_at_once_are_all_different(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=8) as offices:
        event_id, type_id = await on_sale(offices[0], total_seats=400, price_minor=0)
        outcomes = await all_at_once(conninfo, offices, event_id, [basket(event_id, (type_id, 2))] * 200)
    made = [booked(outcome) for outcome in outcomes]
    assert sorted(one.number for one in made) == list(range(1, 201))
    assert len({one.id for one in made}) == 200
    assert await rows(conninfo, "SELECT count(*), count(DISTINCT code) FROM tickets") == [(400, 400)]
    await assert_clean(conninfo)


# ------------------------------------------------------------------------------------------------ what else meets


async def test_baskets_of_all_sizes_fill_the_house_and_nobody_is_refused_in_vain(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=6) as offices:
        event_id, single = await on_sale(offices[0], total_seats=60)
        family = await add_ticket_type(conninfo, event_id, 5_000, places=4)
        await add_pool(conninfo, event_id, 33, family)
        wishes = [
            basket(event_id, (single, n % 5 + 1), (family, n % 3 + 1), accept_fewer=n % 4 == 0) for n in range(60)
        ]
        outcomes = await all_at_once(conninfo, offices, event_id, wishes)
        # Who came behind and wants little still finds what the larger ones left.
        rest = await all_at_once(conninfo, offices, event_id, [basket(event_id, (single, 1))] * 60)
    assert yes(outcomes) > 0
    assert yes(rest) + sum(one.booking.places for one in outcomes if isinstance(one, Booked)) == 60
    for wish, outcome in zip(wishes, outcomes, strict=True):
        if isinstance(outcome, Refused):
            possible = outcome.refusal.facts["lines"]
            assert isinstance(possible, list)
            asked = sum(line.quantity for line in wish.lines)
            assert not wish.accept_fewer or not any(line["possible"] for line in possible)
            assert int(outcome.refusal.facts["available_seats"]) < 60 - asked  # type: ignore[arg-type] # it is a number
    ((from_pool,),) = await rows(conninfo, "SELECT taken FROM pools")
    assert from_pool <= 33
    assert await taken(conninfo, event_id) == 60
    await assert_clean(conninfo)


async def test_who_does_not_get_the_lock_in_time_asks_again_with_the_same_key(conninfo: str) -> None:
    settings: dict[str, Any] = QUICK | {"batch_retries_max": 1, "wait_seconds_max": 1}
    async with two_offices(conninfo, batch_size_max=8, **settings) as offices:
        event = await new_event(offices[0], total_seats=30)
        requests = [BookRequest(event.id, 1, key(f"buyer {n}")) for n in range(60)]
        async with locked(conninfo, event.id):
            answers = [offices[n % 2].engine.submit(request) for n, request in enumerate(requests)]
            assert {type(outcome) for outcome in await settled(answers)} == {Busy}
        assert await bookings(conninfo) == {}, "busy is: nothing was done"
        assert await rows(conninfo, "SELECT FROM idempotency_keys") == []
        first = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(requests))
        again = await settled(offices[1 - n % 2].engine.submit(request) for n, request in enumerate(requests))
    assert yes(first) == 30
    assert [repr(one._replace(replayed=False)) for one in again] == [repr(one) for one in first]  # type: ignore[union-attr] # yes() has looked
    await assert_clean(conninfo)


async def test_baskets_of_30_lines_over_30_pools_meet(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=8) as offices:
        event_id, _ = await on_sale(offices[0], total_seats=1_000)
        types = [await add_ticket_type(conninfo, event_id, 100) for _ in range(30)]
        for n, type_id in enumerate(types):
            # Each has a pool with its neighbour.
            await add_pool(conninfo, event_id, 20, type_id, types[(n + 1) % 30])
        ways = (types, types[::-1])
        wishes = [
            BasketRequest(event_id, tuple(Wanted(one, 1) for one in ways[n // 2 % 2]), accept_fewer=n % 5 == 0)
            for n in range(40)
        ]
        outcomes = await all_at_once(conninfo, offices, event_id, wishes)
    assert yes(outcomes) == 10
    assert await rows(conninfo, "SELECT DISTINCT taken FROM pools") == [(20,)]
    assert await taken(conninfo, event_id) == 300
    await assert_clean(conninfo)


async def test_a_pool_that_shrinks_while_it_is_sold_is_never_oversold(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=3) as offices:
        event_id, type_id = await on_sale(offices[0], total_seats=100)
        pool_id = await add_pool(conninfo, event_id, 80, type_id)
        for where, sizes in ((pool_id, (60, 40, 35, 20)), (event_id, (70, 50, 45, 30))):
            sales = settled(offices[n % 2].engine.submit(basket(event_id, (type_id, 1))) for n in range(25))
            shrinking = [resize(offices[n % 2], event_id, where, size) for n, size in enumerate(sizes)]
            outcomes, done = await asyncio.gather(sales, asyncio.gather(*shrinking, return_exceptions=True))
            yes(outcomes)
            assert {type(one) for one in done} <= {PoolInUse, type(done[0])}
            assert not isinstance(done[0], BaseException)
    ((pool_taken, pool_size, house_taken, house_size),) = await rows(
        conninfo, "SELECT p.taken, p.capacity, h.taken, h.capacity FROM pools p JOIN houses h USING (event_id)"
    )
    assert pool_taken == house_taken == len(await bookings(conninfo))
    assert pool_taken <= pool_size < 80
    assert house_taken <= house_size < 100
    await assert_clean(conninfo)


async def test_two_processes_whose_clocks_differ_never_sell_a_place_twice(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=5) as offices:
        for office, minutes in zip(offices, (-20, 20), strict=True):
            # More than a hold lasts: what one has just given is over for the other.
            for lane in lanes(office):
                lane._clock = lambda minutes=minutes: datetime.now(UTC) + timedelta(minutes=minutes)  # type: ignore[misc] # bound now
        event_id, type_id = await on_sale(offices[0], total_seats=20)
        seen: list[Outcome | BaseException] = []
        pay: list[Request] = []
        for _ in range(4):
            # Each hold is confirmed by the other process, while both sell to others.
            wishes: list[Request] = [basket(event_id, (type_id, 1))] * (30 + len(pay) % 2)
            outcomes = await all_at_once(conninfo, offices, event_id, [*wishes, *pay])
            seen += outcomes[len(wishes) :]
            made = [one.booking for one in outcomes[: len(wishes)] if isinstance(one, Booked)]
            pay = [ConfirmRequest(event_id, one.id, "cash") for one in made[:6]]
    paid = {one.booking.id for one in seen if isinstance(one, Confirmed)}
    assert {type(refusal(one)) for one in seen if not isinstance(one, Confirmed)} <= {HoldExpired}
    found = await bookings(conninfo)
    assert {one.id for one in found.values() if one.status == "confirmed"} == paid
    assert 0 < len(paid) <= await taken(conninfo, event_id) <= 20
    await assert_clean(conninfo)
