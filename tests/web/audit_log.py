"""How the tests read the audit log, as the owner does at the playground."""

from typing import Any

import httpx

from fullhouse.store import organizer
from tests.web.asking import Json

LOG = f"/organizers/{organizer.DEFAULT_ID}/audit-log"


async def entries(client: httpx.AsyncClient, url: str = LOG, **query: Any) -> list[Json]:
    """The newest two hundred of those that are chosen, the oldest first."""
    answer = await client.get(url, params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found[::-1]


async def acts(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """What was done, in order."""
    return [one["act"] for one in await entries(client, **query)]


async def last(client: httpx.AsyncClient, act: str) -> Json:
    """The last time that something was done."""
    return (await entries(client, act=act))[-1]
