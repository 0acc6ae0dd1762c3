"""The ceiling of this server and language, for the benchmark: a bare ASGI program that sells nothing.

It only parses and validates a booking request with Pydantic and answers with a booking of the same shape.
No routing, no middleware, no database.
Nothing that does the same work in Python behind uvicorn can be faster.
Run: uvicorn ceiling:app --port PORT --no-access-log
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field


class BookingCreate(BaseModel):
    event_id: UUID
    num_seats: int = Field(gt=0)


class Booking(BaseModel):
    id: UUID
    event_id: UUID
    num_seats: int
    status: str
    created_at: datetime


Message = dict[str, Any]


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    request = BookingCreate.model_validate_json(body)
    booking = Booking.model_construct(
        id=uuid4(),
        event_id=request.event_id,
        num_seats=request.num_seats,
        status="confirmed",
        created_at=datetime.now(UTC),
    )
    answer = booking.__pydantic_serializer__.to_json(booking)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
