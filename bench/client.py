"""A small HTTP client for what the benchmark asks beside the load: making events, counting what was sold."""

import http.client
import json
from types import TracebackType
from typing import Any, Self

from bench.processes import BenchError

SEATS_PER_EVENT_MAX = 1_000_000


class Client:
    """One connection to a server on the loopback address, opened anew when the server has closed it."""

    def __init__(self, port: int) -> None:
        """Nothing is sent yet."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send a request; return the status and the answer, decoded if JSON. Raises OSError, HTTPException.

        A server closes a connection that was idle for long, so a failure is tried once more on a new one.
        """
        try:
            return self._ask_once(method, path, body)
        except (OSError, http.client.HTTPException):
            self._connection.close()
        try:
            return self._ask_once(method, path, body)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def _ask_once(self, method: str, path: str, body: object) -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        headers = {} if sent is None else {"Content-Type": "application/json"}
        self._connection.request(method, path, sent, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, json.loads(raw) if is_json else raw.decode(errors="replace")

    def create_event(self, name: str) -> str:
        """Make an event of as many seats as the API allows, and return its id."""
        event = {
            "name": name,
            "date": "2099-12-31T20:00:00+00:00",
            "venue": "Bench Hall",
            "total_seats": SEATS_PER_EVENT_MAX,
        }
        status, answer = self.ask("POST", "/events", event)
        if status != http.HTTPStatus.CREATED:
            message = f"an event could not be made: {status} {answer}"
            raise BenchError(message)
        return str(answer["id"])

    def make(self, path: str, **given: object) -> str:
        """Make something that has an id, and return that."""
        status, answer = self.ask("POST", path, given)
        if status != http.HTTPStatus.CREATED:
            message = f"{path}: {status} {answer}"
            raise BenchError(message)
        return str(answer["id"])

    def seats_taken(self, event_id: str) -> int:
        """Return how many seats of an event are sold, by its availability."""
        status, answer = self.ask("GET", availability_path(event_id))
        if status != http.HTTPStatus.OK:
            message = f"the availability of an event could not be read: {status} {answer}"
            raise BenchError(message)
        return int(answer["total_seats"]) - int(answer["available_seats"])


def availability_path(event_id: str) -> str:
    """Return where the availability of an event is read."""
    return f"/events/{event_id}/availability"
