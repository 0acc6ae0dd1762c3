"""Organizers: made, shown, changed; and the data of their tests, deleted."""

from fullhouse.actions import organizer, wiping
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.organizer import Organizer
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.offer import asked_to_change, asked_to_make
from fullhouse.web.api.organizer_shapes import OrganizerChanges, OrganizerRequest, organizer_fields, profile_fields
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer


async def create(deps: Deps, call: Call) -> Answer:
    """`POST /organizers`."""
    values, key = asked_to_make(OrganizerRequest, call, "/organizers")
    return told(await organizer.create(deps, values, call.caller.person_id, key, _made))


def _made(made: Organizer) -> Answered:
    return Answered(201, organizer_fields(made), location=f"/organizers/{made.id}")


async def show(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}`."""
    async with deps.reading() as conn:
        return shown(organizer_fields(await organizer.find(conn, organizer_id_of(organizer_id))))


async def profile(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/profile`."""
    async with deps.reading() as conn:
        return shown(profile_fields(await organizer.find(conn, organizer_id_of(organizer_id))))


async def change(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`PATCH /organizers/{id}`."""
    organizer_id = organizer_id_of(organizer_id)
    given, key = asked_to_change(OrganizerChanges, call, f"/organizers/{organizer_id}")
    return told(await organizer.change(deps, organizer_id, given, key, as_changed))


def as_changed(changed: Organizer) -> Answered:
    """The answer with an organizer as it is now."""
    return Answered(200, organizer_fields(changed))


async def wipe(deps: Deps, organizer_id: str) -> Answer:
    """`DELETE /organizers/{id}/test-data`."""
    return shown((await wiping.wipe(deps.database, organizer_id_of(organizer_id), wiping.STEPS_A_CALL))._asdict())
