"""A visitor: who looks at a page, in which language, and what his form has sent."""

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from fullhouse.web.call import Call
from fullhouse.web.pages import tokens
from fullhouse.web.pages.language import Language, language_of
from fullhouse.web.pages.sent import NOTHING, Sent

QUERY_FIELDS_MAX = 100


class Site(NamedTuple):
    """What pages know of the installation. `public_url` has no slash at its end."""

    public_url: str
    is_open: bool
    stripe_publishable_key: str | None = None

    @property
    def is_https(self) -> bool:
        """Whether browsers come with TLS."""
        return self.public_url.startswith("https://")


@dataclass(slots=True)
class Visitor:
    """One who looks at a page. Without a secret he is given one as soon as a form is rendered for him."""

    site: Site
    call: Call
    language: Language
    path: str
    query: bytes = b""
    sent: Sent = field(default=NOTHING)
    new_secret: str | None = None

    def token(self) -> str:
        """A token for a form of this page."""
        is_https = self.site.is_https
        secret = self.new_secret or tokens.secret_of(self.call, is_https=is_https)
        if secret is None:
            secret = self.new_secret = tokens.new_secret()
        return tokens.token_for(secret)

    def query_pairs(self) -> list[tuple[str, str]]:
        """The query of the address, in its order; what is not readable is left out."""
        try:
            return parse_qsl(self.query.decode("ascii"), keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX)
        except ValueError:
            return []


def visitor(site: Site, call: Call, path: str, query: bytes, sent: Sent = NOTHING) -> Visitor:
    """The visitor behind a call."""
    return Visitor(site, call, language_of(call.headers, query), path, query, sent)


def current_visitor(request: Request) -> Visitor:
    """The visitor behind the framework's request."""
    scope = request.scope
    sent: Sent = scope.get("fullhouse.sent", NOTHING)
    # The gate has looked at the call, so it says what the caller may do here.
    return visitor(request.app.state.site, scope["fullhouse.call"], scope["path"], scope["query_string"], sent)


CurrentVisitor = Annotated[Visitor, Depends(current_visitor)]
