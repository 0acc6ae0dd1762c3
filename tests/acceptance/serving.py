"""Real `fullhouse serve` processes on free loopback ports: started, watched, killed and stopped by their ids."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

FULLHOUSE = str(Path(sys.executable).with_name("fullhouse"))
START_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(condition: Callable[[], object], what: str, seconds_max: float = 60) -> None:
    """Look again and again; the test fails when it does not happen in time."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds_max} seconds: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether the process runs; a zombie does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def kill_and_wait(pid: int) -> None:
    """`kill -9`, and wait until the process is gone."""
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), f"the end of process {pid}")


def environment(**settings: str) -> dict[str, str]:
    """The environment of a started program: this one's, without settings that happen to be in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FULLHOUSE_")}
    return {**kept, **settings}


def run_command(*words: str, data_dir: Path | None = None, seconds_max: float = 60) -> subprocess.CompletedProcess[str]:
    """Run another command of the program to its end."""
    where = [] if data_dir is None else ["--data-dir", str(data_dir)]
    return subprocess.run(
        [FULLHOUSE, *words, *where],
        capture_output=True,
        text=True,
        timeout=seconds_max,
        env=environment(),
        check=False,
    )


def postgres_pid(data_dir: Path) -> int | None:
    """The process id of the embedded PostgreSQL, as its own note says it."""
    with suppress(FileNotFoundError, IndexError, ValueError):
        return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    return None


class Serving:
    """One started server. Everything it prints is kept in `out` and `err`."""

    def __init__(self, command: Sequence[str], port: int, **settings: str) -> None:
        """Start the process; it is not ready yet."""
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.out: list[str] = []
        self.err: list[str] = []
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(**settings),
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self.out.extend, args=(self.process.stdout,), daemon=True),
            threading.Thread(target=self.err.extend, args=(self.process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """The process that was started; with several workers it is their parent."""
        return self.process.pid

    def is_ready(self) -> bool:
        """Tell whether `/readyz` says yes."""
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.text()}"
        try:
            return httpx.get(self.url + "/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def wait_ready(self) -> "Serving":
        """Wait until it sells."""
        wait_until(self.is_ready, f"a ready server: {self.text()}", START_SECONDS_MAX)
        return self

    def workers(self) -> list[int]:
        """The serving processes of a server with several."""
        found = []
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            # One that has just died may be gone before it is looked at.
            with suppress(FileNotFoundError, ProcessLookupError):
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def text(self) -> str:
        """All that was printed so far."""
        return "".join([*self.out, *self.err])[-4000:]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the started process alone."""
        os.kill(self.pid, number)

    def wait_end(self) -> int:
        """Wait for the end and return the exit status; all output is there then."""
        status = self.process.wait(STOP_SECONDS_MAX)
        for reader, pipe in zip(self._readers, (self.process.stdout, self.process.stderr), strict=True):
            reader.join(5)
            if pipe is not None and not reader.is_alive():
                pipe.close()
        return status

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it as an operator does, and return the exit status."""
        self.send(number)
        return self.wait_end()

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.wait_end()

    def close(self) -> None:
        """Leave nothing running, whatever happened before."""
        pids = [self.pid, *self._session()]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait_end()

    def _session(self) -> list[int]:
        """The processes of its session: also those that outlived it."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.pid:
                    found.append(int(stat.parent.name))
        return found


class House:
    """A data folder, and the servers that a test starts on it. At the end nothing of them runs any more."""

    def __init__(self, data_dir: Path) -> None:
        """Nothing is started yet."""
        self.data_dir = data_dir
        self._started: list[Serving] = []

    def serve(self, *flags: str, port: int | None = None, **settings: str) -> Serving:
        """`fullhouse serve --open` on the data folder, ready to sell."""
        return self.launch(*flags, port=port, **settings).wait_ready()

    def launch(self, *flags: str, port: int | None = None, **settings: str) -> Serving:
        """The same, without waiting."""
        chosen = free_port() if port is None else port
        command = [FULLHOUSE, "serve", "--open", "--port", str(chosen), "--data-dir", str(self.data_dir), *flags]
        return self.launch_other(command, chosen, **settings)

    def launch_other(self, command: Sequence[str], port: int, **settings: str) -> Serving:
        """Any other server that has to be stopped at the end."""
        self._started.append(Serving(command, port, **settings))
        return self._started[-1]

    def close(self) -> None:
        """Kill what is left."""
        for serving in self._started:
            serving.close()
        pid = postgres_pid(self.data_dir)
        if pid is not None and is_alive(pid) and b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGQUIT)
            wait_until(lambda: not is_alive(pid), "the end of PostgreSQL")


@contextmanager
def new_house(name: str = "data", copied_from: Path | None = None) -> Iterator[House]:
    """A house in a temporary folder of its own, empty or with the data of a folder that nobody uses."""
    with tempfile.TemporaryDirectory(prefix="fullhouse-acceptance-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        house = House(Path(folder) / name)
        if copied_from is not None:
            subprocess.run(["cp", "-a", copied_from, house.data_dir], check=True, timeout=60)
        try:
            yield house
        finally:
            house.close()


def banner_url(text: str) -> str | None:
    """The address that the banner tells."""
    found = re.search(r"Full House is selling at (http://\S+)", text)
    return found and found[1]
