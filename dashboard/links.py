"""Makes the addresses of pages that are about a name out of a record; nothing else builds one from data.

A name may hold anything that can be printed. In a path, proxies merge slashes and browsers resolve dots, so a path has
only names of plain characters, and every other name goes into the query.
"""

import re
from urllib.parse import urlencode

from django.urls import reverse

# Neither "." nor ".." nor anything that a proxy, a browser or a shell reads in its own way.
_PLAIN = re.compile(r"[A-Za-z0-9^][A-Za-z0-9._^=&-]{0,63}")


def to_ticker(symbol: str) -> str:
    """Returns the address of a ticker's page."""
    if _PLAIN.fullmatch(symbol):
        return reverse("ticker", args=[symbol])
    return _asking("ticker-by-name", name=symbol)


def to_site(site: str) -> str:
    """Returns the address of the orders page of one site."""
    return _asking("orders", site=site)


def to_sites(search: str = "", page: str = "") -> str:
    """Returns the address of the orders page with a part of the list of sites."""
    asked = {name: value for name, value in (("q", search), ("page", page)) if value}
    return _asking("orders", **asked) if asked else reverse("orders")


def to_records(stream: str) -> str:
    """Returns the address of the page with a stream's records."""
    if _PLAIN.fullmatch(stream):
        return reverse("records", args=[stream])
    return _asking("records-by-name", stream=stream)


def _asking(view: str, **query: str) -> str:
    return f"{reverse(view)}?{urlencode(query)}"
