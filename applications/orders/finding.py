"""Finds sites, and the list of alarms."""

from collections.abc import Iterator

from django.db.models.functions import Length

from applications.orders import links, queries
from applications.orders.models import ORDERS
from common.finding import Hit, Person, fits
from streams.models.readers import streams_of

STREAMS = 3  # that are searched, the application's own first


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the list of alarms, and sites with the text in their name; those of other streams name their stream."""
    if fits(text, "Alarms of the sites"):
        yield Hit("page", "Alarms", links.to_alarms(), "every alarm of the sites")
    if fits(text, "Order lines"):
        yield Hit(
            "page", "Order lines", links.to_lines(), "each line of the orders, by customer, invoice and stock code"
        )
    if not text:
        return
    for stream in list(dict.fromkeys([ORDERS, *streams_of(ORDERS)]))[:STREAMS]:
        about = "" if stream == ORDERS else f"on {stream}"
        for site in queries.sites(stream, text).order_by(Length("name"), "name")[:most]:
            yield Hit("site", site.name, links.to_site(site.name, stream), about)
