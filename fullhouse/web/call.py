"""One call of the API, as the front door hands it on: headers once, body read, caller known."""

from typing import NamedTuple

from fullhouse.web.auth import Caller
from fullhouse.web.http import Headers


class Call(NamedTuple):
    """What the API's functions need of a request."""

    headers: Headers
    body: bytes
    caller: Caller
    address: str = ""
    """Where the call comes from, as far as that can be known."""
