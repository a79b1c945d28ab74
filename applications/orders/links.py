"""Makes the addresses of the orders pages about names from records."""

from django.urls import reverse

from applications.orders.models import ORDERS
from dashboard.links import asking, stream_parameters


def to_site(site: str, stream: str = ORDERS) -> str:
    """Returns the address of the orders page of one site, on a stream."""
    return asking("orders", **stream_parameters(ORDERS, stream), site=site)


def to_sites(search: str = "", page: str = "", stream: str = ORDERS) -> str:
    """Returns the address of the orders page of a stream; it shows a part of the list of sites."""
    asked = {name: value for name, value in (("q", search), ("page", page)) if value}
    return asking("orders", **stream_parameters(ORDERS, stream), **asked)


def to_alarm(number: int) -> str:
    """Returns the address of the page of one alarm episode, by its primary key."""
    return reverse("alarm", args=[number])


def to_alarms(site: str = "", stream: str = ORDERS) -> str:
    """Returns the address of the list of a stream's alarms, or of a site's on it."""
    return asking("alarms", **stream_parameters(ORDERS, stream), **({"site": site} if site else {}))


def to_lines(stream: str = ORDERS, **asked: str) -> str:
    """Returns the address of a stream's order lines; `asked` narrows them: site, customer, invoice, stock_code."""
    return asking("order-lines", **stream_parameters(ORDERS, stream), **asked)
