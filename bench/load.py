"""Runs wrk, the load generator, and reads its outcome."""

import json
import shutil
from pathlib import Path

from bench.model import Load
from bench.processes import BenchError, run_to_end

HERE = Path(__file__).resolve().parent
HOW_TO_GET_WRK = "wrk, the load generator, is missing; get it with: apt-get install wrk"
ANSWER_SECONDS_MAX = 30
MARK = "OUTCOME "


def find_wrk() -> str:
    """Return the path of wrk. Raises BenchError, saying how to get it."""
    path = shutil.which("wrk")
    if path is None:
        raise BenchError(HOW_TO_GET_WRK)
    return path


def run_wrk(port: int, script: list[str], *, clients: int, seconds: int) -> Load:
    """Let so many clients ask for so many seconds, each its next request as soon as the last is answered.

    `script` is a Lua file of this folder and its arguments. One thread: the cores are the servers', and the
    counter that makes idempotency keys is unique.
    """
    command = [find_wrk(), "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", f"{ANSWER_SECONDS_MAX}s"]
    command += ["-s", script[0], f"http://127.0.0.1:{port}", "--", *script[1:]]
    done = run_to_end(command, cwd=HERE, seconds_max=seconds + ANSWER_SECONDS_MAX)
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            return _read(json.loads(line.removeprefix(MARK)))
    message = f"wrk gave no outcome: {(done.stderr or done.stdout).strip()[-300:]}"
    raise BenchError(message)


def _read(outcome: dict[str, int]) -> Load:
    return Load(
        answered=outcome["requests"] - outcome["refused"],
        refused=outcome["refused"],
        socket_errors=outcome["socket_errors"],
        seconds=outcome["duration_us"] / 1e6,
        p50_us=outcome["p50_us"],
        p90_us=outcome["p90_us"],
        p99_us=outcome["p99_us"],
        max_us=outcome["max_us"],
    )
