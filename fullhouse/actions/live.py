"""Watching what is left of an event."""

from fullhouse.actions.deps import Deps
from fullhouse.engine.live import Stream


async def watch(deps: Deps, event_id: str, *, drafts: bool) -> Stream:
    """A stream of what is left, of a draft only for who may see `drafts`; `leave` has to follow.

    Raises EventNotFound, and Busy also when too many watch.
    """
    stream = Stream(event_id, sees_drafts=drafts)
    await deps.live.join(stream)
    return stream


def leave(deps: Deps, stream: Stream) -> None:
    """Nobody watches by this stream any more."""
    deps.live.leave(stream)
