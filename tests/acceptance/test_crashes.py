"""Killed in the middle of a rush: the server, its PostgreSQL, and both. Every acknowledged booking is there, once."""

import asyncio
import subprocess

from tests.acceptance.rush import assert_all_there, new_event, rush
from tests.acceptance.serving import House, Serving, kill_and_wait, postgres_pid, run_command, wait_until


async def killed_postgres(house: House) -> int:
    """`kill -9` the postmaster; returns the id that it had."""
    pid = postgres_pid(house.data_dir)
    assert pid is not None
    await asyncio.to_thread(kill_and_wait, pid)
    return pid


def restart(house: House, old: Serving) -> Serving:
    """The same server again, on the same port, as a supervisor would."""
    return house.serve(port=old.port)


async def test_a_killed_server_has_lost_nothing(house: House) -> None:
    server = await asyncio.to_thread(house.serve)
    event_id = await new_event(server.url)
    async with rush(server.url, event_id=event_id) as running:
        await running.until_booked(200)
        await asyncio.to_thread(server.kill)
    assert running.doubtful > 0, "it was killed in the middle"
    again = await asyncio.to_thread(restart, house, server)
    await assert_all_there(running, again.url, house.data_dir)
    assert again.stop() == 0


async def test_the_server_outlives_its_postgres(house: House) -> None:
    server = await asyncio.to_thread(house.serve)
    event_id = await new_event(server.url, total_seats=800)
    async with rush(server.url, event_id=event_id, keyed=True) as running:
        await running.until_booked(200)
        killed = await killed_postgres(house)
        await running.until_booked(800)
    assert postgres_pid(house.data_dir) != killed
    assert len(running.bookings) == 800
    assert running.statuses[409] > 0, "sold out, and not one over"
    await assert_all_there(running, server.url, house.data_dir)
    assert server.stop() == 0
    assert "PostgreSQL had died and was started again." in "".join(server.err)
    assert postgres_pid(house.data_dir) is None


async def test_both_killed_have_lost_nothing(house: House) -> None:
    server = await asyncio.to_thread(house.serve)
    event_id = await new_event(server.url)
    async with rush(server.url, event_id=event_id, keyed=True) as running:
        await running.until_booked(200)
        await asyncio.gather(killed_postgres(house), asyncio.to_thread(server.kill))
        again = await asyncio.to_thread(restart, house, server)
        await running.until_booked(len(running.bookings) + 200)
    await assert_all_there(running, again.url, house.data_dir)
    assert again.stop() == 0


def test_what_a_killed_postgres_left_is_no_server_though_a_stranger_has_its_id(house: House) -> None:
    """In a container that is started again, the same small process ids are there again."""
    server = house.serve()
    server.kill()
    pid = postgres_pid(house.data_dir)
    assert pid is not None
    kill_and_wait(pid)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            note = house.data_dir / "postgres" / name
            note.write_text(note.read_text().replace(str(pid), str(stranger.pid), 1))
        again = house.serve()
        assert again.stop() == 0
        assert stranger.poll() is None, "only our own server is ever stopped"
        stranger.kill()


def test_the_postgres_of_a_killed_server_is_stopped_by_the_next_user(house: House) -> None:
    server = house.serve()
    server.kill()
    assert run_command("audit", data_dir=house.data_dir).returncode == 0
    wait_until(lambda: postgres_pid(house.data_dir) is None, "a stopped PostgreSQL")
