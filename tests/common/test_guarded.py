"""Checks that no address of the site's own network can be called, however it is written."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.guarded import NONE, Address, RefusedError, allowed, place, refusal, resolve

# One of each special range of IANA's registries, the addresses at which clouds tell secrets, and ways to write them.
PRIVATE = [
    *(
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.9.9.9",
    ),
    *(
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
    ),
    *(
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
    ),
    *(
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::127.0.0.1",
    ),
    *(
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ),
    *(
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::",
    ),
    *(
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ),
    *("2a00:1450::5efe:7f00:1",),
]
PUBLIC = [
    *(
        "1.1.1.1",
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "64:ff9b::808:808",
    ),
    *(
        "2002:808:808::",
        "2a00:1450::1",
    ),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_refused(address: str) -> None:
    assert refusal(ipaddress.ip_address(address))
    with pytest.raises(RefusedError, match="may not be called"):
        resolve(place("http://host/"), lookup=lambda *_: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_given(address: str) -> None:
    assert resolve(place("http://host/"), lookup=lambda *_: [address]) == [address]


@given(st.integers(0, 2**32 - 1), st.sampled_from(["::ffff:0:0", "64:ff9b::", "2a00::5efe:0:0"]))
def test_an_embedded_address_is_judged_as_the_inner_one(number: int, around: str) -> None:
    inner = ipaddress.IPv4Address(number)
    outer = ipaddress.IPv6Address(int(ipaddress.IPv6Address(around)) | number)
    assert bool(refusal(outer)) == bool(refusal(inner))


@given(st.ip_addresses())
def test_an_address_that_python_calls_private_is_refused(address: Address) -> None:
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        assert refusal(address)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "localhost."])
def test_other_ways_to_write_loopback_are_refused(host: str) -> None:
    with pytest.raises((RefusedError, socket.gaierror)):
        resolve(place(f"http://{host}/"))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ftp://a/",
            "file:///etc/passwd",
            "//a/",
            "http://",
            "http:///x",
            "http://a:0/",
            "http://a:99999/",
            "http://a b/",
        ),
        *(
            "http://user:secret@a/",
            "http://a\\@b/",
            "http://a/\r\nX: 1",
            "http://[fe80::1%25eth0]/",
            "http://ä.de/",
            "http://-a/",
        ),
        *("http://a/" + "x" * 2000, "http://a\t.de/", "http://[::1/", "gopher://a/", "HTTP://"),
    ],
)
def test_an_address_that_is_not_plain_is_refused(url: str) -> None:
    with pytest.raises(RefusedError):
        place(url)


def test_a_plain_address_is_taken_apart() -> None:
    found = place("https://Example.org:8443/a?b=c#d")
    assert (found.scheme, found.host, found.port, found.target) == ("https", "example.org", 8443, "/a?b=c")
    assert found.authority == "example.org:8443"
    assert place("http://[2606:4700::1]").authority == "[2606:4700::1]"


def test_only_the_public_addresses_of_a_host_are_given() -> None:
    found = resolve(place("http://host/"), lookup=lambda *_: ["10.0.0.1", "1.1.1.1", "::1"])
    assert found == ["1.1.1.1"]


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("10.1.0.0/16", "http://host/", "10.1.2.3"),
        ("127.0.0.1:8080", "http://host:8080/", "127.0.0.1"),
        ("[fd00::1]:80", "http://host/", "fd00::1"),
        ("Mail.internal", "http://mail.INTERNAL./", "10.0.0.9"),
        ("fd00::/8", "http://host/", "fd12::1"),
    ],
)
def test_an_allowed_private_place_is_given(entry: str, url: str, address: str) -> None:
    assert resolve(place(url), allowed([entry]), lookup=lambda *_: [address]) == [address]


@pytest.mark.parametrize(
    ("entry", "url"),
    [("127.0.0.1:8080", "http://127.0.0.1/"), ("10.1.0.0/16", "http://10.2.0.1/"), ("a.b", "http://10.0.0.1")],
)
def test_the_rest_stays_refused_beside_an_allowed_place(entry: str, url: str) -> None:
    with pytest.raises(RefusedError):
        resolve(place(url), allowed([entry]))


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "a b", "http://a/", "a:b"])
def test_an_entry_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="no network, address or name"):
        allowed([entry])
    assert allowed(["", " "]) == NONE
