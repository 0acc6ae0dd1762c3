"""How long a ticket takes: its signed code, its QR, its PDF. `python -m bench.tickets` prints a table.

Beside it, how long another thread is kept waiting while a PDF of many pages is made: the press must not keep those who
sell.
"""

import statistics
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from fullhouse.printing import qr
from fullhouse.printing.press import Press
from fullhouse.printing.ticket import document_of
from fullhouse.rules.printed import Paper, PrintedTicket
from fullhouse.rules.ticket_code import public_key_of, signed_code, verified
from tests.printing.tickets import EVENT, KEY, ticket

RUNS = 200
PAGES = 300
NAMES = ("Zoë Quinn", "محمد عبد الله", "王小明", "Ann 🎻", "Владимир Петров")


def main() -> None:
    """Measure, and print."""
    keys = {KEY.key_id: public_key_of(KEY.private_key)}
    codes = [signed_code(_ticket(n).ticket, KEY) for n in range(1, RUNS + 1)]
    press = Press(1)
    first = _seconds(lambda: press.made("ticket", _said(codes, 1)))
    print(f"{'what':<44} {'median ms':>10} {'p95 ms':>10}")
    print(f"{'first PDF, with the search for fonts':<44} {first * 1000:>10.1f}")
    numbers = range(1, RUNS + 1)
    _row("signed code", [_seconds(partial(signed_code, _ticket(n).ticket, KEY)) for n in numbers])
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
    return ticket(number, f"{NAMES[number % 5]} {number}")


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
