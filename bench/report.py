"""Says what a run found: as text for the terminal, as Markdown, as JSON and as a picture."""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.model import SUBJECTS, Findings, Measurement, Subject, growth_subject
from bench.plot import draw
from bench.ratios import MEGABYTE, Ratio, all_ratios

REACHED = {True: "yes", False: "no", None: "not measured"}
HEAD = ("subject", "clients", "per second", "min to max", "p50 ms", "p99 ms", "max ms", "refused", "errors")
RATIO_HEAD = ("measure", "value", "target", "reached", "how")
MEMORY_HEAD = ("Full House", "largest process MB", "its peak MB", "PostgreSQL in all MB")


def progress(subject: Subject, measurement: Measurement) -> str:
    """Return one line that says what was just measured."""
    load = measurement.load
    return (
        f"round {measurement.round}  {subject.title:<34} {measurement.clients:>5}  {load.per_second:>9,.0f}/s"
        f"  p50 {load.p50_us / 1000:>9.3f} ms  p99 {load.p99_us / 1000:>9.3f} ms"
        f"  refused {load.refused}  errors {load.socket_errors}"
    )


def subjects_of(findings: Findings) -> list[Subject]:
    """Return the subjects of the main table that were measured, in their order."""
    measured = {m.subject for m in findings.measurements}
    return [subject for subject in SUBJECTS if subject.key in measured]


def grown_of(findings: Findings) -> list[Subject]:
    """Return the sizes that were measured as subjects, smallest first."""
    keys = {m.subject for m in findings.measurements if m.subject.startswith("sold-")}
    return [growth_subject(sold) for sold in sorted(int(key.removeprefix("sold-")) for key in keys)]


def speed_rows(findings: Findings, subjects: Iterable[Subject]) -> list[tuple[str, ...]]:
    """Return one row for each subject and number of clients, medians over the rounds."""
    rows: list[tuple[str, ...]] = []
    for subject in subjects:
        for clients in sorted({m.clients for m in findings.measurements if m.subject == subject.key}):
            found = findings.at(subject.key, clients)
            if found is None:
                continue
            rows.append(
                (
                    subject.title,
                    f"{clients:,}",
                    f"{found.per_second:,.0f}",
                    f"{found.per_second_min:,.0f} to {found.per_second_max:,.0f}",
                    f"{found.p50_ms:.3f}",
                    f"{found.p99_ms:.3f}",
                    f"{found.max_ms:.1f}",
                    f"{found.refused:,}",
                    f"{found.socket_errors:,}",
                )
            )
    return rows


def ratio_rows(ratios: Iterable[Ratio]) -> list[tuple[str, ...]]:
    """Return one row for each target."""
    return [
        (
            ratio.measure,
            "" if ratio.value is None else f"{ratio.value:.2f}",
            f"{'≤' if ratio.at_most else '≥'} {ratio.target:g}",
            REACHED[ratio.reached],
            ratio.how,
        )
        for ratio in ratios
    ]


def memory_rows(findings: Findings) -> list[tuple[str, ...]]:
    """Return one row for each Full House that was measured: the most that any round left behind."""
    rows = []
    for subject in (*subjects_of(findings), *grown_of(findings)):
        found = [memory for memory in findings.memories if memory.subject == subject.key]
        if found:
            amounts = (
                max(memory.rss_bytes for memory in found),
                max(memory.rss_peak_bytes for memory in found),
                max(memory.postgres_pss_bytes for memory in found),
            )
            rows.append((subject.title, *(f"{amount / MEGABYTE:.0f}" for amount in amounts)))
    return rows


def sections(findings: Findings, ratios: list[Ratio]) -> list[tuple[str, Sequence[str], list[tuple[str, ...]]]]:
    """Return every table as its title, its head and its rows, without those that have no rows."""
    tables: list[tuple[str, Sequence[str], list[tuple[str, ...]]]] = [
        ("Speed", HEAD, speed_rows(findings, subjects_of(findings))),
        ("Growth", HEAD, speed_rows(findings, grown_of(findings))),
        ("Memory", MEMORY_HEAD, memory_rows(findings)),
        ("Targets", RATIO_HEAD, ratio_rows(ratios)),
    ]
    return [table for table in tables if table[2]]


def verdict(findings: Findings, ratios: list[Ratio]) -> list[str]:
    """Return the last lines: how many targets are reached, and every problem."""
    measured = [ratio for ratio in ratios if ratio.reached is not None]
    reached = sum(ratio.reached is True for ratio in measured)
    lines = [f"{reached} of {len(ratios)} targets reached, {len(ratios) - len(measured)} not measured."]
    if not findings.problems:
        return [*lines, "Every acknowledged booking was counted as sold, once; every audit was clean."]
    return [*lines, *(f"PROBLEM: {problem}" for problem in findings.problems)]


def as_text(findings: Findings) -> str:
    """Return the report for the terminal."""
    ratios = all_ratios(findings)
    parts = ["\n".join((title, *_columns(head, rows))) for title, head, rows in sections(findings, ratios)]
    return "\n\n".join([*parts, "\n".join(verdict(findings, ratios))])


def as_markdown(findings: Findings, machine: dict[str, str], plan: str, plot: str) -> str:
    """Return the report as a page; `plot` is the address of the picture as seen from it."""
    ratios = all_ratios(findings)
    lines = ["# The benchmark of Full House", "", plan, ""]
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    lines += ["", f"![Bookings a second and p99 by number of clients]({plot})"]
    for title, head, rows in sections(findings, ratios):
        numbers = ["---:" if head is not RATIO_HEAD else "---"] * (len(head) - 1)
        lines += ["", f"## {title}", "", _pipes(head), _pipes(["---", *numbers]), *map(_pipes, rows)]
    lines += ["", *(f"{line}  " for line in verdict(findings, ratios))]
    return "\n".join(line.rstrip() if not line.endswith(".  ") else line for line in lines).rstrip() + "\n"


def as_json(findings: Findings, machine: dict[str, str], plan: str) -> str:
    """Return everything that was found, every single measurement included."""
    everything = {
        "plan": plan,
        "machine": machine,
        "measurements": [
            {**asdict(measurement), "per_second": measurement.load.per_second} for measurement in findings.measurements
        ],
        "memory": [asdict(memory) for memory in findings.memories],
        "ratios": [{**asdict(ratio), "reached": ratio.reached} for ratio in all_ratios(findings)],
        "problems": findings.problems,
    }
    return json.dumps(everything, indent=1, ensure_ascii=False) + "\n"


def write(findings: Findings, machine: dict[str, str], plan: str, results: Path, *, is_quick: bool) -> Path:
    """Write a folder named by the date, and a full run as `latest.md` beside it too. Return the folder."""
    folder = _new_folder(results, machine["date"][:10] + ("-quick" if is_quick else ""))
    draw(findings, subjects_of(findings), folder / "plot.png")
    (folder / "table.md").write_text(as_markdown(findings, machine, plan, "plot.png"))
    (folder / "results.json").write_text(as_json(findings, machine, plan))
    if not is_quick:
        page = as_markdown(findings, machine, plan, f"{folder.name}/plot.png")
        (results / "latest.md").write_text(page)
    return folder


def _new_folder(results: Path, name: str) -> Path:
    """Make the folder of a run: a second one on the same day gets a number, a quick one replaces the last."""
    if name.endswith("-quick"):
        shutil.rmtree(results / name, ignore_errors=True)
    number = 1
    folder = results / name
    while folder.exists():
        number += 1
        folder = results / f"{name}-{number}"
    folder.mkdir(parents=True)
    return folder


def _columns(head: Sequence[str], rows: list[tuple[str, ...]]) -> list[str]:
    table = [tuple(head), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    is_words = [column == 0 or head is RATIO_HEAD for column in range(len(head))]

    def line(row: tuple[str, ...]) -> str:
        cells = zip(row, widths, is_words, strict=True)
        return "  ".join(cell.ljust(width) if words else cell.rjust(width) for cell, width, words in cells).rstrip()

    return [line(table[0]), "  ".join("-" * width for width in widths), *map(line, rows)]


def _pipes(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
