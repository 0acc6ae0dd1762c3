"""Describes the machine and the programs of a run; nothing in it tells whose machine it is."""

import os
import platform
import re
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from bench.load import find_wrk
from bench.processes import BenchError, changed_settings, run_to_end

IN_MEMORY = {"tmpfs", "ramfs"}
PACKAGES = ("fastapi", "uvicorn", "pydantic", "psycopg")
HERE = Path(__file__).resolve().parent


def describe(folder: Path, postgres: dict[str, str], load_before: float) -> dict[str, str]:
    """Return what has to be known to compare a run with another one."""
    settings = [f"{name} {value}" for name, value in postgres.items() if name != "server_version"]
    described = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _first(Path("/proc/cpuinfo"), r"model name\s*:\s*(.+)") or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": _memory(),
        "load before the run": f"{load_before:.2f}",
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "file system of the database": file_system(folder),
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "PostgreSQL": postgres.get("server_version", "not measured"),
        "PostgreSQL settings": ", ".join(settings) or "not measured",
        "load generator": _wrk_version(),
    }
    if changed := changed_settings():
        described["settings changed by the environment"] = ", ".join(changed)
    return described


def workplace(wanted: Path | None) -> Path:
    """Make a folder for the data of a run, on a real disk: commits to memory would cost nothing."""
    candidates = [wanted] if wanted else [Path(tempfile.gettempdir()), Path("/var/tmp"), HERE]  # noqa: S108 - see mkdtemp
    for parent in candidates:
        if parent.is_dir() and os.access(parent, os.W_OK) and file_system(parent) not in IN_MEMORY:
            folder = Path(tempfile.mkdtemp(prefix="fullhouse-bench-", dir=parent))
            folder.chmod(0o755)  # As root, PostgreSQL runs as another user, who has to get through.
            return folder
    message = "no folder on a disk was found for the databases; name one with --scratch"
    raise BenchError(message)


def file_system(folder: Path) -> str:
    """Return the kind of file system that a folder is on."""
    place = str(folder.resolve())
    best, kind = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mounted, type_, *_ = line.split()
        point = mounted.replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, type_
    return kind


def _memory() -> str:
    total = _first(Path("/proc/meminfo"), r"MemTotal:\s*(\d+) kB")
    return f"{int(total) / 1024**2:.1f} GiB" if total else "unknown"


def _first(path: Path, pattern: str) -> str | None:
    found = re.search(pattern, path.read_text())
    return found[1].strip() if found else None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "?"


def _wrk_version() -> str:
    said = run_to_end([find_wrk(), "-v"], cwd=HERE, seconds_max=10).stdout
    return "wrk " + (re.match(r"wrk (\S+)", said) or ["", "?"])[1]
