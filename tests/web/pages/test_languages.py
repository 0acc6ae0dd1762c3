"""The languages of pages: chosen by the address, kept in a cookie, else as the browser says; and all of them whole."""

import re

import httpx
import pytest

from fullhouse.web.pages.language import language_of, languages
from tests.web.pages.browsing import BROWSER, words_of
from tests.web.pages.texts import catalogues, found

PAGE = "/console/sign-in"
VALUES = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("fr, de;q=0.5, en;q=0.4", "de"),
        ("fr", "en"),
        ("de;q=0, en", "en"),
        ("", "en"),
        ("*;q=x, ;;, zz-ZZ-ZZ", "en"),
        ("en;q=0.3, de;q=0.7", "de"),
    ],
)
async def test_a_page_is_in_the_language_that_the_browser_wants(
    closed_client: httpx.AsyncClient, accepted: str, language: str
) -> None:
    answer = await closed_client.get(PAGE, headers={**BROWSER, "accept-language": accepted})
    assert answer.headers["content-language"] == language
    assert ("Anmelden" in words_of(answer)) == (language == "de")


async def test_who_chooses_a_language_keeps_it(closed_client: httpx.AsyncClient) -> None:
    await closed_client.get(PAGE, params={"lang": "de"}, headers=BROWSER)
    kept = await closed_client.get(PAGE, headers=BROWSER)
    assert kept.headers["content-language"] == "de"
    assert 'href="?lang=en"' in kept.text
    other = await closed_client.get(PAGE, params={"lang": "xx"}, headers=BROWSER)
    assert other.headers["content-language"] == "de"


async def test_an_address_with_countless_fields_chooses_no_language(closed_client: httpx.AsyncClient) -> None:
    answer = await closed_client.get(f"{PAGE}?lang=de{'&a=1' * 101}", headers={**BROWSER, "accept-language": "en"})
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")


async def test_choosing_a_language_keeps_what_else_the_address_says(closed_client: httpx.AsyncClient) -> None:
    page = await closed_client.get(PAGE, params={"next": "/console/a&b", "lang": "en"}, headers=BROWSER)
    assert 'href="?next=%2Fconsole%2Fa%26b&amp;lang=de"' in page.text


def test_dates_are_written_as_in_the_readers_country() -> None:
    irish = language_of({b"accept-language": b"en-IE,en;q=0.9"}, b"")
    assert (irish.code, str(irish.locale)) == ("en", "en_IE")
    austrian = language_of({b"accept-language": b"de-AT", b"cookie": b"fullhouse_language=en"}, b"")
    assert (austrian.code, str(austrian.locale)) == ("en", "en"), "the language that was chosen counts"


def test_english_and_german_are_there() -> None:
    assert list(languages().items()) == [("en", "English"), ("de", "Deutsch")]


def test_every_text_is_in_every_language() -> None:
    wanted = {message.id for message in found() if message.id}
    assert len(wanted) > 100
    for path, catalog in catalogues():
        there = {message.id: message for message in catalog if message.id}
        assert there.keys() == wanted, f"{path}: run make texts, and translate what is new"
        for message in there.values():
            texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
            assert all(texts), f"{message.id} has no translation into {path.parts[-3]}"
            assert not message.fuzzy, message.id
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            names = {name for one in ids for name in VALUES.findall(one)}
            for text in texts:
                assert set(VALUES.findall(text)) <= names, f"{message.id} has other values"
