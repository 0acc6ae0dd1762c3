"""Passes for Apple Wallet: a ZIP of what is shown, its digests, and a detached signature over these (PKCS #7)."""

import io
import json
import zipfile
from hashlib import sha1, sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from fullhouse.printing.doors import doors
from fullhouse.printing.look import colours
from fullhouse.printing.pass_picture import icon
from fullhouse.printing.ticket import WORDS
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, PrintedEvent, PrintedTicket
from fullhouse.rules.reference import reference_of
from fullhouse.rules.time_zone import on_clocks

MEDIA_TYPE = "application/vnd.apple.pkpass"
_MADE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the ZIP, which says nothing."""

_ICON_SIDES = {"icon.png": 29, "icon@2x.png": 58, "icon@3x.png": 87}


class PassSigner(NamedTuple):
    """What passes are signed with: a certificate of Apple's for a pass type, its key, and Apple's own in between."""

    certificate: x509.Certificate
    key: RSAPrivateKey
    between: x509.Certificate
    pass_type: str
    team: str


def signer_of(certificate: bytes, key: bytes, password: str | None, between: bytes) -> PassSigner:
    """Read PEM files. Apple's certificate says itself which pass type and which team it is for.

    Raises ValueError, with what is wrong.
    """
    certified = x509.load_pem_x509_certificate(certificate)
    try:
        private = load_pem_private_key(key, None if password is None else password.encode())
    except TypeError as error:
        raise ValueError(str(error)) from error
    if not isinstance(private, RSAPrivateKey) or private.public_key() != certified.public_key():
        raise ValueError("the key is not that of the certificate")
    return PassSigner(
        certified,
        private,
        x509.load_pem_x509_certificate(between),
        _of_subject(certified, NameOID.USER_ID),
        _of_subject(certified, NameOID.ORGANIZATIONAL_UNIT_NAME),
    )


def _of_subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    if not found:
        raise ValueError("the certificate is not one for passes: it names no pass type or no team")
    return str(found[0].value)


def pass_of(
    event: PrintedEvent, one: PrintedTicket, code: str, signer: PassSigner, language: Language, look: Look = PLAIN
) -> bytes:
    """The pass of a ticket with its signed code."""
    said = json.dumps(_said(event, one, code, signer, language, look), ensure_ascii=False, sort_keys=True)
    colour, letters = colours(look.colour)
    files = {"pass.json": said.encode()}
    files |= {name: icon(side, colour, letters) for name, side in _ICON_SIDES.items()}
    # The format asks for SHA-1 here; what is signed is the list of digests, with SHA-256.
    digests = {name: sha1(content, usedforsecurity=False).hexdigest() for name, content in files.items()}
    manifest = json.dumps(digests, sort_keys=True).encode()
    return _zip({**files, "manifest.json": manifest, "signature": _signature(manifest, signer)})


def _signature(manifest: bytes, signer: PassSigner) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(manifest).add_signer(signer.certificate, signer.key, SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    return builder.add_certificate(signer.between).sign(Encoding.DER, options)


def _zip(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _said(
    event: PrintedEvent, one: PrintedTicket, code: str, signer: PassSigner, language: Language, look: Look
) -> dict[str, Any]:
    words = WORDS[language]
    colour, letters = colours(look.colour)
    reference = reference_of(event.id, one.ticket.booking_number)
    starts_at = on_clocks(event.starts_at, ZoneInfo(event.time_zone))
    return {
        "formatVersion": 1,
        "passTypeIdentifier": signer.pass_type,
        "teamIdentifier": signer.team,
        # A transferred ticket has another code, so its pass is another one, too. It tells nobody the code.
        "serialNumber": sha256(code.encode()).hexdigest()[:32],
        "organizationName": event.organizer_name,
        "logoText": event.organizer_name,
        "description": words["title"].format(reference=reference, event=event.name),
        "groupingIdentifier": event.id,
        "relevantDate": starts_at.isoformat(timespec="seconds"),
        "backgroundColor": _rgb(colour),
        "foregroundColor": _rgb(letters),
        "labelColor": _rgb(letters),
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": code,
                "messageEncoding": "iso-8859-1",
                "altText": f"{reference} · {one.ticket.number}",
            }
        ],
        "eventTicket": _fields(event, one, starts_at.isoformat(timespec="minutes"), language),
    }


def _fields(event: PrintedEvent, one: PrintedTicket, starts_at: str, language: Language) -> dict[str, Any]:
    words = WORDS[language]
    doors_at = "" if event.doors_at is None else doors(event, event.doors_at, language)
    date = {"dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleShort", "ignoresTimeZone": True}
    return {
        "headerFields": [{"key": "date", "label": "", "value": starts_at, **date}],
        "primaryFields": [_field("event", "", event.name)],
        "secondaryFields": _present(
            _field("venue", words["venue"], event.venue), _field("doors", words["doors"], doors_at)
        ),
        "auxiliaryFields": _present(
            _field("holder", words["holder"], one.ticket.holder_name or ""),
            _field("type", words["type"], one.type_name),
        ),
        "backFields": _present(
            _field("show", "", words["show"]),
            _field("keep", "", words["keep"]),
            _field("ask", "", words["ask"].format(address=event.reply_to) if event.reply_to else ""),
        ),
    }


def _field(key: str, label: str, value: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value}


def _present(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    return [field for field in fields if field["value"]]


def _rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[n : n + 2], 16) for n in (1, 3, 5)))
