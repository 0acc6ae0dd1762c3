"""The security headers of pages: nothing from elsewhere, nothing inline, in nobody's frame."""

from typing import TypeAlias

Pair: TypeAlias = tuple[bytes, bytes]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pictures may come from elsewhere, because organizers show some in the descriptions of their events."""

STRIPE_POLICY = (
    "default-src 'none'; script-src 'self' https://js.stripe.com; style-src 'self'; img-src 'self' https:; "
    "connect-src 'self' https://api.stripe.com; frame-src https://js.stripe.com https://hooks.stripe.com; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For the page on which Stripe is paid: its script must come from its own server, and opens frames from there."""

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For the page of the API, whose style sheet has its pictures in itself."""

FEATURES = b"camera=(), geolocation=(), microphone=(), usb=(), payment=(self), browsing-topics=()"
HSTS_SECONDS = 31_536_000


def secured(*, is_https: bool, policy: str = POLICY) -> list[Pair]:
    """The headers that every page has.

    `Referrer-Policy` keeps a booking's address, which is its buyer's key, from other servers. It is not `no-referrer`,
    with which browsers would send no `Origin` with our own forms.
    """
    pairs = [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", FEATURES),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    if is_https:
        pairs.append((b"strict-transport-security", b"max-age=%d" % HSTS_SECONDS))
    return pairs
