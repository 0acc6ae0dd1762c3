"""Organizers: who puts on events, and what they say of themselves."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.image import Image

Language: TypeAlias = Literal["en", "de"]


class Organizer(NamedTuple):
    """An organizer. `reply_to` is where answers to his mails go; `test_of` is whose tests this one is for.

    The rest is how it shows itself: `colour` as #rrggbb, `description` in Markdown; `embed_origins` are the
    sites that may show its events in a frame, None is any.
    """

    id: str
    name: str
    language: Language
    reply_to: str | None
    test_of: str | None
    created_at: datetime
    colour: str | None = None
    description: str = ""
    website: str | None = None
    embed_origins: tuple[str, ...] | None = None
    logo: Image | None = None
