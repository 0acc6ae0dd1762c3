"""Which sites may show an event in a frame of theirs."""

from collections.abc import Sequence

ORIGINS_MAX = 20
ORIGIN_PATTERN = r"^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$"
"""Nothing in it ends a source in a Content-Security-Policy, or adds a directive to it."""


def ancestors(origins: Sequence[str] | None) -> str:
    """The sources of `frame-ancestors` (Content Security Policy Level 3, section 6.4.2).

    None is any site: who embeds can do nothing in the frame, so that needs no leave. An empty list is no site at all.
    """
    if origins is None:
        return "*"
    return " ".join(origins) if origins else "'none'"
