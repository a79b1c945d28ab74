"""Answers the pages of boards: the list, a board live and in the past, and a panel's rows as CSV."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from common.text import storable
from dashboard import download, ranges
from dashboard import topics as dashboard_topics
from dashboard.boards import access, maps, panels, topics
from dashboard.boards.asking import PanelError, Sources
from dashboard.boards.days import DAY
from dashboard.boards.models import Board
from dashboard.boards.presenting import curve_rows, newest_positions, present
from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import MOST_VALUE, Content, Panel, milliseconds
from dashboard.live.service import snapshots as live_snapshots
from dashboard.periods import MOST_ZONE, zone_of
from dashboard.ranges import RangeError, Span
from streams.core import clock

LENGTHS = ["15m", "1h", "6h", "1d", "7d"]  # offered beside the field


class Asked(NamedTuple):
    """Holds the parts of a board's address: the time, the value of the variable, and a sentence if it was no time."""

    span: Span
    value: str
    error: str
    own: str  # the range as it was typed; "" for the board's own
    zone: str = ""  # the name of the zone of its days, and of times without one; "" for UTC

    def query(self, **others: str) -> str:
        """Returns the address's query with other values, to link to the same board."""
        pairs = {"range": self.own, "var": self.value, "zone": self.zone} | others
        return urlencode([pair for pair in pairs.items() if pair[1]])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Lists the boards that the user may see."""
    found = access.visible(request.user).select_related("owner").order_by("title", "pk")
    rows = [(board, Board.SEEN_BY[board.seen_by]) for board in found]
    return render(request, "boards/index.html", {"rows": rows})


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows a board at the time and for the value that the address has."""
    found = visible(request, slug)
    content = content_of(found)
    asked = asked_of(request, content)
    context = {"board": found, "content": content, "may_change": access.may_change(found, request.user)}
    return render(request, "boards/board.html", context | shown(found, content, asked))


def shown(found: Board, content: Content, asked: Asked) -> dict[str, Any]:
    """Returns the names that boards/_board.html needs. A live board has a topic and embeds its snapshot."""
    now = timezone.now()
    topic = (
        topics.name_of(found, asked.own and asked.span.text, asked.value, _zone_of_days(asked, content))
        if asked.span.live
        else dashboard_topics.PULSE
    )
    taken = live_snapshots.take([topic, dashboard_topics.PULSE], now)
    pulse = taken[dashboard_topics.PULSE]["data"]
    data = taken[topic]["data"] if asked.span.live else topics.snapshot(found, content, asked.span, asked.value, now)
    if data.get("gone"):
        raise Http404("no such board any more")
    return {
        "data": data,
        "panels": present(data, pulse),
        "has_map": maps.has_map(data),
        "topic": topic if asked.span.live else "",
        "snapshots": taken if asked.span.live else None,
        "asked": asked,
        "more": {
            "earlier": asked.query(range=ranges.earlier(asked.span.whole, asked.span.zone)),
            "later": _later(asked),
        },
        "lengths": [(length, asked.query(range=length)) for length in LENGTHS],
        "choices": sorted({*choices_of(content), asked.value} - {""}),
        "csv_query": asked.query(range=data_range(data), until=data["range"]["until"]),
    }


@token_allowed("read:dashboards")
@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """Answers the snapshot of a board for the time and the value of the address, as JSON; ?maps=no leaves maps out."""
    found = visible(request, slug)
    content = content_of(found)
    asked = asked_of(request, content)
    if asked.error:
        return JsonResponse({"error": asked.error}, status=400)
    now, maps_too = timezone.now(), request.GET.get("maps") != "no"
    return JsonResponse(topics.snapshot(found, content, asked.span, asked.value, now, maps_too=maps_too))


@token_allowed("read:dashboards")
@require_safe
def panel_csv(request: HttpRequest, slug: str, place: int) -> HttpResponse | StreamingHttpResponse:
    """Answers the figures of one panel as CSV, for the same time and value as its board."""
    found = visible(request, slug)
    content = content_of(found)
    asked = asked_of(request, content)
    if asked.error:
        return HttpResponse(asked.error, status=400, content_type="text/plain; charset=utf-8")
    if not 0 <= place < len(content.panels):
        raise Http404("no such panel")
    one = panels.panel(content.panels[place], asked.span, content.variable, asked.value, Sources())
    name = f"{download.slug(slug, 'board')}_{download.slug(one['title'], 'panel')}_{download.stamp(timezone.now())}.csv"
    return download.respond(name, *_table(one, asked.span))


def _table(panel: dict[str, Any], span: Span) -> tuple[list[str], Iterator[list[Any]]]:
    """Returns the columns and the rows of a panel; of a panel without figures, its sentences."""
    if "lines" in panel:
        names = [line["name"] for line in panel["lines"]]
        rows = ([*download.time_columns(time), *values] for time, values in reversed(list(curve_rows(panel))))
        return ["time_utc", "epoch_ms", *names], rows
    if "rows" in panel:
        names = [head["label"] for head in panel["columns"]]
        return ["time_utc", "epoch_ms", *names], ([*download.time_columns(row[0]), *row[1:]] for row in panel["rows"])
    if "routes" in panel:
        names = ["time_utc", "epoch_ms", panel["by"], "latitude", "longitude", *([panel["of"]] if panel["of"] else [])]
        return names, (_place(thing, valued=bool(panel["of"])) for thing in newest_positions(panel, None))
    if "places" in panel:
        return [panel["by"], panel["title"]], ([place["name"], place["value"]] for place in panel["places"])
    if "alarms" in panel:
        keys = ["name", "started", "ended", "peak", "threshold"]
        return keys, ([alarm[key] for key in keys] for alarm in panel["alarms"])
    if "value" in panel:
        return ["from_utc", "to_utc", panel["title"]], iter(
            [[clock.to_iso(span.start), panel["until"], panel["value"]]]
        )
    return ["text"], ([line] for line in panel.get("paragraphs", [panel.get("error", "")]))


def _place(thing: dict[str, Any], *, valued: bool) -> list[Any]:
    place = [*download.time_columns(thing["at"]), thing["name"], thing["latitude"], thing["longitude"]]
    return [*place, thing["value"]] if valued else place


@require_safe
def replay(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """Answers the positions of a map over the whole time of the address, as JSON; as many as can be sent once."""
    found = visible(request, slug)
    content = content_of(found)
    asked = asked_of(request, content)
    if not 0 <= place < len(content.panels) or content.panels[place].kind != "map":
        raise Http404("no such map")
    if asked.error:
        return JsonResponse({"error": asked.error}, status=400)
    try:
        return JsonResponse(maps.replay(content.panels[place], asked.span, content.variable, asked.value, Sources()))
    except PanelError as error:
        return JsonResponse({"error": str(error)}, status=400)


def visible(request: HttpRequest, slug: str) -> Board:
    """Returns a board that the user may see. Raises Http404, the same for a foreign board as for none."""
    found = access.visible(request.user).filter(slug=storable(slug)).first()
    if found is None:
        raise Http404("no such board")
    return found


def asked_of(request: HttpRequest, content: Content) -> Asked:
    """Returns the time and the value that an address has; the board's own time for one that is none."""
    now = clock.from_datetime(timezone.now())
    own, at, name = request.GET.get("range", "").strip(), request.GET.get("at", ""), request.GET.get("zone", "")
    zone = zone_of(name)
    value = storable(request.GET.get("var", ""), MOST_VALUE) if content.variable else ""
    try:
        if zone is None:
            raise RangeError(f"There is no time zone {name[:MOST_ZONE]!r}.")
        span = ranges.up_to(ranges.parse(own or content.range, now, at, zone), request.GET.get("until", ""), now)
        return Asked(span, value, "", own, "" if zone is UTC else name)
    except RangeError as error:
        return Asked(ranges.parse(content.range, now), value, str(error), "")


def data_range(data: dict[str, Any]) -> str:
    """Returns the range of a snapshot as two times, so that a file has the rows that its page shows."""
    return f"{data['range']['start']}..{data['range']['end']}"


def _zone_of_days(asked: Asked, content: Content) -> str:
    """Returns the zone of a topic: "" for a board whose curves have no steps of a day, so that all zones share it."""
    asks_days = any(milliseconds(panel.window) > DAY // 2 for panel in content.panels)  # a longer step is a day
    return asked.zone if asks_days or asked.span.length > 2 * DAY else ""


def _later(asked: Asked) -> str:
    """Returns the query of the time after the one that is shown; "" if that is live."""
    return "" if asked.span.live else asked.query(range=ranges.later(asked.span.whole, clock.now(), asked.span.zone))


def choices_of(content: Content) -> list[str]:
    """Returns the values of the variable that viewers may choose from."""
    try:
        return panels.choices(content.variable, Sources())
    except PanelError:
        return []


def content_of(found: Board) -> Content:
    """Returns the content of a board; one that says so for a text that cannot be read, as of a newer Millrace."""
    try:
        return read(found.text)
    except BoardError as error:
        says = Panel(kind="text", title="This board's text cannot be read", text=str(error), size="wide")
        return Content(title=found.title, panels=[says])
