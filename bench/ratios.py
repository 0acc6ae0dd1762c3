"""The ratios of a run against the targets of the project.

Each is taken within a round, where both sides were measured shortly after one another; the median of the rounds counts.
"""

from dataclasses import dataclass
from statistics import median

from bench.model import EMPTY_KEY, Findings, Load

MEGABYTE = 1_000_000
MANY = 256
MOST = 1024
PROCESSES = (1, 2)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One target: the value is None when the run did not measure it."""

    measure: str
    value: float | None
    target: float
    how: str
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Tell whether the target is reached, None if it was not measured."""
        if self.value is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


def all_ratios(findings: Findings) -> list[Ratio]:
    """Return the targets in their order, each with what this run makes of it."""
    book = Book(findings)
    c_most, c_most_how = book.best_processes(MOST)
    kept, kept_how = book.keeps_at_most()
    weight, weight_how = book.memory()
    expiry = findings.expiry
    return [
        Ratio(
            "(c) one process, 256 clients, ÷ (a) the in-memory demo",
            *book.rate_ratio("c1", "a", MANY, target=6),
        ),
        Ratio("(c) best number of processes, 1,024 clients, ÷ (a)", c_most, 10, c_most_how),
        Ratio(
            "(c) ÷ (b) the ceiling, one process each, 256 clients",
            *book.rate_ratio("c1", "b1", MANY, target=0.55),
        ),
        Ratio(
            "(c) ÷ (b), two processes each, 1,024 clients",
            *book.rate_ratio("c2", "b2", MOST, target=0.45),
        ),
        Ratio("(d) 1,000 events ÷ (c) one event", *book.rate_ratio("d", "c1", MANY, target=0.8)),
        Ratio("(e) availability reads ÷ (b)", *book.rate_ratio("e", "b1", MANY, target=0.6)),
        Ratio("(f) with a fresh idempotency key each ÷ (c)", *book.rate_ratio("f", "c1", MANY, target=0.85)),
        Ratio("(g) hold, then confirm: bookings ÷ (c)", *book.rate_ratio("g", "c1", MANY, target=0.4)),
        Ratio("(h) 4 priced tickets, 2 types, promo code ÷ (c)", *book.rate_ratio("h", "c1", MANY, target=0.35)),
        Ratio("(c) ÷ (n) the same without notices", *book.rate_ratio("c1", "n", MANY, target=0.85)),
        Ratio("(g) ÷ (o) the same without notices", *book.rate_ratio("g", "o", MANY, target=0.85)),
        Ratio(
            "seconds of selling below half when 100,000 holds run out",
            None if expiry is None else expiry.seconds_below_half,
            1,
            "" if expiry is None else str(expiry),
            at_most=True,
        ),
        mails_ratio(findings),
        *webhook_ratios(findings),
        *stream_ratios(findings),
        *page_ratios(findings),
        Ratio("(c) at 1,024 clients ÷ (c) at its best", kept, 0.9, kept_how),
        Ratio("(c) with 5 million sold ÷ (c) empty", *book.rate_ratio("sold-5000000", EMPTY_KEY, MANY, target=0.9)),
        Ratio("p50 of a lone client, (a) ÷ ours", *book.latency_ratio("p50_us", 1, target=0.5)),
        Ratio("p99 at 256 clients, (a) ÷ ours", *book.latency_ratio("p99_us", MANY, target=3)),
        Ratio("memory of a serving process after it all, MB", weight, 120, weight_how, at_most=True),
    ]


def webhook_ratios(findings: Findings) -> list[Ratio]:
    """Return how fast webhooks are told, and what one receiver that hangs takes from another."""
    found = findings.webhooks
    how = "" if found is None else f"{found.count:,} deliveries, one process"
    share = None if found is None else found.beside_hanging / found.per_second
    return [
        Ratio("webhooks a second to a local receiver", None if found is None else found.per_second, 200, how),
        Ratio("the same beside a receiver that hangs ÷ alone", share, 0.8, how),
    ]


def stream_ratios(findings: Findings) -> list[Ratio]:
    """Return what open streams cost, and how late the last of them is told."""
    found = findings.streams
    how = "" if found is None else str(found)
    return [
        Ratio(
            "seconds from a booking to the last of 5,000 streams, at the median",
            None if found is None else found.last_median,
            1,
            how,
            at_most=True,
        ),
        Ratio("memory of a stream, kB", None if found is None else found.bytes_each / 1000, 40, "", at_most=True),
        Ratio(
            "idle 5,000 streams, percent of a core", None if found is None else found.idle_percent, 10, "", at_most=True
        ),
    ]


def page_ratios(findings: Findings) -> list[Ratio]:
    """Return what the page of an event weighs, and how long the server takes for it."""
    found = findings.pages
    how = "" if found is None else str(found)
    against_json = None if found is None else found.event_ms / found.api_ms
    return [
        Ratio(
            "event page with everything, kB", None if found is None else found.event_bytes / 1000, 60, how, at_most=True
        ),
        Ratio("event page, ms among 1,000 events", None if found is None else found.event_ms, 10, "", at_most=True),
        Ratio("the same ÷ GET /events/{id}", against_json, 8, "both from one connection, in turn", at_most=True),
        Ratio("home page, ms among 1,000 events", None if found is None else found.home_ms, 20, "", at_most=True),
    ]


def mails_ratio(findings: Findings) -> Ratio:
    """Return what became of the mails."""
    found = findings.mails
    how = "" if found is None else f"{found.count:,} mails, one process"
    return Ratio("mails a second to a local SMTP server", None if found is None else found.per_second, 200, how)


class Book:
    """Looks up the rounds and divides them, and tells in words what was divided."""

    def __init__(self, findings: Findings) -> None:
        """Keep the findings of a run."""
        self._findings = findings

    def rounds(self, subject: str, clients: int) -> dict[int, Load]:
        """Return what was measured, by round; nothing if it was not."""
        return {m.round: m.load for m in self._findings.measurements if (m.subject, m.clients) == (subject, clients)}

    def rates(self, subject: str, clients: int) -> dict[int, float]:
        """Return the rates of a subject by round."""
        return {number: load.per_second for number, load in self.rounds(subject, clients).items()}

    def rate_ratio(self, ours: str, other: str, clients: int, *, target: float) -> tuple[float | None, float, str]:
        """Return ours ÷ other in rates at the same number of clients, the target, and what was divided."""
        value, how = _divided(self.rates(ours, clients), self.rates(other, clients))
        return value, target, how and f"{clients:,} clients: {how}"

    def latency_ratio(self, name: str, clients: int, *, target: float) -> tuple[float | None, float, str]:
        """Return a latency of the demo ÷ that of (c) with one process, the target, and what was divided."""
        demo, ours = (
            {number: getattr(load, name) / 1000 for number, load in self.rounds(subject, clients).items()}
            for subject in ("a", "c1")
        )
        value, how = _divided(demo, ours, digits=3)
        return value, target, how and f"{clients:,} clients: {how} in ms"

    def best_processes(self, clients: int) -> tuple[float | None, str]:
        """Return (c) with the number of processes that is best at so many clients ÷ (a)."""
        found = {processes: self.rates(f"c{processes}", clients) for processes in PROCESSES}
        known = {processes: median(rates.values()) for processes, rates in found.items() if rates}
        if not known:
            return None, ""
        best = max(known, key=lambda processes: known[processes])
        value, how = _divided(found[best], self.rates("a", clients))
        return value, how and f"{clients:,} clients, {_processes(best)}: {how}"

    def keeps_at_most(self) -> tuple[float | None, str]:
        """Return (c) at 1,024 clients ÷ (c) at its best, each with the number of processes that is best there."""
        medians = {
            (processes, m.clients): median(self.rates(f"c{processes}", m.clients).values())
            for processes in PROCESSES
            for m in self._findings.measurements
            if m.subject == f"c{processes}"
        }
        at_most = {processes: rate for (processes, clients), rate in medians.items() if clients == MOST}
        if not at_most:
            return None, ""
        alone = [
            f"{rate / max(r for (p, _), r in medians.items() if p == processes):.2f} with {_processes(processes)} alone"
            for processes, rate in at_most.items()
        ]
        top, bottom = max(at_most.values()), max(medians.values())
        return top / bottom, ", ".join([f"{top:,.0f} ÷ {bottom:,.0f} a second", *alone])

    def memory(self) -> tuple[float | None, str]:
        """Return the resident memory of the largest serving process of all, in MB."""
        memories = self._findings.memories
        if not memories:
            return None, ""
        peak = max(memory.rss_peak_bytes for memory in memories)
        return max(memory.rss_bytes for memory in memories) / MEGABYTE, f"the largest; peak {peak / MEGABYTE:.0f} MB"


def _divided(tops: dict[int, float], bottoms: dict[int, float], digits: int = 0) -> tuple[float | None, str]:
    """Return the median of the ratios of the rounds, and that and their range in words."""
    ratios = [top / bottoms[number] for number, top in tops.items() if bottoms.get(number)]
    if not ratios:
        return None, ""
    top, bottom = median(tops.values()), median(bottoms.values())
    return median(ratios), f"{top:,.{digits}f} ÷ {bottom:,.{digits}f}, rounds {min(ratios):.2f} to {max(ratios):.2f}"


def _processes(count: int) -> str:
    return f"{count} process{'es' if count > 1 else ''}"
