"""PostgreSQL in the data folder, with real servers: sharing it, losing it, and folders that people have."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from fullhouse.store.embedded import Embedded, EmbeddedUnavailable, join

ANOTHER_PROCESS = """
import sys
from pathlib import Path
from fullhouse.store.embedded import join
embedded = join(Path(sys.argv[1]))
print(embedded.running.pid, flush=True)
sys.stdin.readline()
embedded.leave()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is not there yet, and stop whatever server a failed test left in it."""
    folder = tmp_path / "data"
    yield folder
    stop_leftover(folder)


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """Give a data folder that every account can get to, unlike pytest's own folders."""
    parent = Path(tempfile.mkdtemp(prefix="fullhouse-test-"))
    parent.chmod(0o755)
    yield parent / "data"
    stop_leftover(parent / "data")
    shutil.rmtree(parent)


def stop_leftover(folder: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError, ProcessLookupError):
        os.kill(int((folder / "postgres" / "postmaster.pid").read_text().split("\n")[0]), signal.SIGQUIT)


def is_alive(pid: int) -> bool:
    """Tell whether the process runs; a zombie does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def wait_until(condition: Callable[[], bool], seconds_max: float = 20) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def answer(embedded: Embedded, query: str) -> object:
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def kill_server(embedded: Embedded) -> None:
    os.kill(embedded.running.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(embedded.running.pid))


def start_another_process(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def write_number(embedded: Embedded) -> None:
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")


def keeps_data(folder: Path) -> None:
    """Start, write, stop, start again and find what was written."""
    try:
        embedded = join(folder)
        write_number(embedded)
        embedded.leave()
        embedded = join(folder)
        assert answer(embedded, "SELECT number FROM kept") == 42
        embedded.leave()
        assert not is_alive(embedded.running.pid)
    finally:
        stop_leftover(folder)


def test_the_first_start_makes_the_database_and_the_last_user_stops_the_server(data_dir: Path) -> None:
    embedded = join(data_dir)
    assert embedded.running.started_here
    assert answer(embedded, "SELECT current_database()") == "fullhouse"
    embedded.leave()
    embedded.leave()
    assert not is_alive(embedded.running.pid)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_the_second_start_finds_the_data_of_the_first(data_dir: Path) -> None:
    keeps_data(data_dir)


def test_the_data_folder_may_be_one_that_every_account_can_get_to(open_dir: Path) -> None:
    keeps_data(open_dir)


@pytest.mark.parametrize("name", ["two words, 'one' \"quoted\" \\ $HOME %s", "Bücher für Ärzte 日本", "x" * 150])
def test_the_path_may_hold_anything_that_people_type(tmp_path: Path, name: str) -> None:
    keeps_data(tmp_path / name / "data")


def test_a_folder_that_is_closed_to_others_stays_closed_and_works(tmp_path: Path) -> None:
    closed = tmp_path / "closed folder"
    closed.mkdir(mode=0o700)
    keeps_data(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_uid == os.geteuid()


def test_the_promises_of_the_server_are_kept_whatever_its_file_says(data_dir: Path) -> None:
    embedded = join(data_dir)
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    embedded.leave()
    embedded = join(data_dir)
    assert [answer(embedded, f"SHOW {name}") for name in ("fsync", "listen_addresses")] == ["on", ""]
    assert answer(embedded, "SHOW data_checksums") == "on"
    embedded.leave()


def test_the_server_stays_when_one_of_two_leaves_and_stops_with_the_last(data_dir: Path) -> None:
    first, second = join(data_dir), join(data_dir)
    assert second.running.pid == first.running.pid
    assert not second.running.started_here
    first.leave()
    assert answer(second, "SELECT 1") == 1
    second.leave()
    assert not is_alive(second.running.pid)


def test_another_process_keeps_the_server_and_being_killed_counts_as_leaving(data_dir: Path) -> None:
    embedded = join(data_dir)
    with start_another_process(data_dir) as other:
        assert other.stdout
        assert int(other.stdout.readline()) == embedded.running.pid
        embedded.leave()
        assert is_alive(embedded.running.pid)
        embedded = join(data_dir)
        other.kill()
    embedded.leave()
    assert not is_alive(embedded.running.pid)


def test_a_joined_process_stops_the_server_that_we_started(data_dir: Path) -> None:
    embedded = join(data_dir)
    with start_another_process(data_dir) as other:
        assert other.stdout
        other.stdout.readline()
        embedded.leave()
        other.communicate("\n", timeout=20)
        assert other.returncode == 0
    assert not is_alive(embedded.running.pid)


def test_processes_that_start_together_share_one_server(data_dir: Path) -> None:
    others = [start_another_process(data_dir) for _ in range(4)]
    answers = {other.stdout.readline() for other in others if other.stdout}
    for other in others:
        other.communicate("\n", timeout=20)
    assert len(answers) == 1
    assert not is_alive(int(answers.pop()))


def test_a_killed_server_is_started_again_with_its_data(data_dir: Path) -> None:
    embedded = join(data_dir)
    write_number(embedded)
    kill_server(embedded)
    again = join(data_dir)
    assert again.running.started_here
    assert answer(again, "SELECT number FROM kept") == 42
    again.leave()
    embedded.leave()
    assert not is_alive(again.running.pid)


def test_a_server_killed_while_a_statement_runs_is_started_again(data_dir: Path) -> None:
    embedded = join(data_dir)
    busy = psycopg.connect(embedded.running.conninfo, autocommit=True)
    # It looks at nothing but the clock, so it outlives its postmaster for this long.
    busy.pgconn.send_query(
        b"DO $$ BEGIN WHILE clock_timestamp() < statement_timestamp() + interval '2s' LOOP END LOOP; END $$"
    )
    kill_server(embedded)
    assert embedded.ensure_running()
    busy.close()
    assert "still in use" in (data_dir / "postgres.log").read_text()
    assert answer(embedded, "SELECT 1") == 1
    embedded.leave()


def test_ensure_running_tells_whether_the_server_had_died(data_dir: Path) -> None:
    first, second = join(data_dir), join(data_dir)
    assert not first.ensure_running()
    kill_server(first)
    assert first.ensure_running()
    assert second.ensure_running(), "it had died for this user as well"
    assert second.running.pid == first.running.pid
    assert not second.ensure_running()
    assert answer(second, "SELECT 1") == 1
    first.leave()
    second.leave()
    assert not second.ensure_running()
    assert not is_alive(second.running.pid)


def test_a_server_whose_data_is_gone_is_not_started_again_without_them(data_dir: Path) -> None:
    embedded = join(data_dir)
    kill_server(embedded)
    (data_dir / "postgres").rename(data_dir / "elsewhere")
    with pytest.raises(EmbeddedUnavailable, match="is gone"):
        embedded.ensure_running()
    embedded.leave()
    assert not (data_dir / "postgres").exists()


def test_a_stale_note_with_the_id_of_a_living_process_is_no_server(data_dir: Path) -> None:
    embedded = join(data_dir)
    kill_server(embedded)
    embedded.leave()
    note = data_dir / "postgres" / "postmaster.pid"
    lines = note.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        embedded = join(data_dir)
        embedded.leave()
        assert stranger.poll() is None, "only our own server is ever stopped"
        stranger.kill()


def test_a_copied_data_folder_gets_a_server_of_its_own(tmp_path: Path) -> None:
    folders = [tmp_path / ("x" * 100) / "data", tmp_path / ("y" * 100) / "data"]
    embedded = join(folders[0])
    write_number(embedded)
    kill_server(embedded)
    shutil.copytree(folders[0], folders[1])
    owner = (folders[0] / "postgres").stat()
    for path in (folders[1] / "postgres").rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)
    os.chown(folders[1] / "postgres", owner.st_uid, owner.st_gid)
    embedded.ensure_running()
    copy = join(folders[1])
    assert copy.running.pid != embedded.running.pid
    assert answer(copy, "SELECT number FROM kept") == 42
    copy.leave()
    embedded.leave()


def test_a_first_start_that_was_killed_leaves_nothing_behind(data_dir: Path) -> None:
    with start_another_process(data_dir) as other:
        wait_until(lambda: any(data_dir.glob("postgres.new-*/base")))
        other.kill()
    assert not (data_dir / "postgres").exists()
    embedded = join(data_dir)
    assert not list(data_dir.glob("postgres.new-*"))
    embedded.leave()


def test_a_data_folder_that_is_a_file_is_refused(data_dir: Path) -> None:
    data_dir.write_text("a letter")
    with pytest.raises(EmbeddedUnavailable, match=r"data folder .*File exists"):
        join(data_dir)


def test_data_of_another_version_of_postgresql_is_refused_and_left_alone(data_dir: Path) -> None:
    join(data_dir).leave()
    (data_dir / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedUnavailable, match="made by PostgreSQL 15, but PostgreSQL 1"):
        join(data_dir)
    assert (data_dir / "postgres" / "PG_VERSION").read_text() == "15\n"


def test_a_folder_with_other_files_is_refused_and_left_alone(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "letter").write_text("dear")
    with pytest.raises(EmbeddedUnavailable, match="holds no PostgreSQL data"):
        join(data_dir)
    assert (data_dir / "postgres" / "letter").exists()


def test_a_server_that_cannot_start_says_why_in_one_line(data_dir: Path) -> None:
    join(data_dir).leave()
    (data_dir / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedUnavailable, match=r"FATAL:.*contains errors") as refused:
        join(data_dir)
    assert "\n" not in str(refused.value)


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedUnavailable, match="line breaks"):
        join(tmp_path / "two\nlines")
