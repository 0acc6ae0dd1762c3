"""The mail server as it is and as it should not be: connections are shared, and each fault is told for what it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fullhouse.outside.mail import MailDelayed, Mailer, MailRefused, MailServer, MailServerDown
from fullhouse.rules.mail import Letter
from tests.post_office import PostOffice, open_post_office

CONTENT = b"Subject: Hello\r\n\r\nHello\r\n"


@asynccontextmanager
async def sending_to(post_office: PostOffice, **changes: Any) -> AsyncIterator[Mailer]:
    mailer = Mailer(MailServer("127.0.0.1", post_office.port, None, None, "none", 3, 2)._replace(**changes))
    try:
        yield mailer
    finally:
        await mailer.close()


def letter(to: str, sender: str = "tickets@example.org", content: bytes = CONTENT) -> Letter:
    return Letter(sender, to, content, needs_utf8=not to.isascii())


async def test_many_mails_share_a_connection(post_office: PostOffice) -> None:
    async with sending_to(post_office) as mailer:
        for n in range(5):
            await mailer.send(letter(f"b{n}@example.org"))
        assert len(mailer._idle) == 1
    assert len(post_office.mails()) == 5
    assert mailer._idle == []


async def test_a_refused_mail_leaves_the_connection_good_for_the_next(post_office: PostOffice) -> None:
    async with sending_to(post_office) as mailer:
        with pytest.raises(MailRefused, match="550"):
            await mailer.send(letter("refused@example.org"))
        with pytest.raises(MailDelayed, match="451"):
            await mailer.send(letter("later@example.org"))
        with pytest.raises(MailServerDown, match="421"):
            await mailer.send(letter("gone@example.org"))
        await mailer.send(letter("ann@example.org"))
    assert len(post_office.mails()) == 1


async def test_a_connection_that_was_closed_meanwhile_is_made_again(tmp_path: Path) -> None:
    with open_post_office(folder=tmp_path) as post_office:
        async with sending_to(post_office) as mailer:
            await mailer.send(letter("ann@example.org"))
            first = mailer._idle.pop()
            first.close()
            mailer._idle.append(first)
            await mailer.send(letter("bob@example.org"))
    assert len(post_office.mails()) == 2


async def test_an_address_in_another_script_arrives(post_office: PostOffice) -> None:
    async with sending_to(post_office) as mailer:
        await mailer.send(letter("jürgen@example.org"))
    assert len(post_office.mails()) == 1


@pytest.mark.parametrize("to", ["ann@example.org\r\nRCPT TO:<eve@example.org>", "ann", "", "a b@example.org"])
async def test_what_is_no_address_reaches_nobody_else(post_office: PostOffice, to: str) -> None:
    async with sending_to(post_office) as mailer:
        try:
            await mailer.send(letter(to))
        except MailRefused:
            assert post_office.mails() == []
        await mailer.send(letter("bob@example.org"))
    assert len(post_office.mails()) <= 2


@pytest.mark.parametrize(
    "changes",
    [
        {"port": 1},
        {"host": "nowhere.invalid"},
        {"tls": "starttls"},
        {"tls": "tls"},
        {"user": "ann", "password": "secret"},
    ],
)
async def test_a_server_that_is_not_as_it_was_said_is_down_and_no_mail_is_at_fault(
    post_office: PostOffice, changes: dict[str, Any]
) -> None:
    async with sending_to(post_office, seconds_max=2, **changes) as mailer:
        with pytest.raises(MailServerDown, match="can't be reached") as told:
            await mailer.send(letter("ann@example.org"))
    assert "secret" not in str(told.value)


async def test_a_server_that_takes_nothing_from_the_sender_is_down(post_office: PostOffice) -> None:
    async with sending_to(post_office) as mailer:
        with pytest.raises(MailServerDown, match="refuses the sender"):
            await mailer.send(letter("ann@example.org", sender="blocked@example.org"))


async def test_a_mail_that_is_too_large_is_refused_alone(post_office: PostOffice) -> None:
    async with sending_to(post_office) as mailer:
        with pytest.raises(MailRefused, match="552"):
            await mailer.send(letter("ann@example.org", content=CONTENT + b"x\r\n" * 12_000_000))
        await mailer.send(letter("ann@example.org"))
    assert len(post_office.mails()) == 1
