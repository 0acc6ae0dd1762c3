"""The ratios of a run against the targets of the project. Both sides of each come from the same run."""

from dataclasses import dataclass

from bench.model import EMPTY_KEY, Findings

MEGABYTE = 1_000_000
MANY = 256
MOST = 1024


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
    hold, hold_how = book.holds_at_most()
    grown, grown_how = book.growth()
    weight, weight_how = book.memory()
    return [
        Ratio(
            "(c) one process, 256 clients, ÷ (a) the in-memory demo",
            *book.rate_ratio("c1", "a", MANY, target=6),
        ),
        Ratio(
            "(c) best number of processes, 1,024 clients, ÷ (a)",
            _divided(c_most, book.rate("a", MOST)),
            10,
            c_most_how and f"{MOST:,} clients, {c_most_how}",
        ),
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
        Ratio("(c) at 1,024 clients ÷ (c) at its best", hold, 0.9, hold_how),
        Ratio("(c) with 5 million sold ÷ (c) empty", grown, 0.9, grown_how),
        Ratio("p50 of a lone client, (a) ÷ ours", *book.latency_ratio("p50_ms", 1, target=0.5)),
        Ratio("p99 at 256 clients, (a) ÷ ours", *book.latency_ratio("p99_ms", MANY, target=3)),
        Ratio("memory of a serving process after it all, MB", weight, 120, weight_how, at_most=True),
    ]


class Book:
    """Looks up medians and divides them, and tells in words what was divided."""

    def __init__(self, findings: Findings) -> None:
        """Keep the findings of a run."""
        self._findings = findings

    def rate(self, subject: str, clients: int) -> float | None:
        """Return the median rate of a subject, None if not measured."""
        found = self._findings.at(subject, clients)
        return found.per_second if found else None

    def rate_ratio(self, ours: str, other: str, clients: int, *, target: float) -> tuple[float | None, float, str]:
        """Return ours ÷ other in rates at the same number of clients, the target, and what was divided."""
        top, bottom = self.rate(ours, clients), self.rate(other, clients)
        how = f"{clients:,} clients: {top:,.0f} ÷ {bottom:,.0f} a second" if top and bottom else ""
        return _divided(top, bottom), target, how

    def latency_ratio(self, name: str, clients: int, *, target: float) -> tuple[float | None, float, str]:
        """Return a latency of the demo ÷ that of (c) with one process, the target, and what was divided."""
        demo, ours = self._findings.at("a", clients), self._findings.at("c1", clients)
        if demo is None or ours is None:
            return None, target, ""
        top, bottom = float(getattr(demo, name)), float(getattr(ours, name))
        return _divided(top, bottom), target, f"{top:.3f} ÷ {bottom:.3f} ms"

    def best_processes(self, clients: int) -> tuple[float | None, str]:
        """Return the rate of (c) with the number of processes that is best at so many clients."""
        rates = {processes: self.rate(f"c{processes}", clients) for processes in (1, 2)}
        known = {processes: rate for processes, rate in rates.items() if rate is not None}
        if not known:
            return None, ""
        best = max(known, key=lambda processes: known[processes])
        return known[best], f"{best} process{'es' if best > 1 else ''}, {known[best]:,.0f} a second"

    def holds_at_most(self) -> tuple[float | None, str]:
        """Return (c) at 1,024 clients ÷ (c) at its best, for the number of processes where that is worse."""
        kept = {}
        for processes in (1, 2):
            subject = f"c{processes}"
            rates = {
                m.clients: self.rate(subject, m.clients) or 0
                for m in self._findings.measurements
                if m.subject == subject
            }
            if MOST in rates:
                kept[processes] = rates[MOST] / max(rates.values())
        if not kept:
            return None, ""
        words = (
            f"{ratio:.2f} with {processes} process{'es' if processes > 1 else ''}" for processes, ratio in kept.items()
        )
        return min(kept.values()), ", ".join(words)

    def growth(self) -> tuple[float | None, str]:
        """Return (c) with five million sold ÷ (c) empty."""
        top, bottom = self.rate("sold-5000000", MANY), self.rate(EMPTY_KEY, MANY)
        how = f"{MANY} clients: {top:,.0f} ÷ {bottom:,.0f} a second" if top and bottom else ""
        return _divided(top, bottom), how

    def memory(self) -> tuple[float | None, str]:
        """Return the resident memory of the largest serving process of all, in MB."""
        memories = self._findings.memories
        if not memories:
            return None, ""
        peak = max(memory.rss_peak_bytes for memory in memories)
        return max(memory.rss_bytes for memory in memories) / MEGABYTE, f"the largest; peak {peak / MEGABYTE:.0f} MB"


def _divided(top: float | None, bottom: float | None) -> float | None:
    return top / bottom if top is not None and bottom else None
