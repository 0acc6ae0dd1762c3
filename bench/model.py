"""What is measured and what comes out: subjects, measurements, medians. Only data, no processes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

EMPTY_KEY = "sold-0"


class Program(StrEnum):
    """What is started."""

    demo = "demo"
    ceiling = "ceiling"
    fullhouse = "fullhouse"
    silent = "silent"


class Scene(StrEnum):
    """What the clients do."""

    one_event = "one event"
    many_events = "many events"
    reads = "reads"
    keys = "keys"
    hold = "hold and confirm"
    basket = "priced basket"
    echo = "echo"


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of the table; the first letter of the key is the letter that the subject goes by."""

    key: str
    title: str
    program: Program
    processes: int
    scene: Scene


# In the order in which they take turns: what is compared is measured soon after one another.
SUBJECTS = (
    Subject("a", "(a) in-memory demo", Program.demo, 1, Scene.one_event),
    Subject("b1", "(b) ceiling, 1 process", Program.ceiling, 1, Scene.echo),
    Subject("c1", "(c) one event, 1 process", Program.fullhouse, 1, Scene.one_event),
    Subject("n", "(n) (c) without notices, 1 process", Program.silent, 1, Scene.one_event),
    Subject("d", "(d) 1,000 events, 1 process", Program.fullhouse, 1, Scene.many_events),
    Subject("e", "(e) availability reads, 1 process", Program.fullhouse, 1, Scene.reads),
    Subject("f", "(f) idempotency keys, 1 process", Program.fullhouse, 1, Scene.keys),
    Subject("g", "(g) hold, then confirm, 1 process", Program.fullhouse, 1, Scene.hold),
    Subject("o", "(o) (g) without notices, 1 process", Program.silent, 1, Scene.hold),
    Subject("h", "(h) 4 priced tickets, 1 process", Program.fullhouse, 1, Scene.basket),
    Subject("b2", "(b) ceiling, 2 processes", Program.ceiling, 2, Scene.echo),
    Subject("c2", "(c) one event, 2 processes", Program.fullhouse, 2, Scene.one_event),
)


def growth_subject(sold: int) -> Subject:
    """Return (c) with so many bookings already sold."""
    title = f"(c) with {sold:,} sold" if sold else "(c) empty"
    return Subject(f"sold-{sold}", title, Program.fullhouse, 1, Scene.one_event)


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk reported of one measurement.

    `answered` counts the answers below 400, `refused` those of 400 and above.
    """

    answered: int
    refused: int
    socket_errors: int
    seconds: float
    p50_us: int
    p90_us: int
    p99_us: int
    max_us: int

    @property
    def per_second(self) -> float:
        """Return answers a second without the refused: a refusal is no booking."""
        return self.answered / self.seconds


@dataclass(frozen=True, slots=True)
class Measurement:
    """One subject at one number of clients in one round; `sold` is what the server counted, if it sells."""

    subject: str
    clients: int
    round: int
    load: Load
    sold: int | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a server held when its measurements ended, in bytes; the largest of its serving processes."""

    subject: str
    rss_bytes: int
    rss_peak_bytes: int
    postgres_pss_bytes: int


@dataclass(frozen=True, slots=True)
class Expiry:
    """Bookings a second before many holds ran out, the least after, and how long it was below half."""

    before: float
    least: float
    seconds_below_half: float
    seconds_to_release: float

    def __str__(self) -> str:
        """What happened, in a line."""
        return (
            f"{self.before:,.0f} bookings a second before, at least {self.least:,.0f} after; "
            f"all released in {self.seconds_to_release:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Webhooks:
    """So many deliveries, how many of them were told a second, and how many while another receiver hung."""

    count: int
    per_second: float
    beside_hanging: float


@dataclass(frozen=True, slots=True)
class Mails:
    """So many mails, and how many of them were handed over a second."""

    count: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Streams:
    """So many open streams: the memory of one in the process, how fast they were opened, what share of a core the
    process took idle with one and with all of them, and seconds from a booking: to half of the streams, to all but one
    in a hundred, and to the last, at the median and at most.
    """

    count: int
    bytes_each: float
    opened_per_second: float
    idle_percent_one: float
    idle_percent: float
    told_p50: float
    told_p99: float
    last_median: float
    last_max: float

    def __str__(self) -> str:
        """Say it as a sentence of the report."""
        return (
            f"{self.count:,} streams: {self.bytes_each / 1000:.1f} kB each, "
            f"{self.opened_per_second:,.0f} opened a second; idle {self.idle_percent:.1f} % of a core, "
            f"{self.idle_percent_one:.1f} % with one; told after a booking: p50 {self.told_p50 * 1000:.0f} ms, "
            f"p99 {self.told_p99 * 1000:.0f} ms, the last {self.last_median * 1000:.0f} ms "
            f"(at most {self.last_max * 1000:.0f} ms)"
        )


@dataclass(frozen=True, slots=True)
class Pages:
    """Among so many events: bytes transferred for the page of one with all its parts, and for the home page; and the
    milliseconds that an answer takes at the median, beside those of the event as JSON.
    """

    events: int
    event_bytes: int
    event_parts: int
    home_bytes: int
    event_ms: float
    home_ms: float
    api_ms: float

    def __str__(self) -> str:
        """Say it as a sentence of the report."""
        return (
            f"{self.events:,} events: the page of one {self.event_bytes / 1000:.1f} kB in {self.event_parts} parts, "
            f"{self.event_ms:.2f} ms; home {self.home_bytes / 1000:.1f} kB, {self.home_ms:.2f} ms; "
            f"the event as JSON {self.api_ms:.2f} ms"
        )


@dataclass(slots=True)
class Findings:
    """Everything that a run brought to light. A problem is what must not be, such as a booking too many."""

    measurements: list[Measurement] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    postgres: dict[str, str] = field(default_factory=dict)
    expiry: "Expiry | None" = None
    mails: "Mails | None" = None
    webhooks: "Webhooks | None" = None
    streams: "Streams | None" = None
    pages: "Pages | None" = None

    def at(self, subject: str, clients: int) -> "Medians | None":
        """Return the medians of one subject at one number of clients, None if it was not measured."""
        found = [m.load for m in self.measurements if m.subject == subject and m.clients == clients]
        return Medians.of(found) if found else None


@dataclass(frozen=True, slots=True)
class Medians:
    """The medians over the rounds; refusals and errors are sums, for a single one is worth seeing."""

    rounds: int
    per_second: float
    per_second_min: float
    per_second_max: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    refused: int
    socket_errors: int

    @classmethod
    def of(cls, loads: list[Load]) -> "Medians":
        """Return the medians of some rounds."""
        rates = [load.per_second for load in loads]

        def middle_ms(one: Callable[[Load], int]) -> float:
            return median(map(one, loads)) / 1000

        return cls(
            rounds=len(loads),
            per_second=median(rates),
            per_second_min=min(rates),
            per_second_max=max(rates),
            p50_ms=middle_ms(lambda load: load.p50_us),
            p99_ms=middle_ms(lambda load: load.p99_us),
            max_ms=max(load.max_us for load in loads) / 1000,
            refused=sum(load.refused for load in loads),
            socket_errors=sum(load.socket_errors for load in loads),
        )


def chosen(letters: Iterable[str]) -> tuple[Subject, ...]:
    """Return the subjects of some letters or keys: `c` means both `c1` and `c2`. Raises ValueError."""
    wanted = [letter.strip() for letter in letters]
    for letter in wanted:
        if not any(letter in {subject.key, subject.key[0]} for subject in SUBJECTS):
            message = f"there is no subject {letter!r}; there are {', '.join(s.key for s in SUBJECTS)}"
            raise ValueError(message)
    return tuple(s for s in SUBJECTS if s.key in wanted or s.key[0] in wanted)
