"""Where webhooks may lead: https to public addresses, on usual ports, and nowhere else."""

import pytest

from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.webhook_address import Guard, allowed_of, target_of

STRICT = Guard(http_allowed=False, private_allowed=False, ports=frozenset({80, 443, 8443}))
INNER = Guard(http_allowed=True, private_allowed=True, ports=None)

PUBLIC = (
    "93.184.216.34",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "2606:2800:21f::1",
)
PRIVATE = (
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.255.255.254"),
    *("100.64.0.1", "100.127.255.255", "::1", "fc00::1", "fdff:ffff::1"),
)
NEVER = (
    *("0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),  # noqa: S104 - refused here
    *("255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.9", "198.18.0.1", "192.0.0.8", "192.88.99.1"),
    *("::", "fe80::1", "fe80::1%eth0", "ff02::1", "fec0::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1"),
    *("fd00:ec2::254%1", "100::1", "not an address", ""),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert allowed_of([address], STRICT) == allowed_of([address], INNER) == [address]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_inner_address_only_where_the_operator_allows_it(address: str) -> None:
    assert allowed_of([address], STRICT) == []
    assert allowed_of([address], INNER) == [address]


@pytest.mark.parametrize("address", NEVER)
def test_an_address_of_the_link_or_of_many_or_of_none_never(address: str) -> None:
    assert allowed_of([address], STRICT) == allowed_of([address], INNER) == []


def test_one_forbidden_address_among_good_ones_forbids_them_all() -> None:
    assert allowed_of(["8.8.8.8", "10.0.0.1", "1.1.1.1"], STRICT) == []
    assert allowed_of(["8.8.8.8", "1.1.1.1"], STRICT) == ["8.8.8.8", "1.1.1.1"]
    assert allowed_of([], STRICT) == []


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("https://Example.com:8443/a/b?c=d&e", "example.com", 8443, "/a/b?c=d&e", "example.com:8443"),
        ("https://example.com:443/a", "example.com", 443, "/a", "example.com"),
        ("https://xn--mnchen-3ya.example./x", "xn--mnchen-3ya.example.", 443, "/x", "xn--mnchen-3ya.example."),
        ("https://[2606:2800:21f::1]/x", "2606:2800:21f::1", 443, "/x", "[2606:2800:21f::1]"),
        ("https://93.184.216.34/", "93.184.216.34", 443, "/", "93.184.216.34"),
    ],
)
def test_a_good_url_has_its_parts(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = target_of(url, STRICT)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/", "ftp://example.com/", "//example.com/", "example.com", "", "https://", "https:///x"),
        *("https://user@example.com/", "https://user:pass@example.com/", "https://@example.com/"),
        *("https://example.com/#part", "https://example.com/#", "https://example.com:99999/", "https://example.com:x/"),
        *("https://example.com:22/", "https://example.com:0/", "https://example.com:6379/", "https://[::1]/"),
        *("https://127.0.0.1/", "https://169.254.169.254/latest", "https://10.0.0.1:8443/", "https://[::ffff:7f00:1]/"),
        *("https://exa mple.com/", "https://exämple.com/", "https://example.com/\x00", "https://example.com/\n"),
        *("https://example.com\\@evil.example/", "https://a..b/", "https://-/,", "https://[fe80::1%25eth0]/"),
        *("https://[::1", "https://ex$ample.com/", "https://" + "a" * 254, "https://example.com/" + "a" * 2_000),
    ],
)
def test_a_url_that_must_not_be_asked_is_refused_with_its_field(url: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        target_of(url, STRICT)
    assert refusal.value.facts["field"] == "url"


def test_the_operator_may_allow_http_any_port_and_inner_addresses_but_not_the_link() -> None:
    assert target_of("http://127.0.0.1:6379/x", INNER).port == 6379
    assert target_of("http://localhost/x", INNER).port == 80
    for url in ("http://169.254.169.254/", "gopher://localhost/", "http://0.0.0.0/", "http://localhost:0/"):
        with pytest.raises(ValidationFailed):
            target_of(url, INNER)
