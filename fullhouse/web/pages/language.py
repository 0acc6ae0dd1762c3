"""The languages of pages: which one a visitor reads, and its texts from `web/locale/`.

English is what stands in templates and code. Another language is one file, `LANGUAGE/LC_MESSAGES/messages.po`: it is
compiled when it is first needed, so there is no build step.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from typing import NamedTuple
from urllib.parse import parse_qsl

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fullhouse.web.cookies import value_in
from fullhouse.web.http import Headers

SOURCE = "en"
COOKIE = "fullhouse_language"
CHOICE = "lang"
"""The query parameter that chooses a language, which a cookie then keeps."""
ACCEPTED_LENGTH_MAX = 300
QUERY_FIELDS_MAX = 100


class Language(NamedTuple):
    """A language with its texts, and the locale by which dates and money are written."""

    code: str
    locale: Locale
    translations: NullTranslations

    def text(self, message: str, **values: object) -> str:
        """A text with its values, `%(name)s`."""
        found = self.translations.gettext(message)
        return found % values if values else found

    def texts(self, one: str, many: str, number: int, **values: object) -> str:
        """A text with a number, `%(number)s`."""
        return self.translations.ngettext(one, many, number) % {"number": number, **values}


def N_(message: str) -> str:  # noqa: N802 - the name by which gettext's tools know it
    """Mark a text that is translated later, where it is shown."""
    return message


@cache
def languages() -> dict[str, str]:
    """All languages by code, each with its own name, English first."""
    folder = resources.files("fullhouse.web").joinpath("locale")
    others = sorted(one.name for one in folder.iterdir() if one.joinpath("LC_MESSAGES", "messages.po").is_file())
    return {code: (Locale(code).language_name or code).capitalize() for code in (SOURCE, *others)}


@cache
def translations_of(code: str) -> NullTranslations:
    """The texts of a language, compiled."""
    if code == SOURCE:
        return NullTranslations()
    file = resources.files("fullhouse.web").joinpath("locale", code, "LC_MESSAGES", "messages.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def chosen(query: bytes) -> str | None:
    """The language that the address asks for."""
    if CHOICE.encode() not in query:
        return None
    try:
        asked = dict(parse_qsl(query.decode("latin-1"), max_num_fields=QUERY_FIELDS_MAX)).get(CHOICE)
    except ValueError:
        # More fields than any page has: whoever made them up chooses nothing.
        return None
    return asked if asked in languages() else None


def language_of(headers: Headers, query: bytes) -> Language:
    """What a visitor reads: what he chose here, what he chose before, what his browser says, English."""
    accepted = _accepted(headers.get(b"accept-language", b"")[:ACCEPTED_LENGTH_MAX].decode("latin-1"))
    kept = value_in(headers, COOKIE)
    code = chosen(query) or (kept if kept in languages() else None)
    code = code or next((one.language for one in accepted if one.language in languages()), SOURCE)
    # Who reads English in Ireland writes dates as they do there.
    locale = next((one for one in accepted if one.language == code and one.territory), Locale(code))
    return Language(code, locale, translations_of(code))


def _accepted(header: str) -> list[Locale]:
    """The locales of an `Accept-Language` header, the most wanted first (RFC 9110, section 12.5.4)."""
    ranked = []
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
            ranked.append((-weight, Locale.parse(tag.strip(), sep="-")))
        except (ValueError, UnknownLocaleError):
            continue
    return [locale for weight, locale in sorted(ranked, key=lambda one: one[0]) if weight < 0]
