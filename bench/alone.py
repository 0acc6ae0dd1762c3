"""Measures one thing alone: on a disk, with the Full House beside this Python, and nothing left behind."""

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bench.machine import workplace
from bench.model import Findings
from bench.subjects import Workshop

FULLHOUSE = shlex.quote(str(Path(sys.executable).parent / "fullhouse"))
"""The command, as a shell would read it."""


def measured_alone(measure: Callable[[Workshop], object], fullhouse: str = FULLHOUSE) -> None:
    """Measure in a workshop of its own."""
    folder = workplace(None)
    try:
        measure(Workshop(folder, fullhouse, Findings()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
