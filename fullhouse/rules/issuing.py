"""Tickets as a batch issues them: numbered within their booking, with codes that can't be guessed."""

from hashlib import shake_256

from fullhouse.rules.booking import Booking, Ticket

CODE_DIGITS = 32
"""A ticket's code is 128 bits, as 32 hexadecimal digits."""


class Issuing:
    """The tickets of one batch, whose codes all come from one secret."""

    def __init__(self) -> None:
        """Begin with none."""
        self._issued: list[tuple[str, int, int, str]] = []

    def issue_places(self, event_id: str, booking_number: int, places: int, type_id: str) -> None:
        """Issue a ticket for each place of a booking that only counts seats."""
        for n in range(1, places + 1):
            self._issued.append((event_id, booking_number, n, type_id))

    def issue(self, booking: Booking) -> None:
        """Issue a booking's tickets, numbered through its lines."""
        n = 0
        for line in booking.price.lines if booking.price else ():
            for _ in range(line.quantity):
                n += 1
                self._issued.append((booking.event_id, booking.number, n, line.ticket_type_id))

    def tickets(self, secret: bytes) -> list[Ticket]:
        """All that were issued, with codes from the secret (SHAKE256 as in FIPS 202)."""
        digits = shake_256(secret).hexdigest(len(self._issued) * CODE_DIGITS // 2)
        return [
            Ticket(*issued, digits[n * CODE_DIGITS : (n + 1) * CODE_DIGITS]) for n, issued in enumerate(self._issued)
        ]
