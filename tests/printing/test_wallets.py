"""Passes for the wallets of phones, checked as those who take them would."""

import io
import json
import subprocess
import zipfile
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import RSAKey
from PIL import Image

from fullhouse.printing.apple_pass import PassSigner, pass_of, signer_of
from fullhouse.printing.google_wallet import SAVE, TOKEN_LENGTH_MAX, issuer_of, link_of
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, PrintedEvent, PrintedTicket
from fullhouse.rules.ticket_code import signed_code
from tests.certificates import (
    ACCOUNT,
    ISSUER,
    PASS_TYPE,
    TEAM,
    AppleFiles,
    GoogleFile,
    apple_files,
    certificate,
    google_file,
    new_key,
    pem_of,
)
from tests.printing.tickets import EVENT, KEY, ticket

NOW = datetime(2030, 1, 2, tzinfo=UTC)
CODE = signed_code(ticket().ticket, KEY)


@pytest.fixture(scope="module")
def apple(tmp_path_factory: pytest.TempPathFactory) -> AppleFiles:
    """Files as of Apple."""
    return apple_files(tmp_path_factory.mktemp("apple"))


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> GoogleFile:
    """A file as of Google."""
    return google_file(tmp_path_factory.mktemp("google"))


def read_signer(files: AppleFiles, password: str | None = None) -> PassSigner:
    return signer_of(files.certificate.read_bytes(), files.key.read_bytes(), password, files.between.read_bytes())


def opened(written: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made(
    files: AppleFiles,
    event: PrintedEvent = EVENT,
    one: PrintedTicket | None = None,
    language: Language = "en",
    look: Look = PLAIN,
) -> bytes:
    one = one or ticket()
    return pass_of(event, one, signed_code(one.ticket, KEY), read_signer(files), language, look)


def is_signed(files: dict[str, bytes], root: Path, folder: Path) -> bool:
    """OpenSSL verifies the detached signature of the manifest up to the root."""
    for name in ("manifest.json", "signature"):
        (folder / name).write_bytes(files[name])
    done = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature"),
            *("-content", "manifest.json", "-CAfile", str(root), "-purpose", "any", "-out", "content"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_a_pass_is_signed_so_that_openssl_believes_it(apple: AppleFiles, tmp_path: Path) -> None:
    files = opened(made(apple))
    assert is_signed(files, apple.between, tmp_path)
    assert not is_signed({**files, "manifest.json": files["manifest.json"] + b" "}, apple.between, tmp_path)
    (tmp_path / "other").mkdir()
    other = apple_files(tmp_path / "other")
    assert not is_signed(files, other.between, tmp_path)


def test_the_manifest_has_the_digest_of_every_file(apple: AppleFiles) -> None:
    files = opened(made(apple))
    manifest = json.loads(files["manifest.json"])
    rest = {name: content for name, content in files.items() if name not in {"manifest.json", "signature"}}
    assert manifest == {name: sha1(content, usedforsecurity=False).hexdigest() for name, content in rest.items()}
    assert {"pass.json", "icon.png", "icon@2x.png", "icon@3x.png"} <= set(rest)


def test_a_pass_says_what_its_ticket_is(apple: AppleFiles) -> None:
    said = json.loads(opened(made(apple, language="de"))["pass.json"])
    assert (said["formatVersion"], said["passTypeIdentifier"], said["teamIdentifier"]) == (1, PASS_TYPE, TEAM)
    (barcode,) = said["barcodes"]
    assert (barcode["format"], barcode["message"]) == ("PKBarcodeFormatQR", CODE)
    assert said["relevantDate"] == "2041-05-01T20:00:00+02:00"
    shown = {field["key"]: field["value"] for part in said["eventTicket"].values() for field in part}
    assert shown["event"] == "Night of Music"
    assert (shown["venue"], shown["holder"], shown["type"]) == ("Great hall", "Zoë Quinn", "Adult")
    assert shown["doors"] == "19:00"
    assert said["serialNumber"] not in CODE
    assert CODE not in said["serialNumber"]


def test_the_last_moment_there_is_can_be_in_a_wallet(apple: AppleFiles, google: GoogleFile) -> None:
    last = EVENT._replace(starts_at=datetime(9999, 12, 31, 23, 30, tzinfo=UTC), time_zone="Asia/Tokyo")
    assert json.loads(opened(made(apple, last))["pass.json"])["relevantDate"] == "9999-12-31T23:30:00+00:00"
    (shown,) = claims(google, last)[1]["payload"]["eventTicketClasses"]
    assert shown["dateTime"]["start"] == "9999-12-31T23:30:00+00:00"


def test_what_there_is_not_is_no_field(apple: AppleFiles) -> None:
    bare = EVENT._replace(doors_at=None, reply_to=None)
    said = json.loads(opened(made(apple, bare, ticket(holder=None, type_name="")))["pass.json"])
    keys = {field["key"] for part in said["eventTicket"].values() for field in part}
    assert keys == {"date", "event", "venue", "show", "keep"}


def test_a_transferred_ticket_is_another_pass_and_the_same_one_the_same(apple: AppleFiles) -> None:
    one = ticket()
    other = one._replace(ticket=one.ticket._replace(code="ff" * 16))
    serials = [json.loads(opened(made(apple, one=each))["pass.json"])["serialNumber"] for each in (one, one, other)]
    assert serials[0] == serials[1] != serials[2]


def test_a_pass_has_the_organizers_colours(apple: AppleFiles) -> None:
    files = opened(made(apple, look=Look("#ffd166")))
    said = json.loads(files["pass.json"])
    assert (said["backgroundColor"], said["foregroundColor"]) == ("rgb(255, 209, 102)", "rgb(22, 24, 29)")
    with Image.open(io.BytesIO(files["icon@2x.png"])) as icon:
        assert icon.size == (58, 58)
        assert icon.convert("RGB").getpixel((1, 1)) == (255, 209, 102)


def test_a_key_may_be_encrypted(tmp_path: Path) -> None:
    files = apple_files(tmp_path, "s3cret")
    assert read_signer(files, "s3cret").team == TEAM
    for password in (None, "wrong"):
        with pytest.raises(ValueError, match=r"[Pp]assword"):
            read_signer(files, password)


def test_files_that_do_not_belong_together_are_refused(apple: AppleFiles) -> None:
    own, key, between = (path.read_bytes() for path in apple)
    with pytest.raises(ValueError, match="the key is not that of the certificate"):
        signer_of(own, pem_of(new_key()), None, between)
    with pytest.raises(ValueError, match="the key is not that of the certificate"):
        signer_of(between, key, None, between)
    for wrong in (b"", b"nothing", key):
        with pytest.raises(ValueError, match=r"."):
            signer_of(wrong, key, None, between)


def test_a_certificate_that_is_not_for_passes_is_refused(tmp_path: Path) -> None:
    files = apple_files(tmp_path)
    key = new_key()
    other = certificate({NameOID.COMMON_NAME: "Site"}, key, key, "Site")
    with pytest.raises(ValueError, match="not one for passes"):
        signer_of(other, pem_of(key), None, files.between.read_bytes())


def claims(google: GoogleFile, event: PrintedEvent = EVENT, one: PrintedTicket | None = None) -> tuple[str, Any]:
    one = one or ticket()
    issuer = issuer_of(ISSUER, google.path.read_bytes())
    url = link_of(event, one, signed_code(one.ticket, KEY), issuer, NOW, "en")
    assert url.startswith(SAVE)
    token = url.removeprefix(SAVE)
    return token, jwt.decode(token, RSAKey.import_key(google.public_key), algorithms=["RS256"]).claims


def test_a_link_is_signed_by_the_service_account(google: GoogleFile, tmp_path: Path) -> None:
    token, said = claims(google)
    assert (said["iss"], said["aud"], said["typ"]) == (ACCOUNT, "google", "savetowallet")
    assert said["iat"] == int(NOW.timestamp())
    stranger = google_file(tmp_path)
    with pytest.raises(BadSignatureError):
        jwt.decode(token, RSAKey.import_key(stranger.public_key), algorithms=["RS256"])


def test_a_link_has_the_event_and_the_ticket_in_it(google: GoogleFile) -> None:
    _, said = claims(google)
    (event,), (one,) = said["payload"]["eventTicketClasses"], said["payload"]["eventTicketObjects"]
    assert event["id"] == one["classId"] == f"{ISSUER}.AZahssPUfl-Ka3yNng8aKw"
    assert event["eventName"]["defaultValue"] == {"language": "en", "value": "Night of Music"}
    assert event["dateTime"] == {"doorsOpen": "2041-05-01T19:00:00+02:00", "start": "2041-05-01T20:00:00+02:00"}
    assert (one["barcode"]["type"], one["barcode"]["value"]) == ("QR_CODE", CODE)
    assert (one["ticketHolderName"], one["ticketType"]["defaultValue"]["value"]) == ("Zoë Quinn", "Adult")
    assert one["id"].startswith(f"{ISSUER}.")
    bare = claims(google, EVENT._replace(doors_at=None), ticket(holder=None, type_name=""))[1]
    assert not {"ticketHolderName", "ticketType"} & set(bare["payload"]["eventTicketObjects"][0])


@pytest.mark.parametrize("name", ["x" * 200, "音" * 200, "🎻" * 200])
def test_a_link_is_never_longer_than_browsers_take(google: GoogleFile, name: str) -> None:
    long = EVENT._replace(name=name, venue=name, organizer_name=name)
    token, said = claims(google, long, ticket(holder=name, type_name=name))
    assert len(token) <= TOKEN_LENGTH_MAX
    (one,) = said["payload"]["eventTicketObjects"]
    assert one["barcode"]["value"] == CODE
    assert one["ticketHolderName"].endswith("…")
    assert one["ticketHolderName"][:4] == name[:4]


def test_a_link_tells_all_of_what_fits(google: GoogleFile) -> None:
    short = EVENT._replace(name="Night", venue="Hall", organizer_name="Ann")
    _, said = claims(google, short)
    (event,), (one,) = said["payload"]["eventTicketClasses"], said["payload"]["eventTicketObjects"]
    assert "doorsOpen" in event["dateTime"]
    assert one["hexBackgroundColor"] == "#1d3557"
    assert one["ticketHolderName"] == "Zoë Quinn"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"client_email": "a@b.example"}', b'{"client_email": "a", "private_key": "x"}', b"\xff"],
)
def test_what_is_no_key_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        issuer_of(ISSUER, content)
