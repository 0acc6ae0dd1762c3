"""A webhook as its page shows it: what it is told of, its secret this once, and what was delivered."""

from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from fullhouse.actions import webhook
from fullhouse.actions.deps import Deps
from fullhouse.actions.webhook import Place
from fullhouse.rules.webhook import Delivery, DeliveryState, Webhook
from fullhouse.web.console.house import house_page
from fullhouse.web.console.webhook_forms import KINDS, form_of
from fullhouse.web.pages.forms import Form, status_of_again
from fullhouse.web.pages.visitor import Visitor

WEBHOOKS = "/console/organizers/{organizer_id}/webhooks"
DELIVERIES_A_PAGE = 50


class Wanted(NamedTuple):
    """Which deliveries are listed: in a state, from behind one of them on."""

    state: DeliveryState | None = None
    before: str | None = None


EVERY = Wanted()


def path_of(place: Place) -> str:
    """The address of a webhook's page."""
    return f"{WEBHOOKS.format(organizer_id=place.organizer_id)}/{place.webhook_id}"


async def listed(
    deps: Deps, visitor: Visitor, organizer_id: str, form: Form, made: tuple[Webhook, str] | None = None
) -> Response:
    """All webhooks of an organizer, and the form for a new one; `made` is one that is new, with its secret."""
    return await house_page(
        *(deps, visitor, organizer_id, "console/webhooks.html"),
        status=status_of_again(form),
        webhooks=await webhook.of_organizer(deps, organizer_id),
        path=WEBHOOKS.format(organizer_id=organizer_id),
        kinds=KINDS,
        form=form,
        made=made,
    )


async def shown(
    deps: Deps,
    visitor: Visitor,
    place: Place,
    form: Form | None = None,
    *,
    secret: str | None = None,
    wanted: Wanted = EVERY,
) -> Response:
    """One webhook with its deliveries; `secret` is a new one, shown this once. Raises WebhookNotFound."""
    found = await webhook.find(deps, place)
    deliveries = await webhook.deliveries(deps, place, *wanted, DELIVERIES_A_PAGE + 1)
    form = form or form_of(found)
    return await house_page(
        *(deps, visitor, place.organizer_id, "console/webhook.html"),
        status=status_of_again(form),
        webhook=found,
        path=path_of(place),
        kinds=KINDS,
        form=form,
        secret=secret,
        deliveries=deliveries[:DELIVERIES_A_PAGE],
        state=wanted.state,
        next_path=_next_path(place, wanted, deliveries),
    )


def _next_path(place: Place, wanted: Wanted, deliveries: list[Delivery]) -> str | None:
    if len(deliveries) <= DELIVERIES_A_PAGE:
        return None
    chosen = {"state": wanted.state} if wanted.state else {}
    return f"{path_of(place)}?{urlencode({**chosen, 'before': deliveries[DELIVERIES_A_PAGE - 1].id})}"
