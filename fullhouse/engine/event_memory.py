"""What a process remembers of bookings: the event of each, so that who confirms one needs no look-up first."""


class EventMemory:
    """Events by booking. The event of a booking never changes, so what is remembered is always right; it may be gone.

    Two generations: when the younger one is full, it becomes the older one, and what was there before is forgotten.
    """

    def __init__(self, most: int) -> None:
        """Remember up to `most` bookings."""
        self._generation_size = max(1, most // 2)
        self._younger: dict[str, str] = {}
        self._older: dict[str, str] = {}

    def find(self, booking_id: str) -> str | None:
        """The event of a booking, if it is remembered."""
        return self._younger.get(booking_id) or self._older.get(booking_id)

    def remember(self, booking_id: str, event_id: str) -> None:
        """Take what was made or looked up."""
        if len(self._younger) >= self._generation_size:
            self._older, self._younger = self._younger, {}
        self._younger[booking_id] = event_id
