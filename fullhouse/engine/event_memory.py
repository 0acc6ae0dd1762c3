"""What a process remembers of what never changes, so that it is not looked up each time: a booking's event, say."""


class EventMemory:
    """Events by booking, or organizers by event. Neither ever changes, so what is remembered is right; it may be gone.

    Two generations: when the younger one is full, it becomes the older one, and what was there before is forgotten.
    """

    def __init__(self, most: int) -> None:
        """Remember up to `most` of them."""
        self._generation_size = max(1, most // 2)
        self._younger: dict[str, str] = {}
        self._older: dict[str, str] = {}

    def find(self, key: str) -> str | None:
        """What this one belongs to, if it is remembered."""
        return self._younger.get(key) or self._older.get(key)

    def remember(self, key: str, value: str) -> None:
        """Take what was made or looked up."""
        if len(self._younger) >= self._generation_size:
            self._older, self._younger = self._younger, {}
        self._younger[key] = value
