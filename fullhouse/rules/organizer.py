"""Organizers: who puts on events, and what they say of themselves."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["en", "de"]


class Organizer(NamedTuple):
    """An organizer. `reply_to` is where answers to his mails go; `test_of` is whose tests this one is for."""

    id: str
    name: str
    language: Language
    reply_to: str | None
    test_of: str | None
    created_at: datetime
