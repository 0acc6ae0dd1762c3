"""Charts of bars and of steps as the numbers of an SVG; a table with the same numbers stands behind each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 720.0, 220.0
LEFT, BOTTOM, TOP = 44.0, 24.0, 8.0
SERIES_MAX = 6
"""Colours that a chart has; further series share the last."""


class Bar(NamedTuple):
    """A rectangle of a series, and what it says when one points at it."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


class Tick(NamedTuple):
    """A label at an axis; of the vertical one with a line across."""

    at: float
    label: str


class Line(NamedTuple):
    """The points of a series, as SVG has them."""

    points: str
    series: int


class Chart(NamedTuple):
    """All that an SVG is drawn of, and the rows of the table behind it: a label and the numbers of all series."""

    names: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    bars: Sequence[Bar]
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    labels: Sequence[Tick]
    width: float = WIDTH
    height: float = HEIGHT


def stacked(names: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Bars of a row's numbers above one another."""
    top = _nice(max((sum(numbers) for _, numbers in rows), default=0))
    each = (WIDTH - LEFT) / max(1, len(rows))
    bars = []
    for n, (label, numbers) in enumerate(rows):
        below = 0
        for series, number in enumerate(numbers):
            if number:
                high = _height(number, top)
                y = HEIGHT - BOTTOM - _height(below, top) - high
                x = LEFT + each * n + each * 0.1
                title = f"{label}: {number} {names[series]}"
                bars.append(Bar(*_rounded(x, y, max(1.0, each * 0.8), high), min(series, SERIES_MAX - 1), title))
                below += number
    return Chart(names, rows, bars, [], _ticks(top), _labels([label for label, _ in rows], each))


def stepped(names: Sequence[str], found: Sequence[Mapping[int, int]], label: str) -> Chart:
    """Numbers that grow towards an event, by the days before it; the days are counted down from left to right."""
    days = sorted({day for one in found for day in one}, reverse=True)
    top = _nice(max((number for one in found for number in one.values()), default=0))
    first, last = (days[0], min(days[-1], 0)) if days else (0, 0)
    span = max(1, first - last)
    lines, filled = [], []
    for series, one in enumerate(found):
        number = 0
        points: list[str] = []
        row: list[int] = []
        for day in days:
            x = LEFT + (WIDTH - LEFT) * (first - day) / span
            if day in one or points:
                points.append(f"{x:.1f},{HEIGHT - BOTTOM - _height(number, top):.1f}")
                number = one.get(day, number)
                points.append(f"{x:.1f},{HEIGHT - BOTTOM - _height(number, top):.1f}")
            row.append(number)
        lines.append(Line(" ".join(points), series))
        filled.append(row)
    rows = [(label % {"days": day}, [row[n] for row in filled]) for n, day in enumerate(days)]
    labels = [Tick(LEFT, str(first)), Tick(WIDTH - 12, str(last))] if days else []
    return Chart(names, rows, [], lines, _ticks(top), labels)


def _height(number: int, top: int) -> float:
    return (HEIGHT - BOTTOM - TOP) * max(0, number) / top


def _nice(most: int) -> int:
    """A round number that is not below."""
    size = 1
    while True:
        for part in (1, 2, 5):
            if part * size >= most:
                return max(4, part * size)
        size *= 10


def _ticks(top: int) -> list[Tick]:
    return [Tick(HEIGHT - BOTTOM - _height(top * n // 4, top), str(top * n // 4)) for n in range(5)]


def _labels(labels: Sequence[str], each: float) -> list[Tick]:
    """Some of the labels: as many as can be read."""
    step = max(1, -(-len(labels) // 8))
    return [Tick(round(LEFT + each * (n + 0.5), 1), labels[n]) for n in range(0, len(labels), step)]


def _rounded(*numbers: float) -> tuple[float, float, float, float]:
    x, y, width, height = (round(number, 1) for number in numbers)
    return x, y, width, height
