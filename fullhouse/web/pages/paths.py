"""Which paths are pages for people; all others are the API, for programs."""

from urllib.parse import urlsplit

from fullhouse.web.http import Headers

CONSOLE = "/console"
SIGN_IN = "/console/sign-in"


def is_page(path: str, headers: Headers) -> bool:
    """Tell whether a path is that of a page. The first one is links in JSON to a program that asks for that."""
    if path == "/":
        return not wants_json(headers)
    return path in {"/shop", CONSOLE} or path.startswith(("/shop/", f"{CONSOLE}/"))


def wants_json(headers: Headers) -> bool:
    """Tell whether JSON is asked for by name. A browser asks for HTML so; a program may take anything."""
    accepted = headers.get(b"accept", b"*/*")
    return b"application/json" in accepted and b"text/html" not in accepted


def is_of_console(path: str) -> bool:
    """Tell whether a page is for organizers."""
    return path == CONSOLE or path.startswith(f"{CONSOLE}/")


def own_path(text: str | None, otherwise: str) -> str:
    """An address to go on to, if it is a path of this server: `next` comes from outside, and must not lead there."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return otherwise
    parts = urlsplit(text)
    return otherwise if parts.scheme or parts.netloc else text
