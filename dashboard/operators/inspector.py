"""For operators: shows the records of a stream. Staff only."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.guards import staff_only
from common.text import escaped
from dashboard import links
from dashboard.operators import letters
from dashboard.operators.streams_views import refusal
from streams import api
from streams.core import clock, filters
from streams.core.filters import Condition
from streams.core.records import TRIM_HORIZON, Place, Record, StreamError, parse_where

MOST = 50  # rows of a page
DIGITS = 64  # digits of a sequence number: those of Kinesis have up to 56
TOLD = 20  # fields that the page lists if no record has the requested one
FIELDS = ("from", "key", "field", "op", "value", "zone")

View = Callable[..., HttpResponseBase]


class Question(NamedTuple):
    """A look at a stream that the form, or a link of the page, asks for. `oldest_first` is the order of the rows."""

    before: Place | None
    after: Place | None
    key: str
    condition: Condition | None
    oldest_first: bool


@require_safe
@staff_only
def records(request: HttpRequest, name: str) -> HttpResponse:
    """Shows the records of a stream."""
    asked = {field: request.GET.get(field, "").strip() for field in FIELDS}
    context: dict[str, Any] = {"name": name, "asked": asked, "operators": filters.OPERATORS}
    context |= {"url": links.to_records(name), "new_url": links.to_records(name, "records-new")}
    try:
        question = _question(asked, request.GET)
        found = api.inspect_stream(name, most=MOST, **_as_asked(question))
    except (ValueError, StreamError) as error:
        return render(request, "dashboard/records.html", context | {"error": str(error)}, status=400)
    return render(request, "dashboard/records.html", context | _shown(name, asked, question, found))


@login_not_required  # a script cannot follow a redirect to the sign-in page: it gets its answer in words
def new_records(request: HttpRequest, name: str) -> HttpResponse:
    """Answers a page that follows: the records since ?since=, the newest first. Keeps no session alive."""
    if refused := refusal(request):
        return refused
    asked = {field: request.GET.get(field, "").strip() for field in FIELDS}
    try:
        since = Place.parse(request.GET.get("since", ""))
        question = _question(asked | {"from": ""}, QueryDict())
        found = api.inspect_stream(name, most=MOST, since=since, **_as_asked(question))
    except (ValueError, StreamError) as error:
        return JsonResponse({"error": str(error)}, status=400)
    rows = [_row(name, row) | {"arrived": clock.to_iso(row.arrived)} for row in found.rows]
    return JsonResponse({"since": str(found.first or since), "whole": found.whole, "rows": rows})


@require_safe
@staff_only
def record(request: HttpRequest, name: str, shard: str, sequence: int) -> HttpResponse:
    """Shows one record, at an address of its own."""
    (arrived, _, _, key, data), number = _one(name, shard, sequence)
    context = {
        "name": name,
        "shard": shard,
        "number": number,
        "key": escaped(key),
        "arrived": clock.to_datetime(arrived),
        "bytes": letters.readable(data),
        "download": links.to_record(name, shard, sequence, "record-bytes"),
        "url": links.to_records(name),
        "around": links.to_records(name) + _link(name, {}, before=Place(arrived, sequence + 1)),
    }
    return render(request, "dashboard/record.html", context)


@require_safe
@staff_only
def record_bytes(request: HttpRequest, name: str, shard: str, sequence: int) -> HttpResponse:
    """Answers the bytes of one record as they came, as a download."""
    (*_, data), _ = _one(name, shard, sequence)
    headers = {"Content-Disposition": f'attachment; filename="record-{sequence}.bin"'}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


def by_name(view: View) -> View:
    """Makes the same view for ?stream=, which takes names that a path cannot hold."""

    @wraps(view)
    def named(request: HttpRequest) -> HttpResponseBase:
        return view(request, request.GET.get("stream", ""))

    return named


def record_by_name(view: View) -> View:
    """Makes the same view of a record for ?stream=, ?shard= and ?sequence=. Raises Http404 if that is no number."""

    @staff_only  # before the number is looked at
    @wraps(view)
    def named(request: HttpRequest) -> HttpResponseBase:
        stream, shard, sequence = (request.GET.get(name, "") for name in ("stream", "shard", "sequence"))
        if not (sequence.isascii() and sequence.isdigit() and len(sequence) <= DIGITS):
            raise Http404("a sequence number has digits alone")
        return view(request, stream, shard, int(sequence))

    return named


def _one(name: str, shard: str, sequence: int) -> tuple[Record, str]:
    try:
        found = api.read_record(name, shard, sequence)
    except StreamError as error:
        raise Http404(str(error)) from error
    if found is None:
        raise Http404("no such record, or none any more")
    return found


def _question(asked: dict[str, str], query: QueryDict) -> Question:
    """Returns the question of a form and a query. Raises ValueError with a sentence for people."""
    before, after = (Place.parse(text) if (text := query.get(name)) else None for name in ("before", "after"))
    if asked["from"] and not before and not after:
        after = _start(asked["from"], asked["zone"])
    condition = filters.condition(asked["field"], asked["op"] or "=", asked["value"])
    return Question(before, after, asked["key"], condition, bool(asked["from"]))


def _start(text: str, zone: str) -> Place:
    where = parse_where(text, zone=_zone(zone))
    if where == TRIM_HORIZON:
        return Place(0)
    return Place(where.value or clock.now())


def _zone(name: str) -> ZoneInfo:
    """Returns the zone in which the page shows times: the browser's, or UTC. Raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"The time zone {name[:40]!r} is not known here: write an offset, as in 14:00:00Z") from None


def _as_asked(question: Question) -> dict[str, Any]:
    return {name: value for name, value in question._asdict().items() if name != "oldest_first"}


def _shown(name: str, asked: dict[str, str], question: Question, found: Any) -> dict[str, Any]:
    forwards = question.after is not None
    ends = [found.first, found.last]
    oldest, newest = ends if forwards else reversed(ends)
    rows = found.rows if forwards == question.oldest_first else found.rows[::-1]
    tip = not forwards and question.before is None
    return {
        "found": found,
        "rows": [_row(name, row) | {"arrived": clock.to_datetime(row.arrived)} for row in rows],
        "oldest_first": question.oldest_first,
        "span": [clock.to_datetime(place.arrived) for place in (oldest, newest)] if oldest and newest else None,
        "older": _older(name, asked, question, oldest) if forwards or not found.whole else "",
        "newer": "" if tip or (forwards and found.whole) else _newer(name, asked, question, newest),
        "newest": "" if tip else _link(name, asked | {"from": ""}),
        "since": str(found.first or Place(0)) if tip else "",
        "settled": found.settled_after // clock.SECOND,
        "missing": bool(question.condition and question.condition.name and found.read and not found.having),
        "seen": list(found.fields.items())[:TOLD],
        "kinds": _misfit(question.condition, found),
    }


def _older(name: str, asked: dict[str, str], question: Question, oldest: Place | None) -> str:
    if oldest is None:
        oldest = question.after and Place(question.after.arrived, question.after.sequence + 1)
    return _link(name, asked, before=oldest) if oldest else ""


def _newer(name: str, asked: dict[str, str], question: Question, newest: Place | None) -> str:
    if newest is None:
        newest = question.before and Place(question.before.arrived, max(0, question.before.sequence - 1))
    return _link(name, asked, after=newest) if newest else ""


def _link(name: str, asked: dict[str, str], **places: Place) -> str:
    query = QueryDict(mutable=True)
    if not links.is_plain(name):
        query["stream"] = name
    query.update({name: value for name, value in asked.items() if value})
    query.update({name: str(place) for name, place in places.items()})
    return f"?{query.urlencode()}"


def _misfit(condition: Condition | None, found: Any) -> list[str]:
    """Returns the kinds that a field holds if nothing matched because the condition is of another kind."""
    if not condition or found.rows or condition.operator == "contains" or filters.kind(condition.typed) in found.kinds:
        return []
    return list(found.kinds)


def _row(name: str, row: Any) -> dict[str, Any]:
    """Returns a record, with its own address, for the page and its script."""
    address = links.to_record(name, row.shard, row.sequence)
    words = {"shard": row.shard, "number": row.number, "key": escaped(row.key), "line": row.line, "text": row.text}
    return words | {"size": row.size, "kind": row.kind, "cut": row.cut, "address": address}
