"""Draws the picture of a run: what each subject does a second, and its p99, by number of clients."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # No screen is needed.

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bench.model import Findings, Subject

# Colours that people who see colours differently can tell apart (Okabe and Ito); what is not ours is grey.
LOOKS = {
    "a": ("#777777", "-"),
    "b1": ("#bbbbbb", "--"),
    "b2": ("#bbbbbb", ":"),
    "c1": ("#0072b2", "-"),
    "c2": ("#d55e00", "-"),
    "d": ("#009e73", "-"),
    "e": ("#cc79a7", "-"),
    "f": ("#e69f00", "-"),
    "g": ("#56b4e9", "-"),
    "h": ("#000000", "-"),
    "n": ("tab:blue", ":"),
    "o": ("tab:pink", ":"),
}


def draw(findings: Findings, subjects: list[Subject], path: Path) -> None:
    """Draw the picture into a file."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.2), layout="constrained")
    ticks = sorted({m.clients for m in findings.measurements if not m.subject.startswith("sold-")})
    for subject in subjects:
        clients = sorted({m.clients for m in findings.measurements if m.subject == subject.key})
        medians = [found for count in clients if (found := findings.at(subject.key, count)) is not None]
        colour, style = LOOKS[subject.key]
        look: dict[str, Any] = {"color": colour, "linestyle": style, "marker": "o", "markersize": 4}
        left.plot(clients, [one.per_second for one in medians], label=subject.title, **look)
        right.plot(clients, [one.p99_ms for one in medians], **look)
    _set_up(left, ticks, "bookings (or reads) a second: more is better")
    _set_up(right, ticks, "p99 latency, ms: less is better")
    left.set_ylim(bottom=0)
    if subjects:
        right.set_yscale("log")
        figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _set_up(axes: Axes, ticks: list[int], title: str) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("clients")
    axes.grid(visible=True, alpha=0.3)
