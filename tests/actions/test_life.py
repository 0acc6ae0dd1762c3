"""Whatever happens to bookings, in whatever order: nothing is oversold or lost, no code exceeded, no cent unexplained.

Hypothesis invents what happens, step by step, and the real program does it: two engines on one PostgreSQL, with a real
process in Stripe's stead. What the rows have to say then is noted by a clerk who only adds up (`life/notebook.py` for
places and codes, `life/cash_box.py` for money). What may happen stands in `life/machine.py`,
`life/paying.py` and `life/organizing.py`.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from fullhouse.actions import event_cancellation
from fullhouse.rules import ledger
from fullhouse.rules.booking import Booking
from fullhouse.rules.ledger import Moved, Posting
from fullhouse.rules.selling import OpenEvent
from fullhouse.rules.sides import Sides
from tests.actions.life.ending import PAGE
from tests.actions.life.organizing import WholeLife
from tests.actions.life.theatre import Theatre
from tests.outside.stripe_desk import stand_in

LIVES = settings(
    max_examples=60,
    stateful_step_count=50,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
"""The same lives in each run."""
FIRST_FAULT = settings(LIVES, phases=[Phase.generate], report_multiple_bugs=False)


@pytest.fixture
def theatre(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Theatre]:
    """The program and its Stripe."""
    monkeypatch.setattr(event_cancellation, "PAGE", PAGE)
    with stand_in() as stripe_url, Theatre(conninfo, stripe_url) as opened:
        yield opened


def live(theatre: Theatre, lives: settings) -> None:
    """Let Hypothesis invent lives; it fails when the rows say anything else than the clerk."""
    # Hypothesis asks for a class by its types, and for anything that makes a machine by its words.
    machine: Any = partial(WholeLife, theatre)
    run_state_machine_as_test(machine, settings=lives)


def test_no_life_of_bookings_oversells_or_loses_a_place_exceeds_a_code_or_makes_the_ledger_unequal(
    theatre: Theatre,
) -> None:
    live(theatre, LIVES)


def lose_the_places_of_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    original = OpenEvent.put_back

    def put_back(event: OpenEvent, booking: Booking) -> None:
        original(event, booking._replace(drawn=None))

    monkeypatch.setattr(OpenEvent, "put_back", put_back)


def never_give_a_code_back(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Sides._change

    def change(sides: Sides, booking: Booking, sign: int) -> None:
        original(sides, booking, max(sign, 0))

    monkeypatch.setattr(Sides, "_change", change)


def post_a_receipt_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    original = ledger.receipt

    def receipt(booking: Booking, currency: str, moved: Moved) -> Posting:
        return original(booking, currency, moved._replace(amount_minor=moved.amount_minor // 2))

    monkeypatch.setattr(ledger, "receipt", receipt)


@pytest.mark.parametrize("fault", [lose_the_places_of_pools, never_give_a_code_back, post_a_receipt_in_part])
def test_a_fault_in_the_program_is_found_by_the_test_above(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    """A check of the harness. It need not be told briefly how it came, so nothing is shrunk."""
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        live(theatre, FIRST_FAULT)
