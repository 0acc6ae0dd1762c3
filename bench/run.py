"""The benchmark from the command line: starts everything, measures in rounds, says what it found."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click

from bench.alone import FULLHOUSE
from bench.client import Client
from bench.expiry import measure_expiry
from bench.growth import durability, measure_growth, undurable
from bench.load import find_wrk
from bench.machine import describe, workplace
from bench.mails import measure_mails
from bench.model import Findings, Subject, chosen
from bench.pages import measure_pages
from bench.processes import BenchError, raise_file_limit
from bench.report import as_text, progress, write
from bench.scenes import act_for, measure, warm_up
from bench.streams import measure_streams
from bench.subjects import Server, Workshop, audit, serving, weigh
from bench.webhooks import measure_webhooks

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
QUICK_SECONDS = 2  # wrk takes whole seconds.


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to measure, and how often and how long."""

    subjects: Sequence[Subject]
    clients: Sequence[int]
    sizes: Sequence[int]
    rounds: int
    seconds: int

    def __str__(self) -> str:
        """Say it as a sentence of the report."""
        rounds = f"Medians of {self.rounds} rounds" if self.rounds > 1 else "One round"
        return f"{rounds}, {self.seconds} s for each measurement; the subjects take turns at each number of clients."


@click.command(context_settings={"show_default": True})
@click.option("--rounds", default=3, type=click.IntRange(1), help="How often all subjects are measured in turn.")
@click.option("--seconds", default=4, type=click.IntRange(1), help="How long each measurement lasts.")
@click.option("--clients", default="1,16,64,256,1024", help="Numbers of clients at a time.")
@click.option("--subjects", default="a,b,c,d,e,f,g,h,n,o", help="Which subjects: letters, or keys such as c2.")
@click.option("--sizes", default="0,10000,1000000,5000000", help="Growth: numbers of bookings sold already.")
@click.option("--quick", is_flag=True, help="One round of two seconds, without growth, to see that all works.")
@click.option("--skip-growth", is_flag=True, help="Leave out the measurements with bookings sold already.")
@click.option("--output", default="bench/results", help="The folder that results go to.")
@click.option("--scratch", default=None, help="The folder, on a disk, that the databases are in meanwhile.")
@click.option("--fullhouse", default=None, help="The command of Full House, by default the one beside Python.")
def main(**given: Any) -> None:  # noqa: ANN401 - the options say which
    """Measure Full House beside the in-memory demo and the ceiling of the language."""
    for number in STOP_SIGNALS:
        signal.signal(number, _end)
    try:
        find_wrk()
        raise_file_limit()
        plan = _plan(given)
        folder = workplace(given["scratch"] and Path(given["scratch"]))
    except (BenchError, ValueError) as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(2)
    fullhouse = given["fullhouse"] or FULLHOUSE
    findings = Findings()
    try:
        machine = measure_all(Workshop(folder, fullhouse, findings), plan)
    except BenchError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("bench: stopped before the end; nothing was written", err=True)
        sys.exit(130)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    written = write(findings, machine, str(plan), Path(given["output"]), is_quick=given["quick"])
    click.echo(f"\n{as_text(findings)}\n\nWritten to {written}: table.md, results.json, plot.png")
    sys.exit(1 if findings.problems else 0)


def _plan(given: dict[str, Any]) -> Plan:
    """Return the plan that the options make. Raises ValueError."""
    is_quick = given["quick"]
    return Plan(
        subjects=chosen(given["subjects"].split(",")),
        clients=_numbers(given["clients"], least=1),
        sizes=() if is_quick or given["skip_growth"] else _numbers(given["sizes"], least=0),
        rounds=1 if is_quick else given["rounds"],
        seconds=QUICK_SECONDS if is_quick else given["seconds"],
    )


def measure_all(workshop: Workshop, plan: Plan) -> dict[str, str]:
    """Measure all that is planned and return what machine it was; the findings are in the workshop.

    The subjects take turns at each number of clients, round after round, so that a slow minute of the machine hits
    all of them alike. Who is not measured stands still.
    """
    load_before = os.getloadavg()[0]
    for number in range(1, plan.rounds + 1):
        measure_round(workshop, plan, number)
    if plan.sizes:
        workshop.findings.expiry = measure_expiry(workshop, click.echo)
        workshop.findings.mails = measure_mails(workshop, click.echo)
        workshop.findings.webhooks = measure_webhooks(workshop, plan.rounds, click.echo)
        workshop.findings.streams = measure_streams(workshop, click.echo)
        workshop.findings.pages = measure_pages(workshop, click.echo)
    measure_growth(workshop, plan.sizes, rounds=plan.rounds, seconds=plan.seconds, say=click.echo)
    return describe(workshop.folder, workshop.findings.postgres, load_before)


def measure_round(workshop: Workshop, plan: Plan, number: int) -> None:
    """Start all subjects, let them take turns at each number of clients, weigh and audit them, and stop them."""
    with ExitStack() as stack:
        stages = [stack.enter_context(stage(workshop, subject, number)) for subject in plan.subjects]
        for clients in plan.clients:
            for server, client, folder in stages:
                server.wake()
                act = act_for(server, client, folder)
                measurement, problems = measure(server, act, clients=clients, seconds=plan.seconds, round_number=number)
                workshop.findings.measurements.append(measurement)
                workshop.findings.problems += problems
                click.echo(progress(server.subject, measurement))
                server.rest()
        for server, _, _ in stages:
            server.wake()
            if memory := weigh(server):
                workshop.findings.memories.append(memory)
            audit(workshop, server)


@contextmanager
def stage(workshop: Workshop, subject: Subject, number: int) -> Iterator[tuple[Server, Client, Path]]:
    """Start a subject in a folder of its own and warm it up; stop it in the end."""
    findings = workshop.findings
    folder = workshop.folder / f"{subject.key}-{number}"
    folder.mkdir(mode=0o755)
    data_dir = folder / "data"
    with serving(workshop, subject, data_dir) as server, Client(server.port) as client:
        if server.data_dir and not findings.postgres:
            findings.postgres.update(durability(data_dir))
            findings.problems += undurable(findings.postgres)
        warm_up(server, act_for(server, client, folder), seconds=1)
        server.rest()
        yield server, client, folder
    shutil.rmtree(folder)


def _numbers(text: str, *, least: int) -> tuple[int, ...]:
    try:
        numbers = sorted({int(part) for part in text.split(",")})
    except ValueError:
        numbers = []
    if not numbers or numbers[0] < least:
        message = f"{text!r} is not a list of numbers with commas between them, each at least {least}"
        raise ValueError(message)
    return tuple(numbers)


def _end(_number: int, _frame: FrameType | None) -> None:
    """End the run, stopping everything on the way out; that takes seconds, and nothing may cut it short."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
