"""Style sheets, scripts and pictures: their content's hash stands in their address, so they are kept for ever."""

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(str(resources.files("fullhouse.web").joinpath("static")))
HASH_DIGITS = 12
IMMUTABLE = "public, max-age=31536000, immutable"
_HASHED = re.compile(rf"(.+)\.([0-9a-f]{{{HASH_DIGITS}}})(\.\w+)")


class _File(NamedTuple):
    content: bytes
    zipped: bytes
    digest: str


@cache
def _file(name: str) -> _File:
    content = FOLDER.joinpath(name).read_bytes()
    return _File(content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:HASH_DIGITS])


def static(name: str) -> str:
    """The address of a static file, `style.css` for instance; with other content it is another."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{_file(name).digest}.{ending}"


class HashedFiles(StaticFiles):
    """Static files, also by the addresses that `static` gives."""

    def __init__(self) -> None:
        super().__init__(directory=str(FOLDER))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer from memory, compressed before, what is asked for by its hash, and all else as it always was."""
        found = _HASHED.fullmatch(path)
        name = f"{found[1]}{found[3]}" if found else ""
        # Only what lies there under this very name: the path comes from outside.
        if found and self.lookup_path(name)[1] is not None and _file(name).digest == found[2]:
            response = _kept(name, Headers(scope=scope))
        else:
            response = await super().get_response(path, scope)
        response.headers["x-content-type-options"] = "nosniff"
        return response


def _kept(name: str, headers: Headers) -> Response:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    sent = {"cache-control": IMMUTABLE, "vary": "Accept-Encoding"}
    if "gzip" in headers.get("accept-encoding", ""):
        return Response(_file(name).zipped, media_type=kind, headers={**sent, "content-encoding": "gzip"})
    return Response(_file(name).content, media_type=kind, headers=sent)
