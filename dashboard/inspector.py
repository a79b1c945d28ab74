"""For operators: the records of a stream, to be looked at. Staff only."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.streams_views import staff_only
from streams import clock
from streams.records import LATEST, Position, StreamError, at, parse_where

MOST = 200  # rows
RECENT = 5 * clock.MINUTE  # where a look starts unless told otherwise

# The name of a stream, where to start, the wanted key, field and value, and how many rows at most.
Inspect = Callable[[str, Position, tuple[str, str, str], int], Any]


def view(inspect: Inspect) -> Callable[..., HttpResponse]:
    """The page; `inspect` comes from where the project is put together, since the dashboard knows no streams."""

    @require_safe
    @staff_only
    def records(request: HttpRequest, name: str) -> HttpResponse:
        asked = {field: request.GET.get(field, "").strip() for field in ("from", "key", "field", "value")}
        now = clock.from_datetime(timezone.now())
        context: dict[str, Any] = {"name": name, "asked": asked, "most": MOST}
        try:
            start = parse_where(asked["from"]) if asked["from"] else at(now - RECENT)
            start = at(now) if start == LATEST else start
            found = inspect(name, start, (asked["key"], asked["field"], asked["value"]), MOST)
        except (ValueError, StreamError) as error:
            return render(request, "dashboard/records.html", context | {"error": str(error)}, status=400)
        context |= {"found": found, "rows": [_shown(row) for row in found.rows]}
        return render(request, "dashboard/records.html", context)

    return records


def view_by_name(inspect: Inspect) -> Callable[..., HttpResponse]:
    """The same page for ?stream=, which may hold what no path can."""
    records = view(inspect)

    def by_name(request: HttpRequest) -> HttpResponse:
        return records(request, request.GET.get("stream", ""))

    return by_name


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(row["data"], ensure_ascii=False) if "data" in row else f"base64: {row['data_base64']}"
    return row | {"arrived": clock.to_datetime(clock.from_iso(row["arrived"])), "data": data}
