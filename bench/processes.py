"""Real processes: started, waited for, measured and stopped by their ids, with nothing left behind."""

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS_MAX = 30.0
FILES_WANTED = 16_384


class BenchError(Exception):
    """The benchmark cannot go on; the text is one line for the person who started it."""


def run_to_end(command: list[str], *, cwd: Path, seconds_max: float) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it printed. Raises BenchError when it takes too long."""
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=seconds_max,
            check=False,
        )
    except subprocess.TimeoutExpired:
        message = f"{Path(command[0]).name} did not end within {seconds_max:.0f} seconds"
        raise BenchError(message) from None
    except OSError as error:
        raise BenchError(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None


class Child:
    """One process that runs until it is stopped; what it prints goes to a log file."""

    def __init__(self, command: list[str], *, log: Path, cwd: Path) -> None:
        """Start it in a session of its own: Ctrl-C then reaches only the benchmark, which stops it."""
        self._log = log
        try:
            with log.open("wb") as sink:
                self._process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise BenchError(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def runs(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """Return the end of its log."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    def stop(self) -> bool:
        """Ask it to stop and wait; return whether it did so without being killed."""
        family = [relative for relative in relatives(self.pid) if relative.name != "postgres"]
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
            stopped = True
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            stopped = False
        deadline = time.monotonic() + 5
        while any(relative.lives() for relative in family) and time.monotonic() < deadline:
            time.sleep(0.05)
        for relative in family:
            if relative.lives():
                stopped = False
                send(relative.pid, signal.SIGKILL)
        return stopped


@dataclass(frozen=True, slots=True)
class Relative:
    """A process as it was seen: an id may be used again, an id with its time of birth is not."""

    pid: int
    parent: int
    name: str
    born: str

    def lives(self) -> bool:
        """Tell whether this very process still runs."""
        now = look(self.pid)
        return now is not None and now.born == self.born


def look(pid: int) -> Relative | None:
    """Return what a process is, None if there is none of that id (or only its remains)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    if fields[0] in "ZX":
        return None
    return Relative(pid, int(fields[1]), name, fields[19])


def relatives(ancestor: int) -> list[Relative]:
    """Return a process and all that come from it."""
    seen = [one for entry in Path("/proc").iterdir() if entry.name.isdigit() and (one := look(int(entry.name)))]
    found = {ancestor}
    while True:
        more = {one.pid for one in seen if one.parent in found} - found
        if not more:
            return [one for one in seen if one.pid in found]
        found |= more


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def status_bytes(pid: int) -> tuple[int, int]:
    """Return the resident memory of a process and its peak, in bytes."""
    now = peak = 0
    for name, amount in _kibibytes(Path(f"/proc/{pid}/status")):
        if name == "VmRSS":
            now = amount * 1024
        elif name == "VmHWM":
            peak = amount * 1024
    return now, peak


def proportional_bytes(pids: list[int]) -> int:
    """Return the memory of some processes that share pages, each page counted once, in bytes."""
    total = 0
    for pid in pids:
        total += sum(kib for name, kib in _kibibytes(Path(f"/proc/{pid}/smaps_rollup")) if name == "Pss")
    return total * 1024


def _kibibytes(path: Path) -> Iterator[tuple[str, int]]:
    try:
        text = path.read_text()
    except OSError:  # It ended in between, or it belongs to another user.
        return
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        match rest.split():
            case [amount, "kB"]:
                yield name, int(amount)
            case _:
                continue


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def raise_file_limit() -> None:
    """Allow this process and its children a file for every client: a thousand is often the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


PLACED_BY_US = {f"FULLHOUSE_{name}" for name in ("DATABASE_URL", "DATA_DIR", "HOST", "PORT", "WORKERS", "OPEN")}


def environment() -> dict[str, str]:
    """Return the environment for the processes: nothing in it may point them at another database or port."""
    given = {name: value for name, value in os.environ.items() if name not in PLACED_BY_US}
    # All streams of a benchmark come from this machine.
    return {"FULLHOUSE_STREAMS_OF_ADDRESS_MAX": "100000", **given}


def changed_settings() -> list[str]:
    """Return the settings of Full House that the environment changes, by name: the report tells of them."""
    return sorted(name for name in os.environ if name.startswith("FULLHOUSE_") and name not in PLACED_BY_US)
