"""How an organizer looks: its colour, its description and its website, said by who owns it and shown to everybody."""

import httpx
import pytest

from tests.pictures import JPEG, jpeg
from tests.web.asking import NOBODY, Json, assert_problem

LOOK = {"colour": "#FFcc00", "description": "# We\n\n*play*", "website": "https://example.org/tickets?x=1#now"}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> Json:
    """An organizer that has said nothing of itself but its name."""
    made: Json = (await client.post("/organizers", json={"name": "Ada", "reply_to": "ada@example.org"})).json()
    return made


async def test_what_an_organizer_says_of_itself_is_shown(client: httpx.AsyncClient, ada: Json) -> None:
    path = f"/organizers/{ada['id']}"
    plain = {"colour": None, "description": "", "description_html": "", "website": None}
    assert {name: ada[name] for name in plain} == plain
    changed = (await client.patch(path, json=LOOK)).json()
    html = "<h1>We</h1>\n<p><em>play</em></p>\n"
    assert changed == {**ada, **LOOK, "colour": "#ffcc00", "description_html": html}
    assert (await client.get(path)).json() == changed
    assert (await client.patch(path, json={"name": "Ada's"})).json() == {**changed, "name": "Ada's"}
    cleared = (await client.patch(path, json={"colour": None, "description": "", "website": None})).json()
    assert cleared == {**ada, "name": "Ada's"}


async def test_everybody_sees_the_profile_and_nothing_more(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient, ada: Json
) -> None:
    path = f"/organizers/{ada['id']}"
    await client.patch(path, json=LOOK)
    logo = (await client.put(f"{path}/logo", content=jpeg(), headers=JPEG)).json()["logo"]
    profile = (await closed_client.get(f"{path}/profile")).json()
    light, dark = profile.pop("accents").values()
    assert profile == {
        "id": ada["id"],
        "name": "Ada",
        **LOOK,
        "colour": "#ffcc00",
        "description_html": "<h1>We</h1>\n<p><em>play</em></p>\n",
        "logo_url": logo["url"],
        "logo": logo,
    }
    # Yellow is darkened until it can be read on white; on black it stays.
    assert light["colour"] != "#ffcc00"
    assert light["on_colour"] in {"#ffffff", "#000000"}
    assert dark == {"colour": "#ffcc00", "on_colour": "#000000"}


async def test_without_a_colour_there_is_none_to_be_made_readable(client: httpx.AsyncClient, ada: Json) -> None:
    assert (await client.get(f"/organizers/{ada['id']}/profile")).json()["accents"] is None


async def test_an_organizer_that_there_is_not_has_no_profile(closed_client: httpx.AsyncClient) -> None:
    for organizer_id in (NOBODY, "x", "%00"):
        assert_problem(await closed_client.get(f"/organizers/{organizer_id}/profile"), 404, "organizer_not_found")


WRONG: dict[str, list[object]] = {
    "colour": ["", "red", "#fff", "ffcc00", "#ffcc0g", "#ffcc00\n", "#ffcc00;}", "#ffcc00ff", 7, True, [], {}],
    "description": [None, "a\0b", "x" * 20_001, 7, [], {}],
    "website": [
        *("", "example.org", "javascript:alert(1)", "ftp://example.org", "https://", "https:///x", "https://a b"),
        *(
            "https://example.org/\n",
            "https://user@example.org",
            "https://ä.example",
            "https://example.org/" + "x" * 500,
        ),
        *('https://example.org"onclick', 7, [], {}),
    ],
    "embed_origins": [
        *(
            ["example.org"],
            ["https://example.org/"],
            ["https://Example.org"],
            ["*"],
            ["https://*.example.org"],
            [""],
            [None],
        ),
        *(
            ["https://a; script-src *"],
            ["https://a\n"],
            [f"https://{n}.example" for n in range(21)],
            "https://a",
            7,
            {},
        ),
    ],
}


@pytest.mark.parametrize("field", WRONG)
async def test_what_is_wrong_is_refused_by_its_field(client: httpx.AsyncClient, ada: Json, field: str) -> None:
    path = f"/organizers/{ada['id']}"
    for value in WRONG[field]:
        told = assert_problem(await client.patch(path, json={field: value}), 422, "validation_failed")
        assert told["field"].split(".")[0] == field
    assert (await client.get(path)).json() == ada
