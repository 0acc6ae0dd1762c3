"""How long a ticket takes: its signed code, its QR, its PDF. `python -m bench.tickets` prints a table.

Beside it, how long another thread is kept waiting while a PDF of many pages is made: the press must not keep those who
sell.
"""

import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fullhouse.printing import qr
from fullhouse.printing.press import Press
from fullhouse.printing.ticket import document_of
from fullhouse.rules.booking import Ticket
from fullhouse.rules.printed import Paper, PrintedEvent, PrintedTicket
from fullhouse.rules.ticket_code import SigningKey, key_id_of, public_key_of, signed_code, verified

RUNS = 200
PAGES = 300
EVENT_ID = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
EVENT = PrintedEvent(
    id=EVENT_ID,
    name="The Long Night of Chamber Music",
    venue="Great hall, 1 Market Square",
    starts_at=datetime(2041, 5, 1, 18, tzinfo=UTC),
    doors_at=datetime(2041, 5, 1, 17, tzinfo=UTC),
    ends_at=None,
    time_zone="Europe/Berlin",
    currency="EUR",
    state="published",
    version=1,
    created_at=datetime(2030, 1, 1, tzinfo=UTC),
    organizer_id=EVENT_ID,
    organizer_name="Market Hall",
    reply_to="box@example.org",
    language="en",
)
NAMES = ("Zoë Quinn", "محمد عبد الله", "王小明", "Ann 🎻", "Владимир Петров")


def main() -> None:
    """Measure, and print."""
    key = SigningKey(key_id_of(public_key_of(bytes(32))), bytes(32))
    keys = {key.key_id: public_key_of(key.private_key)}
    codes = [signed_code(_ticket(n).ticket, key) for n in range(1, RUNS + 1)]
    press = Press(1)
    first = _seconds(lambda: press.made("ticket", _said(codes, 1)))
    print(f"{'what':<44} {'median ms':>10} {'p95 ms':>10}")
    print(f"{'first PDF, with the search for fonts':<44} {first * 1000:>10.1f}")
    numbers = range(1, RUNS + 1)
    _row("signed code", [_seconds(partial(signed_code, _ticket(n).ticket, key)) for n in numbers])
    _row("verified code", [_seconds(partial(verified, code, keys)) for code in codes])
    _row("QR as SVG", [_seconds(partial(qr.svg, code)) for code in codes])
    _row("PDF of one ticket, A4, with its QR", [_seconds(partial(_print, press, codes, n, "a4")) for n in numbers])
    _row("PDF of one, for a phone", [_seconds(partial(_print, press, codes, n, "phone")) for n in numbers])
    document = _said_of(codes, range(1, PAGES + 1))
    longest, took = _kept_waiting(lambda: press.made("ticket", document))
    print(f"{f'PDF of {PAGES} tickets':<44} {took * 1000:>10.1f}")
    print(f"{'longest wait of another thread meanwhile':<44} {longest * 1000:>10.1f}")
    press.close()


def _ticket(number: int) -> PrintedTicket:
    one = Ticket(EVENT_ID, number, 1, EVENT_ID, f"{number:032x}", "valid", f"{NAMES[number % 5]} {number}")
    return PrintedTicket(one, "Adult", 2_838, "EUR", is_comp=False)


def _said(codes: list[str], number: int, paper: Paper = "a4") -> dict[str, Any]:
    return document_of(EVENT, [(_ticket(number), codes[number - 1])], "en", paper)


def _print(press: Press, codes: list[str], number: int, paper: Paper) -> bytes:
    return press.made("ticket", _said(codes, number, paper))


def _said_of(codes: list[str], numbers: range) -> dict[str, Any]:
    return document_of(EVENT, [(_ticket(n), codes[n % RUNS]) for n in numbers], "en")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(what: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{what:<44} {statistics.median(times) * 1000:>10.2f} {p95 * 1000:>10.2f}")


def _kept_waiting(work: Callable[[], object]) -> tuple[float, float]:
    """The longest pause of a thread that wants to go on all the time, and how long the work took."""
    longest, is_over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not is_over.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    watching = threading.Thread(target=watch)
    watching.start()
    took = _seconds(work)
    is_over.set()
    watching.join()
    return longest, took


if __name__ == "__main__":
    main()
