"""Refuses addresses that lead into the site's own network, for requests to addresses that people may choose.

A name is looked up once, each address that it gives is checked, and the connection goes to a checked address: a name
that answers differently the next time (DNS rebinding) gains nothing. `common.guarded_http` makes the requests.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from msgspec import Struct

from common.text import quoted

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# Takes a host, a port and a bound in seconds; returns the addresses as text. Raises OSError.
Lookup = Callable[[str, int, float], list[str]]

MOST_URL = 2000  # characters
MOST_LOOKUPS = 64  # that may hang at a time: the system's resolver cannot be told to stop
PORTS = {"http": 80, "https": 443}

# The registries of special addresses of IANA (RFC 6890 and its updates), multicast, and the addresses at which clouds
# tell secrets to their own machines: 169.254.0.0/16 has most; Azure's lies outside of every special range.
_REFUSED4 = [
    ip_network(each)
    for each in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    ]
]
_PUBLIC6 = IPv6Network("2000::/3")  # all that is routed; the rest is loopback, local, multicast or of no use
_REFUSED6 = [ip_network(each) for each in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_TUNNELS = (0x0000_5EFE, 0x0200_5EFE)  # ISATAP (RFC 5214): bits 33 to 64, and then an IPv4 address

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9.])?")
_UNFIT = re.compile(r"[^\x21-\x7e]|[\\^`{|}<>\"]")  # urlsplit would strip some and read others in its own way


class RefusedError(ValueError):
    """Says that an address may not be called, and the reason: a second try would be refused, too."""


class Place(Struct, frozen=True):
    """Holds the parts of an http or https address. `target` is the path with the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Returns the value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class Allowed(Struct, frozen=True):
    """Holds the private places that may be called all the same: networks and names, each with a port or with all."""

    networks: tuple[tuple[Network, int | None], ...] = ()
    names: frozenset[tuple[str, int | None]] = frozenset()

    def address(self, address: Address, port: int) -> bool:
        """Returns whether an address is in a network of the list."""
        return any(address in network and each in (None, port) for network, each in self.networks)

    def name(self, host: str, port: int) -> bool:
        """Returns whether a name is on the list as it is written: all of its addresses may be called."""
        host = host.lower().rstrip(".")
        return (host, None) in self.names or (host, port) in self.names


NONE = Allowed()


def allowed(entries: Iterable[str]) -> Allowed:
    """Returns the list of a setting: "10.1.0.0/16", "10.1.2.3:8080", "[fd00::1]:80", "mail.internal".

    Raises ValueError, with the entry that cannot be read.
    """
    networks, names = [], []
    for entry in filter(None, (each.strip() for each in entries)):
        host, port = _split(entry)
        try:
            networks.append((ip_network(host, strict=False), port))
        except ValueError:
            if not _HOST.fullmatch(host):
                raise ValueError(f"{quoted(entry)} is no network, address or name, with or without a port") from None
            names.append((host.lower().rstrip("."), port))
    return Allowed(tuple(networks), frozenset(names))


def _split(entry: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?|([^:]+):(\d{1,5})", entry)
    if not match:
        return entry, None
    return match[1] or match[3], int(match[2] or match[4]) if match[2] or match[4] else None


def place(url: str) -> Place:
    """Returns the parts of an address. Raises RefusedError for all that is not plain http or https to a host."""
    if len(url) > MOST_URL:
        raise RefusedError(f"The address is longer than {MOST_URL} characters.")
    if _UNFIT.search(url):
        raise RefusedError(
            "The address has a space or a sign that must be written as %XX, or a host that must be in ASCII."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedError(f"The address cannot be read: {error}.") from None
    scheme, host = parts.scheme, parts.hostname or ""
    if scheme not in PORTS:
        raise RefusedError("The address must begin with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise RefusedError(
            "The address has a user name or a password in it: give them in the way that the channel has."
        )
    if port == 0 or not (_HOST.fullmatch(host) or _is_address(host)):
        raise RefusedError("The address has no host that can be called.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme, host, port or PORTS[scheme], target)


def _is_address(host: str) -> bool:
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def refusal(address: Address) -> str:
    """Returns the reason for which an address is refused, or "" for one of the public internet."""
    inner = _inner(address)
    if inner is not None:
        says = refusal(inner)
        return f"{address} leads to {inner}: {says}" if says else ""
    if isinstance(address, IPv4Address):
        bad = any(address in network for network in _REFUSED4)
    else:
        bad = address not in _PUBLIC6 or any(address in network for network in _REFUSED6)
    return f"{address} is not an address of the public internet" if bad else ""


def _inner(address: Address) -> IPv4Address | None:
    """Returns the IPv4 address to which an IPv6 address leads, if it is one of a mapping, a translator or a tunnel."""
    if isinstance(address, IPv4Address):
        return None
    low = int(address) & 0xFFFF_FFFF
    if address in _NAT64 or (int(address) >> 32) & 0xFFFF_FFFF in _TUNNELS:
        return IPv4Address(low)
    return address.ipv4_mapped or address.sixtofour


def resolve(where: Place, allow: Allowed = NONE, *, seconds: float = 5.0, lookup: Lookup | None = None) -> list[str]:
    """Returns the addresses of a place that may be called, as text, in the resolver's order.

    Raises RefusedError if no address of the host may be called, and OSError if the host has none or the look-up takes
    longer than `seconds`.
    """
    found = (lookup or look_up)(where.host, where.port, seconds)
    if allow.name(where.host, where.port):
        return found
    good, reasons = [], []
    for each in found:
        address = ip_address(each)
        says = "" if allow.address(address, where.port) else refusal(address)
        if says:
            reasons.append(says)
        else:
            good.append(each)
    if not good:
        raise RefusedError(f"{quoted(where.host)} may not be called: {'; '.join(reasons[:2])}.")
    return good


_looking = threading.BoundedSemaphore(MOST_LOOKUPS)


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """Returns the addresses of a host by the system's resolver. Raises OSError, TimeoutError after `seconds`."""
    if _is_address(host):
        return [host]
    if not _looking.acquire(timeout=seconds):
        raise TimeoutError("the look-up of names is too busy")
    answer: list[list[str] | OSError] = []

    def ask() -> None:
        try:
            answer.append(_ask(host, port))
        except OSError as error:
            answer.append(error)
        finally:
            _looking.release()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise TimeoutError(f"the look-up of the name took longer than {seconds:g} s")
    if isinstance(answer[0], OSError):
        raise answer[0]
    return answer[0]


def _ask(host: str, port: int) -> list[str]:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty or too long
        raise OSError("the name of the host is not one") from None
    # A link-local address comes with its zone, fe80::1%eth0: it is refused by the part before.
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in infos))
