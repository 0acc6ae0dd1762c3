"""Watching what is left of an event."""

from fullhouse.actions.deps import Deps
from fullhouse.engine.live import Stream
from fullhouse.rules.attempt import network_of


async def watch(deps: Deps, event_id: str, address: str, *, drafts: bool) -> Stream:
    """A stream of what is left, of a draft only for who may see `drafts`; `leave` has to follow.

    Raises EventNotFound, TooMuchAtOnce for an address that has as many as it may, and Busy also when too many watch.
    """
    shares = deps.crowds.streams_of_address
    shares.take(network_of(address))
    stream = Stream(event_id, sees_drafts=drafts)
    try:
        await deps.live.join(stream)
    except BaseException:
        shares.give_back(network_of(address))
        raise
    return stream


def leave(deps: Deps, address: str, stream: Stream) -> None:
    """Nobody watches by this stream any more; to be called once."""
    deps.live.leave(stream)
    deps.crowds.streams_of_address.give_back(network_of(address))
