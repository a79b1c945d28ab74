"""Shows the order lines that are kept: found by site, customer, invoice, stock code and time, and as CSV."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from applications.orders import links
from applications.orders.lines import number_of
from applications.orders.models import ORDERS, OrderLine
from common.text import storable
from dashboard import download, periods
from dashboard import links as dashboard_links
from dashboard.choosing import Chosen, choose
from dashboard.download import time_columns
from dashboard.periods import Period
from streams.core import clock
from streams.core.names import MOST_NAME

LINES = 100  # of a page
MOST_LINES = 1_000_000  # of a CSV: a spreadsheet takes about as many rows
USUAL = "365d"
FIELDS = {"customer": "Customer", "invoice": "Invoice", "stock_code": "Stock code", "site": "Site"}  # by parameter
NOBODY = "(none)"  # finds the lines without a customer
COLUMNS = (
    "time_utc", "epoch_ms", "line", "site", "customer", "invoice", "stock_code", "description", "quantity",
    "unit_price", "invoice_date", "country",
)  # fmt: skip
_AFTER = re.compile(r"([0-9]{1,14})-([0-9]{1,18})")


@require_safe
def order_lines(request: HttpRequest) -> HttpResponse:
    """Lists the lines of ?stream= that match, the latest first; ?after= goes on below a line."""
    on, period, asked = _asked(request)
    found = list(_from(_matching(on.stream, period, asked), request.GET.get("after", ""))[: LINES + 1])
    shown = found[:LINES]
    names = dashboard_links.stream_parameters(on.default, on.stream) | asked
    context = {
        "on": on,
        "period": period,
        "whole": period.usual,
        "fields": [(name, label, asked.get(name, "")) for name, label in FIELDS.items()],
        "asked": asked,
        "rows": [(line, number_of(line), links.to_site(line.site, on.stream)) for line in shown],
        "more": len(found) > LINES,
        "later": "after" in request.GET,
        "older_url": period.url_with(after=_place(shown[-1])) if shown else "",
        "csv_url": f"{reverse('order-lines-csv')}?{'&'.join([urlencode(names), period.query])}",
        "kept": settings.ORDERS_LINES,
        "days": settings.RETENTION_ORDER_LINES,
        "table": settings.ORDERS_DYNAMODB_TABLE,
    }
    return render(request, "orders/lines.html", context, status=400 if period.error else 200)


@token_allowed("read:dashboards")
@require_safe
def order_lines_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams the latest MOST_LINES of the same lines."""
    on, period, asked = _asked(request)
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    name = f"order_lines_{on.in_names}{period.in_names}.csv"
    return download.respond(name, COLUMNS, _rows(_matching(on.stream, period, asked)))


def _asked(request: HttpRequest) -> tuple[Chosen, Period, dict[str, str]]:
    period = periods.read(request, timezone.now(), USUAL)
    given = {name: storable(request.GET.get(name, "").strip(), MOST_NAME) for name in FIELDS}
    return choose(request, ORDERS), period, {name: value for name, value in given.items() if value}


def _matching(stream: str, period: Period, asked: dict[str, str]) -> QuerySet[OrderLine]:
    """Returns the lines of a time with exactly these values, the latest first: by an index for each of FIELDS."""
    start, end = clock.to_datetime(period.span.start), clock.to_datetime(period.span.end)
    wanted = {name: "" if (name, value) == ("customer", NOBODY) else value for name, value in asked.items()}
    return OrderLine.objects.filter(stream=stream, at__gte=start, at__lt=end, **wanted).order_by("-at", "-pk")


def _from(found: QuerySet[OrderLine], after: str) -> QuerySet[OrderLine]:
    """Returns the lines below a place; all of them if the text names no place."""
    if not (match := _AFTER.fullmatch(after)):
        return found
    at: datetime = clock.to_datetime(int(match[1]))
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(match[2])), at__lte=at)


def _place(line: OrderLine) -> str:
    return f"{clock.from_datetime(line.at)}-{line.pk}"


def _rows(found: QuerySet[OrderLine]) -> Iterator[Iterable[Any]]:
    for line in found[:MOST_LINES].iterator():
        own = (getattr(line, name) for name in COLUMNS[3:])
        yield *time_columns(clock.to_iso(clock.from_datetime(line.at))), number_of(line), *own
