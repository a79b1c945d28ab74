"""For operators: the records of a stream, to be looked at. Staff only."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.streams_views import staff_only
from streams import clock
from streams.records import Position, StreamError, parse_where

MOST = 200  # rows
RECENT = 5 * clock.MINUTE  # where a look starts unless told otherwise

# The name of a stream; where to start, or how many milliseconds before the stream's now; the wanted key, field and
# value; how many rows at most.
Inspect = Callable[[str, Position | int, tuple[str, str, str], int], Any]


def view(inspect: Inspect) -> Callable[..., HttpResponse]:
    """The page; `inspect` comes from where the project is put together, since the dashboard knows no streams."""

    @require_safe
    @staff_only
    def records(request: HttpRequest, name: str) -> HttpResponse:
        asked = {field: request.GET.get(field, "").strip() for field in ("from", "key", "field", "value")}
        context: dict[str, Any] = {"name": name, "asked": asked, "most": MOST}
        try:
            start = parse_where(asked["from"]) if asked["from"] else RECENT
            found = inspect(name, start, (asked["key"], asked["field"], asked["value"]), MOST)
        except (ValueError, StreamError) as error:
            return render(request, "dashboard/records.html", context | {"error": str(error)}, status=400)
        context |= {"found": found, "rows": [_shown(row) for row in found.rows]}
        return render(request, "dashboard/records.html", context)

    return records


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    data = json.dumps(row["data"], ensure_ascii=False) if "data" in row else f"base64: {row['data_base64']}"
    return row | {"arrived": clock.to_datetime(clock.from_iso(row["arrived"])), "data": data}
