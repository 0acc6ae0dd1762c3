"""When API keys were last used: written down beside the calls, which never wait for it."""

import asyncio
import logging
from datetime import datetime, timedelta

from fullhouse.store import key
from fullhouse.store.db import Database

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""A key's last use is written at most so often, by however many processes."""

KEPT_MAX = 10_000
"""Keys of which a process remembers when it last wrote; then it starts anew."""


class KeyUse:
    """Notes the use of keys. What can't be written is lost: it is for people to look at."""

    def __init__(self, database: Database) -> None:
        """Write to this database once it is open."""
        self._database = database
        self._noted: dict[str, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, key_id: str, now: datetime) -> None:
        """A key was used now."""
        before = self._noted.get(key_id)
        if before is not None and now - before < PAUSE:
            return
        if len(self._noted) >= KEPT_MAX:
            self._noted.clear()
        self._noted[key_id] = now
        task = asyncio.create_task(self._write(key_id, now))
        # The loop itself holds on to no task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Finish what is being written."""
        await asyncio.gather(*self._tasks)

    async def _write(self, key_id: str, now: datetime) -> None:
        try:
            async with self._database.write() as conn:
                await key.used(conn, key_id, now, PAUSE)
        except Exception:
            log.warning("last use of a key not written", exc_info=True, extra={"key_id": key_id})
