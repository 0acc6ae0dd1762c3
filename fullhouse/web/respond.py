"""Answers as the framework's responses."""

from fastapi import Response

from fullhouse.web.http import Answer


def response_of(answer: Answer) -> Response:
    """The same answer, for the framework to send."""
    response = Response(answer.body, answer.status)
    response.raw_headers.extend(answer.headers)
    return response
