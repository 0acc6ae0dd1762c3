"""The forms of webhooks: what is said of one, and how long its old secret still signs."""

from typing import Annotated, Any, get_args

from pydantic import AfterValidator, Field

from fullhouse.rules.notice import NoticeKind
from fullhouse.rules.webhook import Webhook
from fullhouse.web.api.offer_shapes import once_each
from fullhouse.web.api.webhook_shapes import Description, Switch, Url
from fullhouse.web.pages.forms import Form, FormModel, empty

KINDS: tuple[str, ...] = get_args(NoticeKind)


class WebhookForm(FormModel):
    """What is said of a webhook; without any of `types`, it is told of everything."""

    url: Url
    types: Annotated[list[NoticeKind], Field(default_factory=list, max_length=100), AfterValidator(once_each)]
    description: Description = ""
    state: Switch = "on"

    def values(self) -> dict[str, Any]:
        """The same as the actions take it."""
        return {
            "url": self.url,
            "types": tuple(self.types) or None,
            "description": self.description,
            "state": self.state,
        }


class SecretForm(FormModel):
    """How many hours the old secret still signs."""

    overlap_hours: int = Field(default=24, ge=0, le=168)


def form_of(one: Webhook) -> Form:
    """The form with what is said of a webhook now. One that was switched off by failing is off."""
    state = "on" if one.state == "on" else "off"
    return empty(url=one.url, types=one.types or (), description=one.description, state=state)
