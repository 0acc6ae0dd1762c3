"""The routes of pictures, with their description."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import images
from fullhouse.web.api.documents import CHANGE, IN_DOUBT, KEYED, MANAGEMENT, problems
from fullhouse.web.api.event_shapes import DetailsShape
from fullhouse.web.api.image_shapes import PICTURE
from fullhouse.web.api.organizer_shapes import OrganizerShape
from fullhouse.web.api.parameters import CurrentCall, EventId, OrganizerId
from fullhouse.web.respond import response_of

ImageId = Annotated[str, Path(description="The picture's id, from its address.")]
FileName = Annotated[str, Path(description="A width with .webp behind it, 480.webp for instance.")]

UPLOAD: dict[str, Any] = {**KEYED, "requestBody": PICTURE}
OF_ORGANIZER = ("organizer_not_found", *MANAGEMENT, *IN_DOUBT)
CACHED = {
    "ETag": {"description": "Stands for the content.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "Keep it: it never changes.", "schema": {"type": "string"}},
}
KNOWN: dict[int | str, dict[str, Any]] = {304: {"description": "Not modified since.", "headers": CACHED}}


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them all; `key` documents that a call needs an API key."""
    _add_files(router, deps)
    _add_of_events(router, deps, key)
    _add_logos(router, deps, key)


def _add_files(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/images/{image_id}",
        tags=["images"],
        response_class=Response,
        responses={**_file("image/jpeg", "image/png"), **KNOWN, **problems("image_not_found")},
    )
    async def show_image(image_id: ImageId, call: CurrentCall) -> Response:
        """Show a picture as JPEG, or as PNG if it is transparent, up to 1200 pixels wide."""
        return response_of(await images.show(deps, call, image_id))

    @router.get(
        "/images/{image_id}/{name}",
        tags=["images"],
        response_class=Response,
        responses={**_file("image/webp"), **KNOWN, **problems("image_not_found")},
    )
    async def show_image_size(image_id: ImageId, name: FileName, call: CurrentCall) -> Response:
        """Show one size of a picture as WebP. Which there are is said where the picture is."""
        return response_of(await images.show(deps, call, image_id, name))


def _file(*media_types: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in media_types}
    return {200: {"description": "The picture.", "headers": CACHED, "content": content}}


def _add_of_events(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.put(
        "/events/{event_id}/image",
        tags=["images"],
        dependencies=key,
        response_model=DetailsShape,
        responses=problems(*CHANGE, "event_not_changeable", "image_not_valid", body=True),
        openapi_extra=UPLOAD,
    )
    async def put_event_image(event_id: EventId, call: CurrentCall) -> Response:
        """Give an event a picture in place of the one it has. It is encoded anew: only its pixels are kept.

        Say what it shows in the event's `image_alt`. Copies of the event, and its series, have the same picture.
        """
        return response_of(await images.put_at_event(deps, call, event_id))

    @router.delete(
        "/events/{event_id}/image",
        tags=["images"],
        dependencies=key,
        response_model=DetailsShape,
        responses=problems(*CHANGE),
        openapi_extra=KEYED,
    )
    async def remove_event_image(event_id: EventId, call: CurrentCall) -> Response:
        """Take an event's picture away. Its address works for a day or two, for pages and mails that have it."""
        return response_of(await images.remove_from_event(deps, call, event_id))


def _add_logos(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.put(
        "/organizers/{organizer_id}/logo",
        tags=["images"],
        dependencies=key,
        response_model=OrganizerShape,
        responses=problems(*OF_ORGANIZER, "image_not_valid", body=True),
        openapi_extra=UPLOAD,
    )
    async def put_logo(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Give an organizer a logo in place of the one it has. It may be transparent."""
        return response_of(await images.put_logo(deps, call, organizer_id))

    @router.delete(
        "/organizers/{organizer_id}/logo",
        tags=["images"],
        dependencies=key,
        response_model=OrganizerShape,
        responses=problems(*OF_ORGANIZER),
        openapi_extra=KEYED,
    )
    async def remove_logo(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Take an organizer's logo away."""
        return response_of(await images.remove_logo(deps, call, organizer_id))
