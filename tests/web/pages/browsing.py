"""How the tests use pages as a browser without JavaScript does: pages are opened, forms filled in and sent."""

from collections import Counter
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin

import httpx

from tests.web.asking import Json

GERMAN = {"accept-language": "de"}
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class PageForm(NamedTuple):
    """A form of a page: where it goes, how, and what is in it from the beginning."""

    action: str
    method: str
    fields: list[tuple[str, str]]


class _Forms(HTMLParser):
    """Finds the forms of a page, and the text that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.words: list[str] = []
        self._select = ""
        self._area: list[str] | None = None
        self._area_name = ""
        self._is_read = True
        self.ids: list[str] = []
        self.labelled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if "id" in has:
            self.ids.append(has["id"])
        self.labelled += has.get("for", "").split() + has.get("aria-describedby", "").split()
        self.labelled += has.get("aria-labelledby", "").split()
        if tag in {"script", "style"}:
            self._is_read = False
        if tag == "form":
            self.forms.append(PageForm(has.get("action", ""), has.get("method", "get"), []))
        if "form" in has:
            # It stands here, but belongs to another form.
            return
        if tag == "input" and "name" in has and self.forms:
            if has.get("type") in {"checkbox", "radio"} and "checked" not in has:
                return
            self.forms[-1].fields.append((has["name"], has.get("value", "")))
        if tag == "select" and "name" in has:
            self._select = has["name"]
            self.forms[-1].fields.append((has["name"], ""))
        if tag == "option" and self._select and ("selected" in has or self.forms[-1].fields[-1][1] == ""):
            self.forms[-1].fields[-1] = (self._select, has.get("value", ""))
        if tag == "textarea":
            self._area, self._area_name = [], has["name"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self.forms[-1].fields.append((self._area_name, "".join(self._area).removeprefix("\n")))
            self._area = None
        if tag == "select":
            self._select = ""
        if tag in {"script", "style"}:
            self._is_read = True

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)
        elif self._is_read:
            self.words.append(data)


def forms_of(answer: httpx.Response) -> list[PageForm]:
    """All forms of a page."""
    return _read(answer).forms


def words_of(answer: httpx.Response) -> str:
    """What people read on a page, in one line."""
    return " ".join(" ".join(_read(answer).words).split())


def form_to(answer: httpx.Response, tail: str) -> PageForm:
    """The form of a page that writes, and whose address ends so."""
    writing = [one for one in forms_of(answer) if one.method == "post"]
    (found,) = [one for one in writing if urljoin(str(answer.url.path), one.action).endswith(tail)]
    return found


async def send(
    client: httpx.AsyncClient, answer: httpx.Response, tail: str, headers: Json | None = None, /, **typed: object
) -> httpx.Response:
    """Fill in a form of a page and send it. What is typed replaces what was in the field."""
    form = form_to(answer, tail)
    return await resend(client, answer, form, headers, **typed)


async def resend(
    client: httpx.AsyncClient, answer: httpx.Response, form: PageForm, headers: Json | None = None, /, **typed: object
) -> httpx.Response:
    """Send a form, once more for instance."""
    fields: dict[str, list[str]] = {}
    for name, value in form.fields:
        fields.setdefault(name, []).append(value)
    for name, wanted in typed.items():
        fields[name] = [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]
    address = urljoin(str(answer.url), form.action)
    origin = f"{answer.url.scheme}://{answer.url.netloc.decode()}"
    told = {**BROWSER, "origin": origin, **(headers or {})}
    return await client.post(address, data=fields, headers=told)


async def follow(client: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """Go where a form has sent the browser."""
    assert answer.status_code == 303, (answer.status_code, words_of(answer))
    return await client.get(urljoin(str(answer.url), answer.headers["location"]), headers=BROWSER)


def _read(answer: httpx.Response) -> _Forms:
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.text[:200]
    parser = _Forms()
    parser.feed(answer.text)
    assert not [one for one, times in Counter(parser.ids).items() if times > 1], "an id is of one thing alone"
    assert not set(parser.labelled) - set(parser.ids), "what labels or describes something is there"
    return parser
