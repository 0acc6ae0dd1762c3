"""A real mail server in a process of its own, and how tests start it and read what has arrived.

What it does depends on who a mail is to: `refused@` is refused for good, `later@` for now, `slow@` makes it wait; mails
to others are written to a folder, one file each, as the server took them.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

START_SECONDS_MAX = 30


class PostOffice(NamedTuple):
    """A running mail server."""

    port: int
    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What a process needs to send its mails here."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_tls": "none",
            "smtp_seconds_max": 3,
            "mail_sender": "tickets@example.org",
        }

    def mails(self) -> list[EmailMessage]:
        """What has arrived, in order."""
        return [message_from_bytes(one, policy=policy.default) for one in self.contents()]

    def contents(self) -> list[bytes]:
        """The same as bytes."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]


class Handler:
    """What the server does with a mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_RCPT(  # noqa: N802 - the name that the library calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0]
        if name == "refused":
            return "550 5.1.1 no such mailbox"
        if name == "later":
            return "451 4.3.0 not now"
        if name == "gone":
            return "421 4.3.2 closing"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(  # noqa: N802 - the name that the library calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("blocked"):
            return "550 5.7.1 not from you"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if envelope.rcpt_tos[0].startswith("slow"):
            await asyncio.sleep(30)
        self._count += 1
        written = self._folder / f"{self._count:06}.part"
        content = envelope.content or b""
        written.write_bytes(content if isinstance(content, bytes) else content.encode())
        written.rename(written.with_suffix(".eml"))
        return "250 OK"


@contextmanager
def open_post_office(*, folder: Path | None = None, port: int = 0) -> Iterator[PostOffice]:
    """A mail server on loopback."""
    with tempfile.TemporaryDirectory(prefix="fullhouse-post-") as made:
        chosen = folder or Path(made)
        with subprocess.Popen(
            [sys.executable, "-m", "tests.post_office", str(chosen), str(port)], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                yield PostOffice(int(process.stdout.readline()), chosen)
            finally:
                process.kill()


def wait_for(office: PostOffice, count: int, seconds_max: float = START_SECONDS_MAX) -> list[EmailMessage]:
    """Wait until so many mails have arrived."""
    deadline = time.monotonic() + seconds_max
    while len(office.contents()) < count:
        assert time.monotonic() < deadline, f"{len(office.contents())} of {count} mails have arrived"
        time.sleep(0.02)
    return office.mails()


async def serve(folder: Path, port: int) -> None:
    """Take mails until killed; say on which port."""
    loop = asyncio.get_running_loop()
    handler = Handler(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="post.example.org", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how it tells its port
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
