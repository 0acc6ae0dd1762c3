"""The settings of an organizer in the console, its logo, and the picture of an event: seen, changed, refused."""

import httpx
import pytest

from fullhouse.store.organizer import DEFAULT_ID
from tests.people import Office
from tests.pictures import jpeg, poster, written
from tests.web.asking import Json, new_event
from tests.web.console.staff import HOUSE, assert_open_to, look
from tests.web.organizing import details
from tests.web.pages.browsing import BROWSER, GERMAN, follow, form_to, send, words_of

SETTINGS = f"{HOUSE}/settings"
LOGO = f"{HOUSE}/logo"
HERE = "http://127.0.0.1:8000"
BOUNDARY = "--------boundary"
API = f"/organizers/{DEFAULT_ID}"


async def upload(visitor: httpx.AsyncClient, page: httpx.Response, sent: bytes | None, **typed: str) -> httpx.Response:
    """Fill in the form of a page, choose a file, and send it as a browser does."""
    form = form_to(page, page.url.path)
    fields = {**{name: value for name, value in form.fields if name != "picture"}, **typed}
    # Where none is chosen, a browser sends a file without a name and without content; httpx would send a field.
    name = "" if sent is None else "../x.svg"
    parts = [(f'name="{field}"', value.encode()) for field, value in fields.items()]
    parts.append((f'name="picture"; filename="{name}"\r\ncontent-type: image/svg+xml', sent or b""))
    body = b"".join(
        f"--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    told = {"origin": HERE, "content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    whole = body + f"--{BOUNDARY}--\r\n".encode()
    return await visitor.post(str(page.url), content=whole, headers={**BROWSER, **told})


async def test_the_settings_open_to_owners_alone(office: Office) -> None:
    await assert_open_to(office, SETTINGS)


async def test_what_is_typed_is_kept_and_shown_again(olga: httpx.AsyncClient) -> None:
    page = await look(olga, SETTINGS)
    typed: Json = {
        "name": "Ada & Sons",
        "language": "de",
        "reply_to": "ada@example.org",
        "reminder_hours": "48",
        "has_colour": "true",
        "colour": "#FFCC00",
        "website": "https://ada.example/",
        "description": "# We\r\n\r\nplay",
        "embed_origins": "https://b.example\r\nhttps://a.example",
        "is_embedded_anywhere": [],
    }
    saved = await follow(olga, await send(olga, page, "/settings", **typed))
    assert "The settings are saved." in words_of(saved)
    assert "Ada &amp; Sons" in saved.text
    form = dict(form_to(saved, "/settings").fields)
    assert {name: form[name] for name in ("name", "reply_to", "reminder_hours", "colour", "website")} == {
        **{name: typed[name] for name in ("name", "reply_to", "reminder_hours", "website")},
        "colour": "#ffcc00",
    }
    kept = (await olga.get(API)).json()
    assert (kept["language"], kept["description"]) == ("de", "# We\n\nplay")
    assert kept["embed_origins"] == ["https://a.example", "https://b.example"]
    assert (await olga.get(f"{API}/mail-settings")).json()["reminder_hours"] == 48
    cleared: Json = dict.fromkeys(("reply_to", "reminder_hours", "website", "description", "embed_origins"), "")
    again = await send(olga, saved, "/settings", **cleared, has_colour=[], is_embedded_anywhere="true")
    assert again.status_code == 303
    plain = (await olga.get(API)).json()
    assert [plain[name] for name in ("reply_to", "colour", "website", "description", "embed_origins")] == [
        *(None, None, None, "", None)
    ]
    assert (await olga.get(f"{API}/mail-settings")).json()["reminder_hours"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name", ""), ("name", "x" * 201), ("language", "fr"), ("reply_to", "nobody"), ("reminder_hours", "0")),
        *(("reminder_hours", "soon"), ("colour", "red"), ("website", "javascript:alert(1)"), ("embed_origins", "*")),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    olga: httpx.AsyncClient, field: str, value: str
) -> None:
    before = (await olga.get(API)).json()
    page = await look(olga, SETTINGS)
    typed: Json = {"description": "Typed", field: value}
    answer = await send(olga, page, "/settings", **typed)
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text
    assert "Typed" in answer.text
    assert (await olga.get(API)).json() == before


async def test_the_settings_speak_german(olga: httpx.AsyncClient) -> None:
    words = words_of(await olga.get(SETTINGS, headers={**BROWSER, **GERMAN}))
    assert "Einstellungen" in words
    assert "Farbe Ihrer Seiten" in words


async def test_a_logo_is_put_there_and_taken_away(olga: httpx.AsyncClient) -> None:
    page = await look(olga, LOGO)
    assert "There is none yet." in words_of(page)
    # What the browser says of the file is not believed.
    shown = await follow(olga, await upload(olga, page, jpeg(300, 200)))
    logo = (await olga.get(API)).json()["logo"]
    assert logo["url"] in shown.text
    assert logo["sizes"][0]["url"] in (await look(olga, SETTINGS)).text
    gone = await follow(olga, await upload(olga, shown, None, remove="true"))
    assert "There is none yet." in words_of(gone)
    nothing = await upload(olga, gone, None)
    assert nothing.status_code == 422
    assert "Please choose a picture." in words_of(nothing)


@pytest.fixture
async def event(olga: httpx.AsyncClient) -> Json:
    """An event of the house."""
    return await new_event(olga, headers={"origin": HERE})


async def test_an_event_gets_its_picture_and_what_it_shows(olga: httpx.AsyncClient, event: Json) -> None:
    path = f"/console/events/{event['id']}/image"
    large = jpeg(900, 600) + b"\0" * 500_000
    shown = await follow(olga, await upload(olga, await look(olga, path), large, image_alt="A <b>trio</b>"))
    found = await details(olga, event["id"])
    assert found["image"]["url"] in shown.text
    assert 'alt="A &lt;b&gt;trio&lt;/b&gt;"' in shown.text
    only_words = await follow(olga, await upload(olga, shown, None, image_alt=""))
    after = await details(olga, event["id"])
    assert (after["image"], after["image_alt"]) == (found["image"], "")
    await follow(olga, await upload(olga, only_words, None, remove="true"))
    assert (await details(olga, event["id"]))["image"] is None


async def test_an_upload_that_is_sent_twice_is_one(olga: httpx.AsyncClient, event: Json) -> None:
    page = await look(olga, f"/console/events/{event['id']}/image")
    for _ in range(2):
        assert (await upload(olga, page, jpeg(64, 40), image_alt="x")).status_code == 303
    assert (await details(olga, event["id"]))["version"] == 3
    other = await upload(olga, page, jpeg(80, 40), image_alt="x")
    assert (other.status_code, "sent this form before" in words_of(other)) == (422, True)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"<svg/>", "This is no JPEG, PNG or WebP."),
        (jpeg()[:500], "The picture is damaged or incomplete."),
        (written(poster(9, 9), "PNG"), "The picture is too small."),
    ],
)
async def test_what_is_no_picture_is_said_beside_the_field(
    olga: httpx.AsyncClient, event: Json, sent: bytes, told: str
) -> None:
    page = await look(olga, f"/console/events/{event['id']}/image")
    answer = await upload(olga, page, sent, image_alt="Still here")
    assert answer.status_code == 422
    assert told in words_of(answer)
    assert 'id="picture-fault"' in answer.text
    assert "Still here" in answer.text


async def test_an_upload_without_the_token_of_the_page_is_refused(olga: httpx.AsyncClient, event: Json) -> None:
    page = await look(olga, f"/console/events/{event['id']}/image")
    answer = await upload(olga, page, jpeg(64, 40), form_token="x.y")
    assert (answer.status_code, answer.headers["x-refusal"]) == (403, "form_foreign")
    assert (await details(olga, event["id"]))["image"] is None


async def test_who_may_not_upload_is_not_read(office: Office, olga: httpx.AsyncClient, event: Json) -> None:
    path = f"/console/events/{event['id']}/image"
    nobody = await office.visitor().post(path, content=b"x" * 20_000_000, headers=BROWSER)
    assert nobody.headers["location"].startswith("/console/sign-in")
    too_large = await olga.post(path, content=b"x" * 11_000_000, headers={**BROWSER, "origin": HERE})
    assert (too_large.status_code, too_large.headers["x-refusal"]) == (413, "payload_too_large")
