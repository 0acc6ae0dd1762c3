"""Starts and stops what is measured: each subject as real processes on a port and with data of its own."""

import http
import http.client
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import Client
from bench.model import Findings, Memory, Program, Subject
from bench.processes import (
    BenchError,
    Child,
    free_port,
    look,
    proportional_bytes,
    relatives,
    run_to_end,
    send,
    status_bytes,
)

HERE = Path(__file__).resolve().parent
READY_SECONDS_MAX = 60.0
POSTGRES_STOP_SECONDS_MAX = 60.0
AUDIT_SECONDS_MAX = 300.0
FULL_HOUSE = {Program.fullhouse, Program.silent}
SILENT = [sys.executable, str(HERE / "silent.py")]
NO_EVENT = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Server:
    """A subject that runs. `data_dir` is None for what keeps nothing on disk."""

    subject: Subject
    port: int
    child: Child
    data_dir: Path | None

    def rest(self) -> None:
        """Stand still until it is woken, so that what it does beside answering disturbs no other subject."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Go on. What does not stand still goes on as it does."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for relative in relatives(self.child.pid):
            if relative.name != "postgres":
                send(relative.pid, number)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the servers run: a folder for data and logs, the command of Full House, a place for findings."""

    folder: Path
    fullhouse: str
    findings: Findings

    def program(self) -> list[str]:
        """Return the command that starts Full House."""
        return shlex.split(self.fullhouse)


@contextmanager
def serving(workshop: Workshop, subject: Subject, data_dir: Path) -> Iterator[Server]:
    """Start a subject, wait until it is ready, and stop it at the end, whatever happened in between."""
    port = free_port()
    log = workshop.folder / "server.log"
    child = Child(_command(workshop, subject, port, data_dir), log=log, cwd=workshop.folder)
    is_durable = subject.program in FULL_HOUSE
    server = Server(subject, port, child, data_dir if is_durable else None)
    try:
        _wait_until_ready(server)
        yield server
    except (OSError, http.client.HTTPException) as error:
        message = f"{subject.title}: {error!r}; the last that it said:\n{child.last_words()}"
        raise BenchError(message) from error
    finally:
        server.wake()
        if not child.stop():
            workshop.findings.problems.append(f"{subject.title}: had to be killed at the end")
        if is_durable and stop_postgres(data_dir):
            workshop.findings.problems.append(f"{subject.title}: left PostgreSQL running")


def _command(workshop: Workshop, subject: Subject, port: int, data_dir: Path) -> list[str]:
    if subject.program in FULL_HOUSE:
        options = ["--open", "--host", "127.0.0.1", "--port", str(port), "--workers", str(subject.processes)]
        program = workshop.program() if subject.program is Program.fullhouse else SILENT
        return [*program, "serve", *options, "--data-dir", str(data_dir)]
    module = "seed_baseline" if subject.program is Program.demo else "ceiling"
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", "--app-dir", str(HERE)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    return [*command, "--workers", str(subject.processes)] if subject.processes > 1 else command


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not _is_ready(server):
        if not server.child.runs():
            message = f"{server.subject.title}: ended before it was ready:\n{server.child.last_words()}"
            raise BenchError(message)
        if time.monotonic() > deadline:
            message = f"{server.subject.title}: not ready in time:\n{server.child.last_words()}"
            raise BenchError(message)
        time.sleep(0.05)
    if server.subject.processes > 1:
        time.sleep(1.5)  # The first process answers; those beside it may still be importing.


def _is_ready(server: Server) -> bool:
    method, path, body = {
        Program.demo: ("GET", "/events", None),
        Program.ceiling: ("POST", "/bookings", {"event_id": NO_EVENT, "num_seats": 1}),
        Program.fullhouse: ("GET", "/readyz", None),
        Program.silent: ("GET", "/readyz", None),
    }[server.subject.program]
    try:
        with Client(server.port) as client:
            status, _ = client.ask(method, path, body)
    except (OSError, http.client.HTTPException):
        return False
    return status in {http.HTTPStatus.OK, http.HTTPStatus.CREATED}


def weigh(server: Server) -> Memory | None:
    """Return the memory of a Full House that runs: of its largest process, and of PostgreSQL as a whole."""
    if server.data_dir is None:
        return None
    family = [one for one in relatives(server.child.pid) if one.name != "postgres"]
    weights = [status_bytes(one.pid) for one in family]
    postmaster = postgres_pid(server.data_dir)
    engine = [] if postmaster is None else [one.pid for one in relatives(postmaster)]
    return Memory(
        subject=server.subject.key,
        rss_bytes=max(now for now, _ in weights),
        rss_peak_bytes=max(peak for _, peak in weights),
        postgres_pss_bytes=proportional_bytes(engine),
    )


def audit(workshop: Workshop, server: Server) -> None:
    """Let `fullhouse audit` recount everything beside the running server; what it dislikes is a problem."""
    if server.data_dir is None or server.subject.program is Program.silent:
        # Of a silent one the audit says what is wrong with it: its sales are not told of.
        return
    command = [*workshop.program(), "audit", "--data-dir", str(server.data_dir)]
    done = run_to_end(command, cwd=workshop.folder, seconds_max=AUDIT_SECONDS_MAX)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().replace(str(workshop.folder), "…")[-500:]
        workshop.findings.problems.append(f"{server.subject.title}: audit ended with {done.returncode}: {said}")


def postmaster_file(data_dir: Path) -> list[str]:
    """Return the lines of postmaster.pid: id first, port fourth, folder of the socket fifth; [] if absent."""
    try:
        return (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def postgres_pid(data_dir: Path) -> int | None:
    """Return the id of the PostgreSQL that runs on a data folder."""
    lines = postmaster_file(data_dir)
    pid = int(lines[0]) if lines else None
    one = look(pid) if pid is not None else None
    return pid if one is not None and one.name == "postgres" else None


def stop_postgres(data_dir: Path) -> bool:
    """Stop the PostgreSQL of a data folder if Full House did not; tell whether that was necessary."""
    deadline = time.monotonic() + 5
    while (pid := postgres_pid(data_dir)) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    if pid is None:
        return False
    for number in (signal.SIGINT, signal.SIGQUIT):
        send(pid, number)
        deadline = time.monotonic() + POSTGRES_STOP_SECONDS_MAX
        while postgres_pid(data_dir) == pid and time.monotonic() < deadline:
            time.sleep(0.1)
        if postgres_pid(data_dir) != pid:
            return True
    return True
