"""Pages as a browser gets them: how much is transferred for the page of an event with all that it loads, and how long
the server takes for pages among a thousand events. `python -m bench.pages` measures this alone.
"""

import gzip
import http.client
import re
import time
from collections.abc import Callable
from statistics import median

import click

from bench.alone import measured_alone
from bench.client import Client
from bench.model import Pages, Program, Scene, Subject
from bench.processes import BenchError
from bench.subjects import Server, Workshop, serving

EVENTS = 1_000
ASKED = 300
WARM_UP = 30
SUBJECT = Subject("p", "pages", Program.fullhouse, 1, Scene.reads)
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip", "Accept-Language": "en"}
LOADED = re.compile(rb'<(?:script|img)\b[^>]*?\bsrc="([^"]+)"|<link\b[^>]*?\bhref="([^"]+)"[^>]*>')
NOT_LOADED = re.compile(rb'\brel="(?:canonical|alternate)"')
DESCRIPTION = "An evening with **music**, in three parts.\n\n- Doors open early.\n- There is a bar.\n\n" + "Come. " * 80


def measure_pages(workshop: Workshop, say: Callable[[str], None], events: int = EVENTS) -> Pages:
    """Put so many events on sale, and ask for pages."""
    folder = workshop.folder / "pages"
    with serving(workshop, SUBJECT, folder) as server, Client(server.port) as client:
        event_ids = [_offer(client, number) for number in range(events)]
        found = _measure(server, event_ids)
    say(str(found))
    return found


def _offer(client: Client, number: int) -> str:
    """An event as they are: told of in some sentences, with two ticket types that have prices."""
    event_id = client.make(
        "/events",
        name=f"Concert {number}",
        date=f"2099-{number % 12 + 1:02}-{number % 28 + 1:02}T20:00:00+00:00",
        venue="Bench Hall",
        total_seats=300,
        description=DESCRIPTION,
    )
    if number % 10 == 0:
        for name, price_minor in (("Adult", 2_500), ("Child", 1_200)):
            client.make(f"/events/{event_id}/ticket-types", name=name, price_minor=price_minor)
    return event_id


def _measure(server: Server, event_ids: list[str]) -> Pages:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    chosen = event_ids[::10]
    paths: dict[str, Callable[[int], str]] = {
        "event": lambda turn: f"/shop/events/{chosen[turn % len(chosen)]}",
        "api": lambda turn: f"/events/{chosen[turn % len(chosen)]}",
        "home": lambda _: "/",
    }
    taken: dict[str, list[float]] = {name: [] for name in paths}
    # In turns, so that a slow moment of the machine hits all of them alike.
    for turn in range(WARM_UP + ASKED):
        for name, path_of in paths.items():
            began = time.perf_counter()
            _fetch(connection, path_of(turn))
            if turn >= WARM_UP:
                taken[name].append((time.perf_counter() - began) * 1000)
    whole, parts = _weigh(connection, f"/shop/events/{chosen[0]}")
    home, _ = _weigh(connection, "/")
    connection.close()
    return Pages(
        len(event_ids), whole, parts, home, median(taken["event"]), median(taken["home"]), median(taken["api"])
    )


def _weigh(connection: http.client.HTTPConnection, path: str) -> tuple[int, int]:
    """The bytes that are transferred for a page with all that it loads, heads included; and how many parts that are."""
    weight, body = _fetch(connection, path)
    html = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    found = {(one[1] or one[2]).decode() for one in LOADED.finditer(html) if not NOT_LOADED.search(one[0])}
    return weight + sum(_fetch(connection, one)[0] for one in sorted(found)), 1 + len(found)


def _fetch(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path, headers=BROWSER)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.client.OK:
        message = f"{path}: {answer.status} {body[:200]!r}"
        raise BenchError(message)
    head = sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + len("HTTP/1.1 200 OK\r\n\r\n")
    return head + len(body), body


@click.command()
@click.option("--events", default=EVENTS, type=click.IntRange(10), show_default=True)
def main(events: int) -> None:
    """Measure pages alone."""
    measured_alone(lambda workshop: measure_pages(workshop, click.echo, events))


if __name__ == "__main__":
    main()
