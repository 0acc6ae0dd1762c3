"""Starting it in every way that people do, and the other commands beside a running server."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg

from fullhouse.store.embedded import Embedded
from tests.acceptance.serving import (
    FULLHOUSE,
    House,
    Serving,
    banner_url,
    free_port,
    new_house,
    postgres_pid,
    run_command,
    wait_until,
)

EVENT = {"name": "Late Trio", "venue": "Blue Door", "date": "2041-05-01T20:00:00+02:00", "total_seats": 3}
UVICORN = str(Path(sys.executable).with_name("uvicorn"))


def one_line(text: str) -> bool:
    """Tell whether it is one line for the operator, without a traceback."""
    return text.count("\n") == 1 and "Traceback" not in text


def test_the_banner_says_where_it_sells_and_to_whom(empty_house: House) -> None:
    server = empty_house.launch("--port", "0")
    wait_until(lambda: banner_url("".join(server.out)), "the banner")
    text = "".join(server.out)
    url = banner_url(text)
    assert url is not None
    assert url.startswith("http://127.0.0.1:")
    for link in re.findall(r"http://\S+", text):
        assert httpx.get(link).status_code == 200
    for page in ("/docs", "/readyz", "/metrics"):
        assert url + page in text
    assert f"PostgreSQL in {empty_house.data_dir}" in text
    assert "Open playground: whoever reaches it acts as the owner." in text
    assert "Ctrl-C stops it" in text
    assert server.stop() == 0


def test_a_path_with_spaces_is_a_path() -> None:
    with new_house('my data\'s "folder"') as house:
        server = house.serve()
        assert httpx.post(server.url + "/events", json=EVENT).status_code == 201
        assert server.stop() == 0
        again = house.serve()
        assert len(httpx.get(again.url + "/events").json()) == 1
        assert again.stop() == 0


def test_commands_work_beside_a_running_server(house: House) -> None:
    filled = run_command("demo", data_dir=house.data_dir)
    assert (filled.returncode, "24 events" in filled.stdout, filled.stderr) == (0, True, ""), filled
    server = house.serve()
    for words, expected in {
        ("migrate",): "The database is up to date.",
        ("audit",): "Everything agrees.",
        ("key", "list"): "Website",
    }.items():
        done = run_command(*words, data_dir=house.data_dir)
        assert (done.returncode, expected in done.stdout, done.stderr) == (0, True, ""), done
    assert len(httpx.get(server.url + "/events").json()) > 12
    assert httpx.get(server.url + "/readyz").status_code == 200
    assert server.stop() == 0
    assert postgres_pid(house.data_dir) is None


def test_a_closed_server_takes_a_key_made_beside_it_and_stops_taking_it(house: House) -> None:
    port = free_port()
    command = [FULLHOUSE, "serve", "--port", str(port), "--data-dir", str(house.data_dir)]
    server = house.launch_other(command, port).wait_ready()
    wait_until(lambda: server.out, "the banner")
    assert "Creating events needs an API key: fullhouse key create NAME" in "".join(server.out)
    assert httpx.post(server.url + "/events", json=EVENT).status_code == 401
    made = run_command("key", "create", "box office", data_dir=house.data_dir)
    headers = {"authorization": f"Bearer {made.stdout.strip()}"}
    assert httpx.post(server.url + "/events", json=EVENT, headers=headers).status_code == 201
    listed = run_command("key", "list", data_dir=house.data_dir).stdout
    assert made.stdout.strip() not in listed
    assert run_command("key", "revoke", listed.split()[0], data_dir=house.data_dir).returncode == 0
    assert httpx.post(server.url + "/events", json=EVENT, headers=headers).status_code == 401
    assert server.stop() == 0
    assert made.stdout.strip() not in "".join(server.err)


def test_the_first_start_prints_a_link_that_makes_one_owner(house: House) -> None:
    port = free_port()
    command = [FULLHOUSE, "serve", "--port", str(port), "--data-dir", str(house.data_dir)]
    server = house.launch_other(command, port).wait_ready()
    wait_until(lambda: "Ctrl-C" in "".join(server.out), "the banner")
    (link,) = re.findall(rf"{re.escape(server.url)}/console/setup#(\S+)", "".join(server.out))
    owner = {"email": "olga@house.example", "name": "Olga", "organizer_name": "Blue Note"}
    body = {**owner, "token": link, "password": "a tram to the harbour"}
    answer = httpx.post(server.url + "/setup", json=body)
    assert answer.status_code == 201, answer.text
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    assert httpx.post(server.url + "/events", json=EVENT, headers=headers).status_code == 201
    assert httpx.post(server.url + "/setup", json=body).status_code == 409
    assert server.stop() == 0
    assert not any(secret in "".join(server.err) for secret in (link, answer.json()["token"], body["password"]))
    again = house.launch_other(command, port).wait_ready()
    wait_until(lambda: "Ctrl-C" in "".join(again.out), "the banner")
    assert "/setup" not in "".join(again.out)
    assert httpx.get(again.url + "/me", headers=headers).json()["name"] == "Olga", "a session outlives a restart"
    assert again.stop() == 0


def hosted(house: House, port: int, **settings: str) -> Serving:
    """Somebody's own ASGI server."""
    command = [UVICORN, "fullhouse.main:app", "--port", str(port), "--log-level", "warning"]
    return house.launch_other(command, port, **settings)


def test_another_asgi_server_can_host_it_with_the_embedded_database(house: House) -> None:
    server = hosted(house, free_port(), FULLHOUSE_DATA_DIR=str(house.data_dir), FULLHOUSE_OPEN="true").wait_ready()
    assert httpx.post(server.url + "/events", json=EVENT).status_code == 201
    server.stop()
    assert "Traceback" not in "".join(server.err)
    wait_until(lambda: postgres_pid(house.data_dir) is None, "a stopped PostgreSQL")
    again = house.serve()
    assert len(httpx.get(again.url + "/events").json()) == 1
    assert again.stop() == 0


def test_another_asgi_server_can_host_it_with_ones_own_database(empty_house: House, conninfo: str) -> None:
    server = hosted(empty_house, free_port(), FULLHOUSE_DATABASE_URL=conninfo, FULLHOUSE_OPEN="1").wait_ready()
    event = httpx.post(server.url + "/events", json=EVENT).json()
    body = {"event_id": event["id"], "num_seats": 1}
    assert httpx.post(server.url + "/bookings", json=body).status_code == 201
    server.stop()
    assert "Traceback" not in "".join(server.err)
    assert not empty_house.data_dir.exists()
    with psycopg.connect(conninfo) as conn:
        assert conn.execute("SELECT count(*) FROM bookings").fetchone() == (1,)


def test_serving_on_ones_own_database(empty_house: House, conninfo: str) -> None:
    server = empty_house.serve("--database-url", conninfo)
    wait_until(lambda: server.out, "the banner")
    assert "your own PostgreSQL" in "".join(server.out)
    assert "host=" not in "".join(server.out), "a connection string may hold a password"
    assert server.stop() == 0
    assert not empty_house.data_dir.exists()


def test_a_database_without_migrations_is_told_in_one_line(house: House, embedded: Embedded) -> None:
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as conn:
        conn.execute("CREATE DATABASE bare")
    bare = embedded.running.conninfo.replace("dbname=fullhouse", "dbname=bare")
    server = house.launch("--database-url", bare)
    assert server.wait_end() == 1
    assert one_line("".join(server.err)), server.text()
    assert "fullhouse migrate" in server.err[0]
    assert run_command("migrate", "--database-url", bare).returncode == 0
    again = house.serve("--database-url", bare)
    assert again.stop() == 0


def test_a_wrong_setting_stops_another_asgi_server_with_one_clear_line(house: House) -> None:
    port = free_port()
    server = hosted(house, port, FULLHOUSE_DATA_DIR=str(house.data_dir), FULLHOUSE_PROT="9000")
    assert server.wait_end() != 0
    assert "FULLHOUSE_PROT: there is no such setting; did you mean FULLHOUSE_PORT?" in "".join(server.err)
    assert "Traceback" not in "".join(server.err)


def test_every_line_of_the_log_is_json_and_tells_no_secret(house: House) -> None:
    server = house.serve()
    event = httpx.post(server.url + "/events", json=EVENT, headers={"idempotency-key": "key-of-a-buyer"}).json()
    booking = httpx.post(server.url + "/bookings", json={"event_id": event["id"], "num_seats": 1}).json()
    httpx.get(f"{server.url}/bookings/{booking['id']}")
    assert server.stop() == 0
    lines = server.err[:-1]
    assert server.err[-1] == "Stopped.\n"
    assert all(json.loads(line)["timestamp"] for line in lines)
    assert [line for line in lines if "/bookings/" in line]
    assert booking["id"] not in "".join(lines)
    assert "key-of-a-buyer" not in "".join(lines)


def test_the_first_booking_of_the_readme_works_as_it_is_written(house: House) -> None:
    server = house.serve()
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    section = readme.partition("## A first booking")[2].partition("\n## ")[0]
    commands = section.partition("```sh\n")[2].partition("```")[0]
    assert "http://127.0.0.1:8000" in commands
    commands = commands.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], capture_output=True, text=True, timeout=30, check=True
    )
    booking, _, availability = done.stdout.partition("}")
    assert json.loads(booking + "}")["status"] == "confirmed"
    total, left = (json.loads(availability)[name] for name in ("total_seats", "available_seats"))
    assert total - left == json.loads(booking + "}")["num_seats"]
    assert server.stop() == 0
