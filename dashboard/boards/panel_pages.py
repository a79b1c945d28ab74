"""Answers the form that makes or changes one panel, with a preview on the rows that exist."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from dashboard import ranges
from dashboard import topics as dashboard_topics
from dashboard.boards import editing, maps, panels, starting, store
from dashboard.boards.asking import PanelError, Sources
from dashboard.boards.edit_pages import changeable, either, version_of
from dashboard.boards.models import Board
from dashboard.boards.pages import content_of
from dashboard.boards.presenting import present
from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import KINDS, MOST_PLACES, MOST_THINGS, MOST_TRAIL, MOST_WORDS, SIZES, Content, Panel
from dashboard.boards.store import ConflictError
from dashboard.boards.writing import write
from dashboard.live.service import snapshots as live_snapshots
from streams.core import clock
from streams.declarations import FUNCTIONS

VALUES = 100  # offered for a filter
FIGURES = ("number", "lines", "bars", "top")  # kinds that show a function of a column
WORDS = {
    "number": "a number with its course",
    "lines": "lines over time",
    "bars": "bars over time",
    "top": "a ranking",
    "table": "the newest rows",
    "text": "a text",
    "alarms": "alarms",
    "map": "places on a map",
}
FUNCTION_WORDS = {
    "count": "number of rows",
    "sum": "sum",
    "mean": "mean",
    "min": "least",
    "max": "greatest",
    "last": "last",
    "p95": "95th percentile",
    "distinct": "number of different values",
}
assert tuple(WORDS) == KINDS
assert tuple(FUNCTION_WORDS) == FUNCTIONS


@either
def panel(request: HttpRequest, slug: str, place: int | None = None) -> HttpResponse:
    """Shows the form as the address fills it, and a preview; POST keeps the panel."""
    board = changeable(request, slug)
    content = content_of(board)
    if place is not None and place >= len(content.panels):
        raise Http404("no such panel")
    before = None if place is None else content.panels[place]
    given = request.POST.dict() if request.method == "POST" else _suggested(request.GET.dict())
    given = given if "kind" in given else editing.as_form(before) if before else {"kind": "lines"}
    shown, refusal = None, ""
    try:
        shown = editing.panel_of(given, before)
        read(write(editing.put(content, shown, place)))
        if request.method == "POST":
            store.change(board, write(editing.put(content, shown, place)), version_of(request))
            return redirect("board-edit", slug)
    except (BoardError, ConflictError) as error:
        refusal = error.says if isinstance(error, BoardError) else str(error)
    asked = request.method == "POST" or "kind" in request.GET
    context = _form(board, content, given, place) | _preview(content, None if refusal else shown)
    refusal = refusal if (asked and given.get("data")) or request.method == "POST" else ""
    status = 400 if refusal and request.method == "POST" else 200
    return render(request, "boards/panel.html", context | {"refusal": refusal}, status=status)


def _suggested(given: dict[str, str]) -> dict[str, str]:
    """Returns the choices, with suggestions for those that the form did not offer before the data was chosen."""
    dataset, kind = Sources().datasets.get(given.get("data", "")), given.get("kind", "")
    if dataset and kind == "map":
        return given | {name: value for name, value in starting.placed(dataset).items() if not given.get(name)}
    if dataset is None or kind not in FIGURES:
        return given
    found = starting.suggested(kind, dataset)
    offered = {"function", "column"} if "function" in given else set()
    if "by" in given and (given["by"] or kind != "top"):
        offered.add("by")
    return given | {name: value for name, value in found.items() if name not in offered}


def _form(board: Board, content: Content, given: dict[str, str], place: int | None) -> dict[str, Any]:
    """Returns the choices of the form; columns are those of the chosen data."""
    sources = Sources()
    dataset = sources.datasets.get(given.get("data", ""))
    kind = given.get("kind", "lines")
    figures = kind in FIGURES
    columns = dataset.columns if dataset else []
    texts = [each for each in columns if each.kind == "text"]
    values: list[str] = []
    if dataset and given.get("where_column") in [each.name for each in texts]:
        stream = _stream(sources, dataset.application, given.get("stream", ""))
        values = dataset.values(given["where_column"], stream, "", VALUES)
    return {
        "board": board,
        "content": content,
        "given": given,
        "place": place,
        "kinds": WORDS,
        "sizes": dict(zip(SIZES, ("small", "middle", "wide"), strict=True)),
        "functions": FUNCTION_WORDS,
        "datasets": [each for each in sources.datasets.values() if each.episodes or kind != "alarms"],
        "dataset": dataset,
        "numbers": columns if given.get("function") == "distinct" else [c for c in columns if c.kind == "number"],
        "texts": texts,
        "values": values,
        "figures": figures,
        "has_by": kind in ("lines", "bars", "top", "map"),
        "has_window": kind in ("number", "lines", "bars", "map"),
        "has_most": kind in ("lines", "bars", "top", "table", "alarms", "map"),
        "most_most": MOST_THINGS if kind == "map" else MOST_PLACES,
        "most_trail": MOST_TRAIL,
        "most_words": MOST_WORDS,
    }


def _stream(sources: Sources, application: str, named: str) -> str:
    try:
        return sources.stream(application, named)
    except PanelError:
        return sources.stream(application, "")


def _preview(content: Content, shown: Panel | None) -> dict[str, Any]:
    """Returns the panel on the rows of the board's own time, as the board will show it."""
    if shown is None:
        return {"panels": []}
    now = timezone.now()
    span = ranges.parse(content.range, clock.from_datetime(now))
    one = Content(title=content.title, range=content.range, panels=[shown])
    data = panels.board(one, span, "", clock.from_datetime(now))
    pulse = live_snapshots.take([dashboard_topics.PULSE], now)[dashboard_topics.PULSE]["data"]
    shows = {"panels": present(data, pulse), "has_map": maps.has_map(data), "display": True}
    return shows | {"data": data | {"version": 0}}
