"""For operators: the list of all streams, and one stream with its curves. Staff only."""

from itertools import zip_longest
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from accounts.guards import staff_only
from dashboard import download, links, periods
from dashboard.operators import curve, denied, lines, overview, state
from dashboard.operators.streams_views import refusal
from dashboard.periods import Period
from streams import api
from streams.core import clock
from streams.core.facts import Facts
from streams.core.hashing import HASH_SPACE
from streams.core.names import MOST_STREAM
from streams.core.records import Shard, StreamError, StreamNotFoundError

SHARDS = 100  # rows of the table
USUAL = "24h"  # the time that the curves show


@require_safe
@staff_only
def streams(request: HttpRequest) -> HttpResponse:
    """Lists the streams of the service; only those with ?q= in their names, if it is there."""
    having = _having(request)
    found = overview.overview(timezone.now(), having)
    may = {"new": "new" not in denied.acts(request)}
    return render(request, "dashboard/streams.html", {"state": found, "having": having, "may": may})


@token_allowed("read:dashboards")
@login_not_required  # a script cannot follow a redirect to the sign-in page: it gets its answer in words
def streams_list(request: HttpRequest) -> HttpResponse:
    """Answers the state that /streams/ shows, for a page that polls it. Does not keep a session alive."""
    return refusal(request) or JsonResponse(overview.overview(timezone.now(), _having(request)))


@require_safe
@staff_only
def stream(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one stream: its arrivals, readers, fields and shards, and the acts that it allows."""
    try:
        found = _state(name)
        period = periods.read(request, timezone.now(), USUAL)
        columns = curve.over(name, _waiting(found), period)
        shards = [] if found["trouble"] else api.overview.describe(name).shards
    except StreamNotFoundError as error:
        raise Http404(str(error)) from error
    except StreamError as error:
        return render(request, "dashboard/stream_silent.html", {"name": name, "error": str(error)}, status=503)
    return render(
        request,
        "dashboard/stream.html",
        {
            "name": name,
            "state": found,
            "curve": columns,
            "steps": curve.in_steps(columns),
            "day": {"start": period.span.start, "end": period.span.end},
            "period": period,
            "sample": _sample(request, name),
            "asks_for_sample": api.is_kinesis() and "fields" not in request.GET,
            "shards": _shards(name, shards)[:SHARDS],
            "more_shards": max(0, len(shards) - SHARDS),
            "lines": lines.lines(name),
            "denied": denied.acts(request),
            "urls": {view: _address(name, view, period) for view in ("state", "curve", "csv")},
            "acts": {act: links.to_act(act, name) for act in ("put", "count", "delete")},
        },
    )


@token_allowed("read:dashboards")
@login_not_required
def stream_state(request: HttpRequest, name: str) -> HttpResponse:
    """Answers the figures and readers of one stream, for a page that polls them."""
    return refusal(request) or _answer(lambda: _state(name))


@token_allowed("read:dashboards")
@login_not_required
def stream_curve(request: HttpRequest, name: str) -> HttpResponse:
    """Answers the curves of one stream, of the last day or of ?range=."""
    period = periods.read(request, timezone.now(), USUAL)
    if period.error:
        return refusal(request) or JsonResponse({"error": period.error}, status=400)
    return refusal(request) or _answer(lambda: curve.over(name, _waiting(_state(name)), period))


@require_safe
@staff_only
def stream_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Answers a row for each minute of the last day, or for each step of ?range=."""
    period = periods.read(request, timezone.now(), USUAL)
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    try:
        columns = curve.over(name, _waiting(_state(name)), period)
    except StreamError as error:
        raise Http404(str(error)) from error
    heads = ["minute", "minute_ms", "records", "bytes", *(f"lag_s of {each}" for each in columns["lags"])]
    file = f"{download.slug(name, 'stream')}-{download.stamp(timezone.now())}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    text = "".join(download.lines(heads, curve.csv_rows(columns)))
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _address(name: str, view: str, period: Period) -> str:
    """Returns the address of another view of the stream, for the range of the page."""
    url = links.to_stream(name, f"stream-{view}")
    return url if period.usual else f"{url}{'&' if '?' in url else '?'}{period.query}"


def _answer(build: Any) -> HttpResponse:
    try:
        return JsonResponse(build())
    except StreamNotFoundError as error:
        return JsonResponse({"error": str(error)}, status=404)
    except StreamError as error:
        return JsonResponse({"error": str(error)}, status=503)


def _state(name: str) -> dict[str, Any]:
    now = timezone.now()
    readers = state.streams(now, api.count_waiting, stream=name)
    facts, trouble = Facts(name, clock.now()), ""
    try:
        facts = api.overview.facts(name)
    except StreamError as error:
        if not readers["streams"]:
            raise
        trouble = str(error)
    return {
        "now": readers["now"],
        "clock_note": readers["clock_note"],
        "trouble": trouble,
        "stream": overview.row(facts, None) | ({"untold": overview.NOT_KNOWN} if trouble else {}),
        "readers": readers["streams"],
    }


def _waiting(found: dict[str, Any]) -> set[str]:
    return {reader["application"] for reader in found["readers"] if reader["lag_records"]}


def _sample(request: HttpRequest, name: str) -> Any:
    """Returns a sample of the newest records; on Kinesis only if it is asked for, since a read costs its readers."""
    if api.is_kinesis() and "fields" not in request.GET:
        return None
    try:
        return api.overview.sample(name)
    except StreamError:
        return None


def _shards(name: str, shards: list[Shard]) -> list[dict[str, Any]]:
    """Returns rows in the order of the keys, the open ones first, each with the acts that it allows."""
    rows = []
    live = sorted((shard for shard in shards if shard.open), key=lambda shard: shard.hash_start)
    for shard, after in zip_longest(live, live[1:]):
        merges = links.to_act("merge", name, shard=shard.id, neighbour=after.id) if after else ""
        rows.append(_shard(shard) | {"split": links.to_act("split", name, shard=shard.id), "merge": merges})
    return rows + [_shard(shard) for shard in shards if not shard.open]


def _shard(shard: Shard) -> dict[str, Any]:
    share = (shard.hash_end - shard.hash_start + 1) / HASH_SPACE
    return {
        "id": shard.id,
        "open": shard.open,
        "parents": shard.parents,
        "records": shard.records,
        "share": 100 * share,
    }


def _having(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip().replace("\0", "")[:MOST_STREAM]
