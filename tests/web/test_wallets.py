"""Tickets for wallets over HTTP: where certificates are set, and a clear refusal where they are not."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.certificates import ISSUER, apple_files, google_file
from tests.cli.terminal import refused
from tests.web.asking import Json, assert_problem, new_booking, new_event
from tests.web.basket_office import assert_documented
from tests.web.conftest import Served

PATHS = ("apple.pkpass", "google-wallet")


@pytest.fixture
async def booking(client: httpx.AsyncClient, event: Json) -> Json:
    """A booking of three tickets."""
    return await new_booking(client, event["id"], 3)


async def test_without_certificates_no_wallet_is_offered(client: httpx.AsyncClient, booking: Json) -> None:
    for path in PATHS:
        answer = await client.get(f"/bookings/{booking['id']}/tickets/1/{path}")
        await assert_documented(client, answer)
        assert_problem(answer, 404, "wallet_not_offered")


async def test_with_certificates_a_ticket_is_put_into_a_wallet(served: Served, tmp_path: Path) -> None:
    google = google_file(tmp_path)
    settings = {**apple_files(tmp_path).settings(), **google.settings()}
    async with served(**settings) as url, httpx.AsyncClient(base_url=url) as client:
        booking = await new_booking(client, (await new_event(client))["id"], 2)
        at = f"/bookings/{booking['id']}/tickets"
        codes = [one["ticket_code"] for one in (await client.get(at)).json()]
        answer = await client.get(f"{at}/2/apple.pkpass?language=de")
        assert answer.headers["content-type"] == "application/vnd.apple.pkpass"
        assert answer.headers["cache-control"] == "private, no-store"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            said = json.loads(archive.read("pass.json"))
        assert said["barcodes"][0]["message"] == codes[1]
        answer = await client.get(f"{at}/1/google-wallet")
        assert answer.status_code == 303
        token = answer.headers["location"].removeprefix("https://pay.google.com/gp/v/save/")
        claims = jwt.decode(token, RSAKey.import_key(google.public_key), algorithms=["RS256"]).claims
        assert claims["payload"]["eventTicketObjects"][0]["barcode"]["value"] == codes[0]
        for path in PATHS:
            assert_problem(await client.get(f"{at}/3/{path}"), 404, "ticket_not_found")
        await client.patch(f"/bookings/{booking['id']}/cancel")
        for path in PATHS:
            assert_problem(await client.get(f"{at}/1/{path}"), 409, "ticket_not_valid")


def test_files_that_are_missing_or_wrong_stop_the_start_with_one_line(tmp_path: Path, conninfo: str) -> None:
    files = apple_files(tmp_path)
    command = ("key", "list", "--database-url", conninfo)
    assert refused(*command, APPLE_PASS_KEY=str(files.key)).endswith("give all of them, or none.")
    assert "can't be read" in refused(*command, APPLE_PASS_KEY=str(tmp_path / "nowhere.pem"))
    line = refused(
        *command,
        APPLE_PASS_CERTIFICATE=str(files.between),
        APPLE_PASS_KEY=str(files.key),
        APPLE_WWDR_CERTIFICATE=str(files.between),
    )
    assert "the key is not that" in line
    assert refused(*command, GOOGLE_WALLET_ISSUER=ISSUER).endswith("give both of them, or none.")
    line = refused(*command, GOOGLE_WALLET_ISSUER=ISSUER, GOOGLE_WALLET_KEY=str(files.key))
    assert line.startswith("FULLHOUSE_GOOGLE_WALLET_KEY: ")
