"""Where a webhook may lead: which URLs are taken, and which addresses of the network are ever connected to.

Whoever may name a URL could otherwise make this server ask its own neighbours (server-side request forgery).
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from fullhouse.rules.refusals import ValidationFailed

Address: TypeAlias = IPv4Address | IPv6Address

URL_LENGTH_MAX = 2_000
HOST_LENGTH_MAX = 253
DEFAULT_PORTS = {"http": 80, "https": 443}

_NEVER = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
"""Addresses that lead nowhere, to many, or to the link (169.254.169.254 tells the secrets of a machine in the cloud),
and those of IPv6 that have one of IPv4 within (RFC 6890 and the registries of IANA)."""
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
"""Addresses of this machine and of inner networks."""
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6: whatever is elsewhere is link-local, multicast, mapped (::ffff:0:0/96), translated
(64:ff9b::/96), or nothing yet."""


class Guard(NamedTuple):
    """What the operator allows: plain http, inner networks, and which ports; None is any port."""

    http_allowed: bool
    private_allowed: bool
    ports: frozenset[int] | None


class Target(NamedTuple):
    """The parts of a URL that a request needs."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""
    authority: str
    """The `Host` header."""


def target_of(url: str, guard: Guard) -> Target:
    """The parts of a webhook's URL. Raises ValidationFailed for one that must not be asked."""
    if len(url) > URL_LENGTH_MAX or not all("!" <= letter <= "~" for letter in url) or "\\" in url:
        raise _wrong(f"must be up to {URL_LENGTH_MAX} characters of ASCII without spaces; write other letters encoded")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise _wrong("must be a URL") from error
    if parts.scheme not in ({"http", "https"} if guard.http_allowed else {"https"}):
        raise _wrong("must begin with http:// or https://" if guard.http_allowed else "must begin with https://")
    if "@" in parts.netloc:
        raise _wrong("must not hold a name or a password")
    if parts.fragment or url.endswith("#"):
        raise _wrong("must not hold a fragment")
    number = port if port is not None else DEFAULT_PORTS[parts.scheme]
    if guard.ports is not None and number not in guard.ports:
        allowed = ", ".join(str(one) for one in sorted(guard.ports))
        raise _wrong(f"must use one of these ports: {allowed}")
    if not host or not number or not _is_host(host, guard):
        raise _wrong("must name a host that can be reached from outside")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    shown = f"[{host}]" if ":" in host else host
    authority = shown if number == DEFAULT_PORTS[parts.scheme] else f"{shown}:{number}"
    return Target(parts.scheme, host, number, path, authority)


def allowed_of(addresses: Sequence[str], guard: Guard) -> list[str]:
    """The addresses that a name stands for, if each of them may be connected to; otherwise none of them.

    A name that stands for a good address and a forbidden one is a trap rather than a mistake.
    """
    found = [_address(text) for text in addresses]
    if not all(one is not None and is_allowed(one, guard) for one in found):
        return []
    return [str(one) for one in found]


def is_allowed(address: Address, guard: Guard) -> bool:
    """Tell whether this address of the network may be connected to."""
    if any(address in network for network in _PRIVATE):
        return guard.private_allowed
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NEVER)


def _is_host(host: str, guard: Guard) -> bool:
    """Tell whether a host may be one; of addresses that are written out it is seen at once."""
    address = _address(host)
    if address is not None:
        return is_allowed(address, guard)
    labels = host.removesuffix(".").split(".")
    letters = all(label and label.replace("-", "").replace("_", "").isalnum() for label in labels)
    return letters and len(host) <= HOST_LENGTH_MAX


def _address(text: str) -> Address | None:
    """An address; None for a text that is none, or that holds for one link alone (fe80::1%eth0)."""
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


def _wrong(reason: str) -> ValidationFailed:
    return ValidationFailed(f"url: {reason}.", field="url")
