"""The in-memory demo that Full House grows from, rebuilt from its description, as a baseline for the benchmark.

FastAPI, Pydantic models, dictionaries, one lock for bookings. Nothing survives a restart; one process only.
Run: uvicorn seed_baseline:app --port PORT --no-access-log
"""
# ruff: noqa: FAST001 - it stays as it is, so that results can be compared over the years

import threading
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field


class EventCreate(BaseModel):
    name: str = Field(min_length=1)
    date: datetime
    venue: str = Field(min_length=1)
    total_seats: int = Field(gt=0)


class Event(EventCreate):
    id: UUID
    available_seats: int


class BookingCreate(BaseModel):
    event_id: UUID
    num_seats: int = Field(gt=0)


class Status(StrEnum):
    confirmed = "confirmed"
    cancelled = "cancelled"


class Booking(BookingCreate):
    id: UUID
    status: Status
    created_at: datetime


events: dict[UUID, Event] = {}
bookings: dict[UUID, Booking] = {}
event_lock = threading.Lock()
booking_lock = threading.Lock()
app = FastAPI()


@app.post("/events", status_code=201, response_model=Event)
def create_event(data: EventCreate) -> Event:
    with event_lock:
        event = Event(id=uuid4(), available_seats=data.total_seats, **data.model_dump())
        events[event.id] = event
        return event


@app.get("/events", response_model=list[Event])
def list_events() -> list[Event]:
    return list(events.values())


@app.get("/events/{event_id}", response_model=Event)
def get_event(event_id: UUID) -> Event:
    if event_id not in events:
        raise HTTPException(404, "event not found")
    return events[event_id]


@app.get("/events/{event_id}/availability")
def availability(event_id: UUID) -> dict[str, object]:
    event = get_event(event_id)
    return {"event_id": event.id, "total_seats": event.total_seats, "available_seats": event.available_seats}


@app.post("/bookings", status_code=201, response_model=Booking)
def create_booking(data: BookingCreate) -> Booking:
    with booking_lock:
        event = get_event(data.event_id)
        if event.available_seats < data.num_seats:
            raise HTTPException(400, "not enough seats")
        event.available_seats -= data.num_seats
        booking = Booking(id=uuid4(), status=Status.confirmed, created_at=datetime.now(UTC), **data.model_dump())
        bookings[booking.id] = booking
        return booking


@app.get("/bookings/{booking_id}", response_model=Booking)
def get_booking(booking_id: UUID) -> Booking:
    if booking_id not in bookings:
        raise HTTPException(404, "booking not found")
    return bookings[booking_id]


@app.patch("/bookings/{booking_id}/cancel", response_model=Booking)
def cancel_booking(booking_id: UUID) -> Booking:
    with booking_lock:
        booking = get_booking(booking_id)
        if booking.status is Status.cancelled:
            raise HTTPException(400, "already cancelled")
        booking.status = Status.cancelled
        events[booking.event_id].available_seats += booking.num_seats
        return booking
