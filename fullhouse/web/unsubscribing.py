"""Unsubscribing as a person sees it: a page with one button, and a page that says it is done. No script is needed."""

import html
import json

from fastapi import Response
from fastapi.responses import HTMLResponse

from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.call import Call
from fullhouse.web.http import Answer
from fullhouse.web.respond import response_of

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<body style="font-family: sans-serif; max-width: 36em; margin: 3em auto; padding: 0 1em">
<h1>{title}</h1>{rest}
</body></html>
"""
BUTTON = """<p>Messages and reminders stop; mails about your bookings go on.</p>
<form method="post"><button>Stop</button></form>"""


def ask(token: str) -> Response:
    """The page that the link in a mail opens. Opening it changes nothing: programs open links, too."""
    if uuid_or_none(token) is None:
        raise MailNotFound("This link leads nowhere any more.")
    return HTMLResponse(PAGE.format(title="No more messages?", rest=BUTTON))


def page_of(call: Call, answer: Answer) -> Response:
    """The answer, as a page if a browser asks."""
    if b"text/html" not in call.headers.get(b"accept", b""):
        return response_of(answer)
    name = html.escape(json.loads(answer.body)["organizer_name"])
    return HTMLResponse(PAGE.format(title="Done", rest=f"<p>{name} sends you no more messages.</p>"))
