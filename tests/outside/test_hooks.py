"""Requests to webhooks: signed, to checked addresses alone, bounded whatever the receiver does."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks.webhooks import WebhookVerificationError

from fullhouse.outside.hook_connection import Resolve
from fullhouse.outside.hooks import BODY_BYTES_MAX, HEADER_LENGTH_MAX, HEADERS_MAX, Hooks, resolved
from fullhouse.rules.webhook import Answer, secret_of
from fullhouse.rules.webhook_address import Guard
from tests import receiver as receivers
from tests.receiver import Got, Receiver, receiving

INNER = Guard(http_allowed=True, private_allowed=True, ports=None)
STRICT = Guard(http_allowed=True, private_allowed=False, ports=None)
SECRET, OTHER = secret_of(bytes(32)), secret_of(bytes(range(32)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@asynccontextmanager
async def sending(
    guard: Guard = INNER, resolve: Resolve | None = None, ssl_context: ssl.SSLContext | None = None
) -> AsyncIterator[Hooks]:
    hooks = Hooks(guard, seconds_max=1, resolve=resolve, ssl_context=ssl_context)
    try:
        yield hooks
    finally:
        await hooks.close()


async def send(hooks: Hooks, url: str, body: str = '{"a": 1}', secrets: Sequence[str] = (SECRET,)) -> Answer:
    return await hooks.send(url, "d1", body, secrets, datetime.now(UTC))


async def ask(url: str) -> Answer:
    async with sending() as hooks:
        return await send(hooks, url)


async def test_a_receiver_finds_the_signature_good_and_a_changed_body_bad(receiver: Receiver) -> None:
    answer = await ask(receiver.url("/hook?a=b"))
    assert (answer.status, answer.error) == (200, None)
    (got,) = receiver.got
    assert got.target == "/hook?a=b"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.id == "d1"
    assert got.verified(SECRET) == {"a": 1}
    assert answer.request_headers["webhook-signature"] == got.headers["webhook-signature"]
    for wrong in (got._replace(body='{"a": 2}'), got._replace(headers={**got.headers, "webhook-id": "d2"})):
        with pytest.raises(WebhookVerificationError):
            wrong.verified(SECRET)
    with pytest.raises(WebhookVerificationError):
        got.verified(OTHER)


async def test_with_two_secrets_either_finds_its_signature(receiver: Receiver) -> None:
    async with sending() as hooks:
        await send(hooks, receiver.url(), secrets=[SECRET, OTHER])
    assert receiver.got[0].verified(SECRET) == receiver.got[0].verified(OTHER) == {"a": 1}


async def test_what_is_sent_is_written_in_utf_8(receiver: Receiver) -> None:
    async with sending() as hooks:
        await send(hooks, receiver.url(), '{"a": "Zoë — 🎟"}')
    assert receiver.got[0].verified(SECRET) == {"a": "Zoë — 🎟"}


async def test_a_connection_is_kept_for_the_next_request(receiver: Receiver) -> None:
    async with sending() as hooks:
        for _ in range(5):
            assert (await send(hooks, receiver.url())).status == 200
    assert (len(receiver.got), receiver.connections) == (5, 1)


@pytest.mark.parametrize("code", [201, 301, 302, 307, 308, 404, 410, 500])
async def test_the_status_is_told_and_a_redirect_never_followed(receiver: Receiver, code: int) -> None:
    async with receiving() as elsewhere:
        receiver.answering = receivers.status(code, f"location: {elsewhere.url()}", body="words")
        answer = await ask(receiver.url())
        assert (answer.status, answer.body, answer.error) == (code, "words", None)
        assert answer.headers is not None
        assert answer.headers["location"] == elsewhere.url()
        assert elsewhere.connections == 0


async def test_a_receiver_that_hangs_is_left_after_the_time_limit(receiver: Receiver) -> None:
    for answering in (receivers.hang, receivers.drip):
        receiver.answering = answering
        started = time.monotonic()
        answer = await ask(receiver.url())
        assert (answer.status, answer.error) == (None, "no answer within 1 seconds")
        assert 0.9 < time.monotonic() - started < 10


async def test_a_body_that_drips_is_left_and_the_status_counts(receiver: Receiver) -> None:
    receiver.answering = receivers.drip_body
    started = time.monotonic()
    answer = await ask(receiver.url())
    assert (answer.status, answer.error) == (200, None)
    assert time.monotonic() - started < 10


async def test_of_gigabytes_only_the_beginning_is_read(receiver: Receiver) -> None:
    async def gush(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\n")
        for _count in range(5_000):
            writer.write(b"x" * 1_000_000)
            receiver.written += 1
            await writer.drain()

    receiver.answering = gush
    answer = await ask(receiver.url())
    assert (answer.status, answer.body) == (200, "x" * BODY_BYTES_MAX)
    await asyncio.sleep(0.1)
    assert receiver.written < 50


async def test_headers_without_end_are_an_error(receiver: Receiver) -> None:
    async def gush(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-more: " + b"x" * 10_000 + b"\r\n")
            await writer.drain()

    receiver.answering = gush
    answer = await ask(receiver.url())
    assert answer.status is None
    assert answer.error is not None


async def test_of_an_answer_only_so_much_is_kept_as_postgresql_can_hold(receiver: Receiver) -> None:
    async def odd(_: Got, writer: asyncio.StreamWriter) -> None:
        many = "".join(f"x-{n}: {'v' * 600}\r\n" for n in range(60))
        writer.write(f"HTTP/1.1 500 No\r\ncontent-length: 4\r\n{many}\r\n".encode() + b"a\x00\xffz")

    receiver.answering = odd
    answer = await ask(receiver.url())
    assert answer.headers is not None
    assert len(answer.headers) == HEADERS_MAX
    assert max(len(value) for value in answer.headers.values()) == HEADER_LENGTH_MAX
    assert answer.body == "a��z"


async def test_a_packed_body_is_not_unpacked(receiver: Receiver) -> None:
    receiver.answering = receivers.status(200, "content-encoding: gzip", body="no gzip at all")
    answer = await ask(receiver.url())
    assert (answer.status, answer.body) == (200, "no gzip at all")
    assert receiver.got[0].headers["accept-encoding"] == "identity"


async def test_nonsense_and_silence_are_errors(receiver: Receiver) -> None:
    async def nonsense(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async def hang_up(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    for answering in (nonsense, hang_up):
        receiver.answering = answering
        answer = await ask(receiver.url())
        assert answer.status is None
        assert answer.error is not None


async def test_nobody_there_is_an_error() -> None:
    async with receiving() as gone:
        url = gone.url()
    answer = await ask(url)
    assert answer.error is not None
    assert answer.error.startswith("ConnectionRefusedError")


@pytest.mark.parametrize(
    ("value", "asked"),
    [("120", timedelta(minutes=2)), ("0", timedelta()), ("soon", None), ("-5", None), ("9" * 30, None), ("²", None)],
)
async def test_retry_after_is_read_if_it_is_in_seconds(receiver: Receiver, value: str, asked: timedelta | None) -> None:
    async def later(_: Got, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 503 Later\r\ncontent-length: 0\r\nretry-after: {value}\r\n\r\n"
        writer.write(head.encode("latin-1"))

    receiver.answering = later
    assert (await ask(receiver.url())).retry_after == asked


# ------------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001"])
async def test_an_inner_address_is_refused_however_it_is_written(receiver: Receiver, host: str) -> None:
    async with sending(STRICT) as hooks:
        answer = await send(hooks, receiver.url(host=host))
    assert answer.status is None
    assert answer.error is not None
    assert receiver.connections == 0


async def test_a_name_for_an_inner_address_is_refused_after_it_is_resolved(receiver: Receiver) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with sending(STRICT, resolve) as hooks:
        answer = await send(hooks, receiver.url(host="good.example"))
    assert answer.error == "the host can't be found, or must not be connected to"
    assert receiver.connections == 0


async def test_a_name_that_changes_its_mind_gains_nothing(receiver: Receiver) -> None:
    # 127.0.0.1 stands for a service that must not be reached, 127.0.0.2 (nobody there) for the good address that was
    # looked at: whoever looks the name up a second time reaches the first.
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    async with sending(INNER, resolve) as hooks:
        answer = await send(hooks, receiver.url(host="rebinding.example"))
        assert answer.status is None
        assert asked == ["rebinding.example"]
        assert receiver.connections == 0
        # The next request asks anew, and reaches what is there then: so the receiver could have been reached.
        assert (await send(hooks, receiver.url(host="rebinding.example"))).status == 200


async def test_a_name_that_turns_inner_is_refused_at_the_next_connection(receiver: Receiver) -> None:
    public = "203.0.114.7"
    answers = iter([[public], ["127.0.0.1"], [public, "127.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]])

    async def resolve(host: str, port: int) -> list[str]:
        return next(answers)

    async with sending(STRICT, resolve) as hooks:
        first = await send(hooks, receiver.url(host="rebinding.example"))
        assert first.error != "the host can't be found, or must not be connected to"
        for _ in range(4):
            answer = await send(hooks, receiver.url(host="rebinding.example"))
            assert answer.error == "the host can't be found, or must not be connected to"
    assert receiver.connections == 0


async def test_of_several_good_addresses_the_first_that_answers_is_taken(receiver: Receiver) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with sending(INNER, resolve) as hooks:
        answer = await send(hooks, receiver.url(host="good.example"))
    assert answer.status == 200
    assert receiver.got[0].headers["host"] == f"good.example:{receiver.port}"


async def test_a_name_that_stands_for_nothing_is_refused() -> None:
    assert await resolved("nothing.invalid", 443) == []
    assert await resolved("a" * 70 + ".example", 443) == []
    assert await resolved("127.0.0.1", 443) == ["127.0.0.1"]


async def test_a_name_server_that_hangs_is_left_after_the_time_limit() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with sending(INNER, resolve) as hooks:
        answer = await send(hooks, "https://slow.example/")
    assert answer.error == "no answer within 1 seconds"


async def test_a_url_that_is_not_allowed_any_more_is_not_asked(receiver: Receiver) -> None:
    async with sending(Guard(http_allowed=False, private_allowed=True, ports=None)) as hooks:
        answer = await send(hooks, receiver.url())
    assert answer.error == "url: must begin with https://."
    assert receiver.connections == 0


async def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url("/"))
        assert (await ask(receiver.url())).status == 200
        assert proxy.connections == 0


# ------------------------------------------------------------------------------------------------------------ TLS


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with a certificate for a name, and a client that trusts whoever signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + pem
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_the_certificate_has_to_be_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    server, client = certified(tmp_path, "hooks.example")
    names: list[str | None] = []
    server.sni_callback = lambda _, name, __: names.append(name)
    async with receiving(server) as receiver, sending(INNER, here, client) as hooks:
        good = await send(hooks, receiver.url(host="hooks.example", scheme="https"))
        assert (good.status, good.error) == (200, None)
        assert names == ["hooks.example"]
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
        wrong = await send(hooks, receiver.url(host="other.example", scheme="https"))
        assert wrong.status is None
        assert wrong.error is not None
        assert "certificate" in wrong.error
        assert len(receiver.got) == 1


async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    server, _ = certified(tmp_path, "hooks.example")
    async with receiving(server) as receiver, sending(INNER, here) as hooks:
        answer = await send(hooks, receiver.url(host="hooks.example", scheme="https"))
        assert answer.error is not None
        assert "certificate" in answer.error
        assert receiver.got == []


async def test_https_to_who_speaks_only_http_is_an_error(receiver: Receiver) -> None:
    async with sending(INNER, here) as hooks:
        answer = await send(hooks, receiver.url(host="hooks.example", scheme="https"))
    assert answer.status is None
    assert answer.error is not None
