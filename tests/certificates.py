"""Certificates and keys as Apple and Google would give them, made here, for nobody but the tests."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

PASS_TYPE = "pass.example.tickets"
TEAM = "TEAM123456"
ISSUER = "3388000000012345678"
ACCOUNT = "tickets@example.iam.gserviceaccount.com"


class AppleFiles(NamedTuple):
    """What an operator gets from Apple, as PEM files."""

    certificate: Path
    key: Path
    between: Path

    def settings(self) -> dict[str, object]:
        """The settings that name them."""
        return {
            "apple_pass_certificate": self.certificate,
            "apple_pass_key": self.key,
            "apple_wwdr_certificate": self.between,
        }


class GoogleFile(NamedTuple):
    """The key file of a service account, and its public part as a PEM text."""

    path: Path
    public_key: str

    def settings(self) -> dict[str, object]:
        """The settings that name it."""
        return {"google_wallet_issuer": ISSUER, "google_wallet_key": self.path}


def new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem_of(key: RSAPrivateKey, password: str | None = None) -> bytes:
    how = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def certificate(names: dict[x509.ObjectIdentifier, str], key: RSAPrivateKey, by: RSAPrivateKey, issuer: str) -> bytes:
    """A certificate for a key, signed by another one's."""
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names.items()])
    is_root = key is by
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .sign(by, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def apple_files(folder: Path, password: str | None = None) -> AppleFiles:
    """Write what Apple would give."""
    root, own = new_key(), new_key()
    names = {NameOID.USER_ID: PASS_TYPE, NameOID.COMMON_NAME: "Pass", NameOID.ORGANIZATIONAL_UNIT_NAME: TEAM}
    files = AppleFiles(folder / "pass.pem", folder / "key.pem", folder / "wwdr.pem")
    files.certificate.write_bytes(certificate(names, own, root, "Relations"))
    files.key.write_bytes(pem_of(own, password))
    files.between.write_bytes(certificate({NameOID.COMMON_NAME: "Relations"}, root, root, "Relations"))
    return files


def google_file(folder: Path) -> GoogleFile:
    """Write what Google would give."""
    key = new_key()
    path = folder / "account.json"
    path.write_text(json.dumps({"client_email": ACCOUNT, "private_key": pem_of(key).decode()}))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return GoogleFile(path, public.decode())
