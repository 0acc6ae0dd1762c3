"""A million bookings are exported by a real server in little memory, while it goes on answering."""

import re
import time
from pathlib import Path

import httpx
import pytest

from tests.acceptance.serving import FULLHOUSE, Serving, free_port
from tests.web.asking import new_event
from tests.web.manifest import fill

ROWS = 1_000_000
MEGABYTES_MAX = 40
"""More than the server has anyway; the whole of a million rows is some 200 MB."""


def peak_megabytes(pid: int) -> float:
    """The most memory that a process ever had resident."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


@pytest.mark.parametrize(("file", "rows"), [("bookings.csv", ROWS), ("bookings.xlsx", ROWS // 5)])
async def test_a_million_rows_are_exported_in_little_memory(conninfo: str, file: str, rows: int) -> None:
    port = free_port()
    server = Serving([FULLHOUSE, "serve", "--open", "--port", str(port), "--database-url", conninfo], port)
    try:
        async with httpx.AsyncClient(base_url=server.wait_ready().url, timeout=600) as client:
            event = await new_event(client)
            fill(conninfo, event["id"], rows)
            before, slowest, lines, size = peak_megabytes(server.pid), 0.0, 0, 0
            async with client.stream("GET", f"/events/{event['id']}/exports/{file}") as answer:
                assert answer.status_code == 200
                async for part in answer.aiter_bytes():
                    lines += part.count(b"\r\n")
                    size += len(part)
                    if size % 16 == 0:
                        began = time.monotonic()
                        assert (await client.get("/healthz")).status_code == 200
                        slowest = max(slowest, time.monotonic() - began)
            assert lines == rows + 1 or file.endswith("xlsx")
            peak = peak_megabytes(server.pid)
            assert slowest < 5, "it goes on answering"
            assert peak - before < MEGABYTES_MAX
        assert server.stop() == 0
    finally:
        server.close()
