"""What has to be right when nothing races: places, baskets, codes, keys and payments, one after another.

Each of the cases that shops are known to get wrong, and where it is shown. Names without a file are of this one.

- What is left of a pool: sold, held, run out, cancelled: test_a_place_is_sold_held_or_free_and_never_two_of_these
- A ticket type in two pools has what the smaller one has left, and an unlimited pool only counts:
  test_of_two_pools_the_smaller_one_decides_and_one_without_a_limit_never_does
- Asked for two with one left: all or nothing, or one for who accepts fewer; with none left nothing:
  test_who_asks_for_more_than_is_left_is_told_what_is_or_gets_it
- A hold is extended while it is paid, and not for ever: tests/outside/test_stripe.py,
  test_a_hold_lasts_while_it_is_paid_but_not_for_ever
- Run out: had again while it is left, gone when it is not: test_holds.py,
  test_a_late_payment_is_accepted_while_its_places_are_free and
  test_a_late_payment_is_refused_when_its_places_are_sold_or_the_event_sells_no_more
- A code that another holds is not to be had, and is when that hold has run out: test_promo.py,
  test_a_hold_that_runs_out_gives_back_what_the_next_buyer_has_at_once
- A code with one use left and two wanted is refused whole, and so is one with too little money left:
  test_a_code_that_has_too_little_left_is_refused_whole_and_says_what_is
- A hold is confirmed in a full house, at the price that was agreed, though everything has changed since:
  test_who_pays_in_time_has_what_was_agreed_whatever_has_changed
- Windows and numbers are looked at again when a new basket comes: the same, and tests/rules/test_basket.py
- A booking that ran out comes back only with its places, code and buyer's limit: test_races.py,
  test_one_of_50_late_confirmations_has_what_is_left
- Lines that do not fit are told one by one: tests/web/test_baskets.py,
  test_what_does_not_fit_says_for_each_line_what_does
- Idempotency: the same key gets the same answer, another is another request, each caller and path has its own, and
  one that met a lock may come again: tests/web/test_idempotency.py, and test_races.py,
  test_who_does_not_get_the_lock_in_time_asks_again_with_the_same_key
- Other keys are other requests, and reading needs none: test_another_key_is_another_booking

Carts that grow, seats, splitting, gift cards, vouchers that block places, and check-in are not there or not yet.
"""

from typing import Any

import pytest

from fullhouse.actions import pool, ticket_type
from fullhouse.rules.booking import CancelRequest, ConfirmRequest, ExpireRequest
from fullhouse.rules.refusals import NotEnoughSeats, NotOnSale, PoolInUse, PromoCodeUsedUp, TicketTypeNotFound
from tests.cast import assert_clean, basket, book, key, new_event, running_deps
from tests.engine import priced
from tests.engine.priced import new_code, on_sale
from tests.engine.racing import resize, seen
from tests.engine.stage import QUICK, booked, confirmed, refusal, rows, taken, tickets
from tests.offers import LONG_AGO, add_pool, add_ticket_type, let_run_out


async def left_of(conninfo: str, pool_id: str) -> int:
    """What of a pool is neither held nor sold, as it is written."""
    ((left,),) = await rows(conninfo, "SELECT capacity - held_back - taken FROM pools WHERE id = %s", pool_id)
    return int(left)


async def test_a_place_is_sold_held_or_free_and_never_two_of_these(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        pool_id = await add_pool(conninfo, event_id, 3, type_id)
        wish = basket(event_id, (type_id, 1))
        sold, held, slow = [booked(await deps.engine.submit(wish)) for _ in range(3)]
        confirmed(await deps.engine.submit(ConfirmRequest(event_id, sold.id, "cash")))
        assert await left_of(conninfo, pool_id) == 0
        assert type(refusal(await deps.engine.submit(wish))) is NotEnoughSeats
        await let_run_out(conninfo, event_id, slow.id)
        await deps.engine.submit(ExpireRequest(event_id))
        assert await left_of(conninfo, pool_id) == 1
        for one, left in ((slow, 1), (held, 2), (sold, 3), (sold, 3)):
            await deps.engine.submit(CancelRequest(event_id, one.id))
            assert await left_of(conninfo, pool_id) == left
    assert await tickets(conninfo) == {}
    await assert_clean(conninfo)


async def test_of_two_pools_the_smaller_one_decides_and_one_without_a_limit_never_does(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        larger, smaller, endless = [await add_pool(conninfo, event_id, n, type_id) for n in (2, 1, None)]
        wish = basket(event_id, (type_id, 1))
        booked(await deps.engine.submit(wish))
        assert refusal(await deps.engine.submit(wish)).facts["available_seats"] == 999, "of the house"
        await resize(deps, event_id, smaller, 5)
        booked(await deps.engine.submit(wish))
        assert type(refusal(await deps.engine.submit(wish))) is NotEnoughSeats
        await pool.change(deps, event_id, larger, {"capacity": None}, None, seen)
        for _ in range(3):
            booked(await deps.engine.submit(wish))
        assert type(refusal(await deps.engine.submit(wish))) is NotEnoughSeats
    assert await rows(conninfo, "SELECT taken FROM pools WHERE id = %s", endless) == [(5,)]
    await assert_clean(conninfo)


async def test_who_asks_for_more_than_is_left_is_told_what_is_or_gets_it(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, total_seats=3)
        booked(await deps.engine.submit(basket(event_id, (type_id, 2))))
        two = basket(event_id, (type_id, 2))
        no = refusal(await deps.engine.submit(two))
        assert no.facts["lines"] == [{"ticket_type_id": type_id, "quantity": 2, "possible": 1}]
        assert booked(await deps.engine.submit(two._replace(accept_fewer=True))).places == 1
        none = refusal(await deps.engine.submit(two._replace(accept_fewer=True)))
        assert (type(none), none.facts["available_seats"]) == (NotEnoughSeats, 0)
    await assert_clean(conninfo)


async def test_a_code_that_has_too_little_left_is_refused_whole_and_says_what_is(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, price_minor=2_300)
        await new_code(deps, event_id, "TWICE", tickets_max=2)
        booked(await deps.engine.submit(priced.basket(event_id, type_id, 1, "TWICE")))
        no = refusal(await deps.engine.submit(priced.basket(event_id, type_id, 2, "TWICE")))
        assert (type(no), no.facts) == (PromoCodeUsedUp, {"tickets_left": 1})
        booked(await deps.engine.submit(priced.basket(event_id, type_id, 1, "TWICE")))
        await new_code(deps, event_id, "BUDGET", kind="fixed", amount=150, money_max_minor=150)
        no = refusal(await deps.engine.submit(priced.basket(event_id, type_id, 2, "BUDGET")))
        assert (type(no), no.facts) == (PromoCodeUsedUp, {"money_left_minor": 150})
        one = booked(await deps.engine.submit(priced.basket(event_id, type_id, 1, "BUDGET")))
        assert one.price is not None
        assert one.price.total.gross_minor == 2_150
        no = refusal(await deps.engine.submit(priced.basket(event_id, type_id, 1, "BUDGET")))
        assert no.facts == {"money_left_minor": 0}
    await assert_clean(conninfo)


async def test_who_pays_in_time_has_what_was_agreed_whatever_has_changed(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, total_seats=4, price_minor=2_000)
        other = await add_ticket_type(conninfo, event_id, 0)
        held = [booked(await deps.engine.submit(basket(event_id, (type_id, 2)))) for _ in range(2)]
        with pytest.raises(PoolInUse):
            await resize(deps, event_id, event_id, 3)
        assert type(refusal(await deps.engine.submit(basket(event_id, (other, 1))))) is NotEnoughSeats, "full"
        changes: list[tuple[dict[str, Any], type]] = [
            ({"price_minor": 9_999, "tickets_max": 1, "sales_until": LONG_AGO}, NotOnSale),
            ({"sales_until": None, "visibility": "archived"}, TicketTypeNotFound),
        ]
        for given, why in changes:
            await ticket_type.change(deps, event_id, type_id, given, None, seen)
            assert type(refusal(await deps.engine.submit(basket(event_id, (type_id, 1))))) is why
            paid = confirmed(await deps.engine.submit(ConfirmRequest(event_id, held.pop().id, "cash")))
            assert paid.price is not None
            assert (paid.places, paid.price.total.gross_minor) == (2, 4_000)
    assert sum((await tickets(conninfo)).values()) == await taken(conninfo, event_id) == 4
    await assert_clean(conninfo)


async def test_another_key_is_another_booking(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=3)
        made = [booked(await book(deps, event.id, 1, key(name))).id for name in ("a", "b", "a", "b", "c", "a")]
        assert len(set(made)) == 3
        assert made[:2] == made[2:4]
        no = refusal(await book(deps, event.id, 1, key("d")))
        assert refusal(await book(deps, event.id, 1, key("d"))) == no
    await assert_clean(conninfo)
