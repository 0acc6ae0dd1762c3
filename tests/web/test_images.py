"""Pictures over HTTP: put in place by those who may, shown to everybody, and gone when nobody wants them."""

import asyncio
from typing import Any

import httpx
import pytest

from fullhouse.actions import image
from tests.cast import running_deps
from tests.pictures import JPEG, PNG, RED, WEBP, is_near, jpeg, poster, read, written
from tests.web.asking import JSON, NOBODY, Json, assert_problem
from tests.web.audit_log import last
from tests.web.conftest import Served
from tests.web.organizing import details, let_begin, patch, rows, run, set_state
from tests.web.two_houses import new_house

GOOD = jpeg(1300, 650)
OTHER = jpeg(1300, 650, (0, 0, 200))


async def put(
    client: httpx.AsyncClient, event: Json, sent: bytes = GOOD, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await client.put(f"/events/{event['id']}/image", content=sent, headers={**JPEG, **(headers or {})})


async def test_an_event_shows_the_picture_that_was_put_there(client: httpx.AsyncClient, event: Json) -> None:
    before = await details(client, event["id"])
    assert (before["image"], before["image_url"], before["image_alt"]) == (None, None, "")
    answer = await put(client, event)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown == await details(client, event["id"])
    picture = shown["image"]
    assert shown == {**before, "image": picture, "image_url": picture["url"], "version": 2}
    assert (picture["width"], picture["height"]) == (1200, 600)
    assert [(one["width"], one["height"]) for one in picture["sizes"]] == [(480, 240), (960, 480), (1300, 650)]
    for one in (picture, *picture["sizes"]):
        found = await client.get(one["url"])
        assert found.status_code == 200
        got = read(found.content)
        assert got.size == (one["width"], one["height"])
        assert got.format == ("JPEG" if one is picture else "WEBP")
        assert found.headers["content-type"] == f"image/{got.format.lower()}"
        assert is_near(got.convert("RGB").getpixel((20, 20)), RED)


async def test_another_picture_has_another_address_and_the_same_has_the_same(
    client: httpx.AsyncClient, event: Json
) -> None:
    first, again, other = [(await put(client, event, sent)).json() for sent in (GOOD, GOOD, OTHER)]
    assert (first["image_url"], first["version"]) == (again["image_url"], again["version"])
    assert other["image_url"] != first["image_url"]
    assert other["version"] == first["version"] + 1
    # Pages and mails that are open have the old address.
    assert (await client.get(first["image_url"])).status_code == 200


async def test_what_a_picture_is_called_by_may_be_kept_for_good_by_everybody(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient, event: Json
) -> None:
    url = (await put(client, event)).json()["image_url"]
    found = await closed_client.get(url)
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in found.headers
    etag = found.headers["etag"]
    for known in (etag, f'"x", W/{etag}', "*"):
        same = await closed_client.get(url, headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
        assert same.headers["cache-control"] == found.headers["cache-control"]
    assert (await closed_client.get(url, headers={"if-none-match": '"x"'})).content == found.content
    head = await closed_client.head(url.upper().replace("/IMAGES", "/images"))
    assert (head.status_code, head.headers["etag"]) == (200, etag)


@pytest.mark.parametrize(
    "tail", [NOBODY, "x", "%00", "{id}/481.webp", "{id}/plain", "{id}/480.webp%00", "{id}/480.jpg", "{id}/٤٨٠.webp"]
)
async def test_a_picture_or_a_size_that_there_is_not_is_not_found(
    client: httpx.AsyncClient, event: Json, tail: str
) -> None:
    image_id = (await put(client, event)).json()["image_url"].removeprefix("/images/")
    assert_problem(await client.get("/images/" + tail.format(id=image_id)), 404, "image_not_found")


NOT_TAKEN: dict[str, tuple[bytes, dict[str, str], int, str, str | None]] = {
    "nothing at all": (b"", JPEG, 422, "image_not_valid", "empty"),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"content-type": "image/svg+xml"}, 415, "", None),
    "an SVG that says it is a PNG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PNG, 422, "", "not_a_picture"),
    "a GIF": (written(poster(64, 40), "GIF"), {"content-type": "image/gif"}, 415, "", None),
    "a GIF that says it is a JPEG": (written(poster(64, 40), "GIF"), JPEG, 422, "", "not_a_picture"),
    "half a picture": (GOOD[: len(GOOD) // 2], JPEG, 422, "", "damaged"),
    "a web page": (b"<html><script>alert(1)</script>", WEBP, 422, "", "not_a_picture"),
    "JSON": (b"{}", JSON, 415, "", None),
    "no type": (GOOD, {"content-type": ""}, 415, "", None),
    "a tiny picture": (written(poster(10, 10), "PNG"), PNG, 422, "", "too_small"),
}


@pytest.mark.parametrize("kind", NOT_TAKEN)
async def test_what_is_no_picture_is_refused_with_a_reason_and_changes_nothing(
    client: httpx.AsyncClient, event: Json, kind: str
) -> None:
    sent, headers, status, code, reason = NOT_TAKEN[kind]
    before = (await put(client, event)).json()
    for path in (f"/events/{event['id']}/image", "/organizers/00000000-0000-7000-8000-000000000001/logo"):
        answer = await client.put(path, content=sent, headers=headers)
        wanted = code or ("unsupported_media_type" if status == 415 else "image_not_valid")
        assert assert_problem(answer, status, wanted).get("reason") == reason
    assert await details(client, event["id"]) == before


async def test_what_a_picture_is_counts_and_not_what_it_says_it_is(client: httpx.AsyncClient, event: Json) -> None:
    shown = (await put(client, event, written(poster(64, 40), "WEBP"), PNG)).json()
    assert shown["image"]["width"] == 64


async def test_a_picture_may_be_larger_than_other_bodies_but_not_by_any_size(
    served: Served, event: Json, client: httpx.AsyncClient
) -> None:
    large = GOOD + b"\0" * 300_000
    assert (await put(client, event, large)).status_code == 200
    async with served(image_bytes_max=400_000) as url, httpx.AsyncClient(base_url=url) as visitor:
        too_large = await put(visitor, event, large + b"\0" * 200_000)
        assert assert_problem(too_large, 413, "payload_too_large")["limit_bytes"] == 400_000
        for path in (f"/events/{event['id']}", f"/events/{event['id']}/image/x", "/events//image"):
            other = await visitor.put(path, content=large, headers=JPEG)
            assert assert_problem(other, 413, "payload_too_large")["limit_bytes"] == 262_144


async def test_who_may_not_upload_is_told_so_before_the_picture_is_read(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient, conninfo: str
) -> None:
    ada, bob = await new_house(client, conninfo, "Ada"), await new_house(client, conninfo, "Bob")
    large = GOOD + b"\0" * 20_000_000
    for path, missing in (
        (f"/events/{ada.event_id}/image", "event"),
        (f"/organizers/{ada.organizer_id}/logo", "organizer"),
    ):
        nobody = await closed_client.put(path, content=large, headers=JPEG)
        assert_problem(nobody, 401, "api_key_required")
        stranger = await closed_client.put(path, content=large, headers={**JPEG, **bob.keys["all"]})
        assert_problem(stranger, 404, f"{missing}_not_found")
        colleague = await closed_client.put(path, content=large, headers={**JPEG, **ada.keys["sell"]})
        assert_problem(colleague, 403, "not_permitted")
    good = await closed_client.put(
        f"/events/{ada.event_id}/image", content=GOOD, headers={**JPEG, **ada.keys["manage"]}
    )
    assert good.status_code == 200


async def test_nothing_is_put_where_nothing_is(client: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE"):
        body: Any = {"content": GOOD, "headers": JPEG} if method == "PUT" else {}
        assert_problem(await client.request(method, f"/events/{NOBODY}/image", **body), 404, "event_not_found")
        assert_problem(await client.request(method, "/events/x/image", **body), 404, "event_not_found")
        no_organizer = await client.request(method, f"/organizers/{NOBODY}/logo", **body)
        assert_problem(no_organizer, 404, "organizer_not_found")


async def test_a_picture_that_is_taken_away_is_shown_no_more(client: httpx.AsyncClient, event: Json) -> None:
    before = (await put(client, event)).json()
    gone = await client.delete(f"/events/{event['id']}/image")
    assert (gone.status_code, gone.json()) == (200, await details(client, event["id"]))
    assert (gone.json()["image"], gone.json()["version"]) == (None, before["version"] + 1)
    again = await client.delete(f"/events/{event['id']}/image")
    assert again.json() == gone.json()
    assert_problem(
        await client.request("DELETE", f"/events/{event['id']}/image", content=b"x"), 422, "validation_failed"
    )


async def test_what_is_over_gets_no_picture_but_can_lose_its_own(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    await put(client, event)
    set_state(conninfo, event["id"], "cancelled")
    assert_problem(await put(client, event, OTHER), 409, "event_not_changeable")
    assert (await client.delete(f"/events/{event['id']}/image")).json()["image"] is None
    set_state(conninfo, event["id"], "published")
    let_begin(conninfo, event["id"])
    assert_problem(await put(client, event), 409, "event_not_changeable")


async def test_a_key_stands_for_one_picture(client: httpx.AsyncClient, event: Json) -> None:
    key = {"idempotency-key": "k"}
    answers = await asyncio.gather(*(put(client, event, headers=key) for _ in range(4)))
    assert len({(one.status_code, one.content) for one in answers}) == 1
    assert sum("idempotency-replayed" not in one.headers for one in answers) == 1
    assert_problem(await put(client, event, OTHER, key), 422, "idempotency_key_reused")
    await client.delete(f"/events/{event['id']}/image")
    replayed = await put(client, event, headers=key)
    assert replayed.content == answers[0].content
    assert (await details(client, event["id"]))["image"] is None, "the answer is told again, nothing is done again"
    logo = "/organizers/00000000-0000-7000-8000-000000000001/logo"
    twice = [await client.put(logo, content=GOOD, headers={**JPEG, **key}) for _ in range(2)]
    assert [one.headers.get("idempotency-replayed") for one in twice] == [None, "true"]
    assert twice[0].content == twice[1].content


async def test_copies_and_series_have_the_picture_and_what_it_shows(client: httpx.AsyncClient, event: Json) -> None:
    await patch(client, event["id"], image_alt="Three people play")
    shown = (await put(client, event)).json()
    copy = (await client.post(f"/events/{event['id']}/copies", json={"date": "2041-06-01T20:00:00Z"})).json()
    series = await client.post(f"/events/{event['id']}/series", json={"rule": "FREQ=DAILY;COUNT=3"})
    events = (await client.get(series.headers["location"])).json()
    assert len(events) == 3
    for one in [copy, *[await details(client, one["id"]) for one in events]]:
        assert (one["image"], one["image_alt"]) == (shown["image"], "Three people play")


async def test_what_a_picture_shows_is_one_line(client: httpx.AsyncClient, event: Json) -> None:
    assert (await patch(client, event["id"], image_alt="  A band  ")).json()["image_alt"] == "A band"
    assert (await patch(client, event["id"], image_alt="")).json()["image_alt"] == ""
    wrongs: list[object] = ["x" * 301, "a\nb", "a\0", None, 7, []]
    for wrong in wrongs:
        assert_problem(await patch(client, event["id"], image_alt=wrong), 422, "validation_failed", "image_alt")


async def test_an_organizer_shows_the_logo_that_was_put_there(client: httpx.AsyncClient) -> None:
    made = (await client.post("/organizers", json={"name": "Ada"})).json()
    assert (made["logo"], made["logo_url"]) == (None, None)
    path = f"/organizers/{made['id']}"
    sent = written(poster(600, 300).convert("RGBA").rotate(10), "PNG")
    answer = await client.put(f"{path}/logo", content=sent, headers=PNG)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown == (await client.get(path)).json()
    assert [one["width"] for one in shown["logo"]["sizes"]] == [120, 240, 480]
    found = await client.get(shown["logo_url"])
    assert read(found.content).mode == "RGBA"
    renamed = await client.patch(path, json={"name": "Ada's"})
    assert renamed.json()["logo"] == shown["logo"]
    gone = await client.delete(f"{path}/logo")
    assert (gone.status_code, gone.json()) == (200, {**shown, "name": "Ada's", "logo": None, "logo_url": None})
    assert (await client.delete(f"{path}/logo")).json() == gone.json()


async def test_two_organizers_with_the_same_picture_do_not_find_out(client: httpx.AsyncClient, conninfo: str) -> None:
    urls = set()
    for name in ("Ada", "Bob"):
        made = (await client.post("/organizers", json={"name": name})).json()
        answer = await client.put(f"/organizers/{made['id']}/logo", content=GOOD, headers=JPEG)
        urls.add(answer.json()["logo_url"])
    assert len(urls) == len(rows(conninfo, "SELECT id FROM images")) == 2


async def test_the_audit_log_and_the_notices_tell_of_a_picture(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    shown = (await put(client, event)).json()
    told = await last(client, "PUT /events/{event_id}/image")
    assert (told["before"]["image"], told["after"]["image"]) == (None, shown["image"])
    notices = rows(conninfo, "SELECT details FROM notices WHERE kind = 'event.changed'")
    assert [one["details"] for one in notices] == [{"fields": ["image"]}]


async def test_a_picture_that_nothing_shows_is_deleted_after_a_day(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    urls = [(await put(client, event, sent)).json()["image_url"] for sent in (GOOD, OTHER)]
    async with running_deps(conninfo) as deps:
        assert await image.delete_unused(deps) == 0
        assert [(await client.get(url)).status_code for url in urls] == [200, 200]
        run(conninfo, "UPDATE images SET unused_since = unused_since - interval '25 hours'")
        assert await image.delete_unused(deps) == 1
    assert [(await client.get(url)).status_code for url in urls] == [404, 200]


async def test_selling_goes_on_while_pictures_are_encoded(client: httpx.AsyncClient, event: Json) -> None:
    sent = written(poster(4_000, 3_000), "PNG")
    uploads = [asyncio.create_task(put(client, event, sent + bytes([n]))) for n in range(3)]
    booked = 0
    while not all(one.done() for one in uploads):
        answer = await client.post("/bookings", json={"event_id": event["id"], "num_seats": 1})
        booked += answer.status_code == 201
        await asyncio.sleep(0.01)
    assert {one.result().status_code for one in uploads} == {200}
    assert booked == 12, "all places were sold meanwhile"


async def test_who_comes_when_too_many_pictures_wait_is_told_so(client: httpx.AsyncClient, event: Json) -> None:
    answers = await asyncio.gather(*(put(client, event) for _ in range(14)))
    assert {one.status_code for one in answers} == {200, 503}
    for one in answers:
        if one.status_code == 503:
            assert_problem(one, 503, "busy")
