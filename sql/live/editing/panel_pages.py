"""Answers the page that makes a panel without code: choices, their result on real records, and an application."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.guards import person
from common.text import storable
from sql.folder import APPLICATION_FILE, SCRIPT_FILE
from sql.live.editing import catalogue, panels, showing, slices, work
from sql.live.editing.access import editors_only
from sql.live.editing.bench import bench
from sql.live.editing.catalogue import Fields
from sql.live.editing.drafts import Text
from sql.live.editing.pages import PART
from sql.live.editing.panels import ChoiceError, Panel
from sql.live.editing.work import Answer

NAME = "panel"  # of an application that is looked at, but not kept


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def panel(request: HttpRequest) -> HttpResponse:
    """Shows the choices; a POST shows their result, or keeps them as an application."""
    form = request.POST if request.method == "POST" else request.GET
    streams = catalogue.streams()
    chosen = Panel.read({"stream": streams[0] if streams else "", **form.dict()})
    chosen = chosen._replace(**{name: storable(value) for name, value in chosen._asdict().items()})
    fields = catalogue.fields(chosen.stream) if chosen.stream else None
    if request.method == "POST" and fields:
        if form.get("do") == "keep":
            return _keep(request, chosen, fields, streams)
        return _page(request, chosen, fields, streams, _look(request, chosen, fields))
    bench.warm()
    return _page(request, chosen, fields, streams, None)


def _look(request: HttpRequest, chosen: Panel, fields: Fields) -> Answer:
    """Runs the choices over a slice of the stream."""
    words = storable(request.POST.get("slice", ""), slices.TEXT_MOST)
    try:
        return work.run_files(person(request), NAME, panels.files(chosen, fields, NAME), words)
    except ChoiceError as error:
        return Answer(refusal=str(error))


def _keep(request: HttpRequest, chosen: Panel, fields: Fields, streams: list[str]) -> HttpResponse:
    """Makes an application of the choices."""
    name = storable(request.POST.get("name", "").strip(), 100) or panels.suggested(chosen)
    try:
        made = panels.files(chosen, fields, name)
    except ChoiceError as error:
        return _page(request, chosen, fields, streams, Answer(refusal=str(error)))
    script, configuration = made[SCRIPT_FILE].decode(), made[APPLICATION_FILE].decode()
    text = Text(script, configuration, 0, {"name": name, "note": "made as a panel"})
    done, answer = work.put_live(person(request), text, None)
    if done is None:
        return _page(request, chosen, fields, streams, answer)
    messages.success(request, f"{name} is made. A worker computes it from the oldest record that the stream holds.")
    return redirect("sql-application", name)


def _page(
    request: HttpRequest, chosen: Panel, fields: Fields | None, streams: list[str], answer: Answer | None
) -> HttpResponse:
    told = answer.told if answer else None
    curves = [curve for each in told.streams for curve in showing.curve(each)] if told else []
    context: dict[str, Any] = {
        "chosen": chosen,
        "fields": fields,
        "streams": streams,
        "functions": panels.FUNCTIONS,
        "windows": {name: words for name, (words, _, _) in panels.WINDOWS.items()},
        "operators": panels.OPERATORS,
        "answer": answer,
        "told": told,
        "problems": [],
        "curves": curves,
        "name": request.POST.get("name", "")[:64],
        "suggested": panels.suggested(chosen),
        "slice": request.POST.get("slice", "")[: slices.TEXT_MOST] or slices.DEFAULT,
        "script": _script(chosen, fields),
    }
    template = "sql/_panel_parts.html" if request.headers.get(PART) else "sql/panel.html"
    refused = answer and (answer.refusal or (told and not told.compiles))
    return render(request, template, context, status=422 if refused and not request.headers.get(PART) else 200)


def _script(chosen: Panel, fields: Fields | None) -> str:
    try:
        return panels.script(chosen, fields) if fields and fields.found else ""
    except ChoiceError:
        return ""
