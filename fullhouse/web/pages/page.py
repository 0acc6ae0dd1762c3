"""A page: a template rendered for a visitor, with the headers that every page has."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fullhouse.web.http import Answer
from fullhouse.web.pages import forms, headers, tokens
from fullhouse.web.pages.formats import FILTERS
from fullhouse.web.pages.headers import Pair
from fullhouse.web.pages.language import CHOICE, COOKIE, chosen, languages, translations_of
from fullhouse.web.pages.paths import is_of_console
from fullhouse.web.pages.static_files import static
from fullhouse.web.pages.visitor import Visitor
from fullhouse.web.respond import response_of

HTML = (b"content-type", b"text/html; charset=utf-8")
NOT_STORED = (b"cache-control", b"no-store")
ASKED_AGAIN = (b"cache-control", b"private, no-cache")
LANGUAGE_DAYS_KEPT = 365
IN_ADDRESSES = "/?#[]@!$&'()*+,;=%:~"
"""Signs that an address has as they are (RFC 3986, section 2.2); others are written as bytes."""


@cache
def environment(code: str) -> Environment:
    """The templates of a language: everything is escaped, and a name that is not there is a defect."""
    made = Environment(
        loader=FileSystemLoader(str(resources.files("fullhouse.web").joinpath("templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_translations(translations_of(code), newstyle=True)  # type: ignore[attr-defined] # of the extension
    # A text may stand on several lines of a template, and is still one line in the catalogue.
    made.policies["ext.i18n.trimmed"] = True
    made.filters.update(FILTERS)
    made.globals.update(static=static, languages=languages(), TOKEN_FIELD=tokens.FIELD, KEY_FIELD=forms.KEY_FIELD)
    made.globals.update(new_key=forms.new_key)
    return made


def page(
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    is_secret: bool = False,
    policy: str = headers.POLICY,
    **shown: Any,  # noqa: ANN401 - whatever the template shows
) -> Response:
    """A page, as the framework's response."""
    return response_of(answer(visitor, template, status=status, is_secret=is_secret, policy=policy, **shown))


def answer(
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    is_secret: bool = False,
    policy: str = headers.POLICY,
    **shown: Any,  # noqa: ANN401 - whatever the template shows
) -> Answer:
    """A page. One that `is_secret`, as those of the console all are, is kept by no cache."""
    language = visitor.language
    html = (
        environment(language.code)
        .get_template(template)
        .render(
            visitor=visitor,
            language=language.code,
            locale=language.locale,
            language_links=_language_links(visitor),
            **shown,
        )
    )
    is_secret = is_secret or is_of_console(visitor.path)
    sent = [HTML, NOT_STORED if is_secret else ASKED_AGAIN, *_own(visitor, policy)]
    return Answer(status, sent, html.encode())


def moved(visitor: Visitor, path: str, *also: Pair) -> Response:
    """Go on to another page after a form (303), so that a reload sends nothing again."""
    location = (b"location", quote(path, safe=IN_ADDRESSES).encode())
    return response_of(Answer(303, [location, NOT_STORED, *_own(visitor, headers.POLICY), *also], b""))


def _own(visitor: Visitor, policy: str) -> Sequence[Pair]:
    """The headers of a visitor's answer: security, language, and cookies that he is given by it."""
    is_https = visitor.site.is_https
    pairs = headers.secured(is_https=is_https, policy=policy)
    pairs.append((b"content-language", visitor.language.code.encode()))
    pairs.append((b"vary", b"Accept, Accept-Language, Cookie"))
    if visitor.new_secret is not None:
        pairs.append(tokens.given(visitor.new_secret, is_https=is_https))
    wanted = chosen(visitor.query)
    if wanted is not None:
        secure = "; Secure" if is_https else ""
        life = LANGUAGE_DAYS_KEPT * 86_400
        cookie = f"{COOKIE}={wanted}; Max-Age={life}; Path=/; HttpOnly; SameSite=Lax{secure}"
        pairs.append((b"set-cookie", cookie.encode()))
    return pairs


def _language_links(visitor: Visitor) -> list[tuple[str, str, str]]:
    """For each language its code, its name, and the query that shows this page in it."""
    if visitor.sent.fields:
        # A form that is shown again may be at an address that only takes forms.
        return []
    kept = [pair for pair in visitor.query_pairs() if pair[0] != CHOICE]
    return [(code, name, "?" + urlencode([*kept, (CHOICE, code)])) for code, name in languages().items()]
