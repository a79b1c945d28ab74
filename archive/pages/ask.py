"""Answers the page on which people ask questions: the editor, one question with its answer, its files."""

from collections.abc import Iterator
from time import sleep
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import person
from archive.access import askers_only
from archive.models import Asked
from archive.pages import showing
from archive.questions import running, saving, tables
from archive.questions.asking import LONGEST
from archive.questions.request import Form
from archive.questions.running import FAULTS, RefusedError
from archive.questions.tables import TableError
from common.text import storable
from dashboard import download
from dashboard.held.looks import one_look

PART = "X-Part"  # a header of a script's request: the answer is the parts of the page that change
QUICK = 0.7  # seconds in which most questions are answered, so that their first page has the answer
LOOK = 0.05
TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
RECENT = 8  # questions on the page
MOST_TABLE = 200  # characters of a table's name in an address


@require_http_methods(["GET", "HEAD", "POST"])
@askers_only
def ask(request: HttpRequest) -> HttpResponse:
    """Shows the editor; a POST carries out its button `do`."""
    if request.method == "POST":
        return _posted(request)
    text = _first_text(request)
    return _page(request, {"text": text, "title": request.GET.get("title", "")[:100]})


def refused(request: HttpRequest, text: str, says: str) -> HttpResponse:
    """Shows the editor with a text, and why nothing was done with it."""
    return _page(request, {"text": text[:LONGEST], "refusal": says}, status=422)


def _first_text(request: HttpRequest) -> str:
    if table := storable(request.GET.get("table", ""), MOST_TABLE):
        return f"SELECT *\nFROM {showing.name(table)}\nLIMIT 100"
    number = request.GET.get("saved", "")
    if number.isdecimal() and len(number) < 10 and (found := saving.visible(person(request)).filter(pk=number).first()):
        return found.text
    return ""


def _posted(request: HttpRequest) -> HttpResponse:
    text = storable(request.POST.get("text", "")).replace("\r\n", "\n")
    context: dict[str, Any] = {"text": text[:LONGEST], "title": request.POST.get("title", "")[:100]}
    if request.POST.get("do") == "look":
        return _page(request, context)
    if request.POST.get("do") == "save":
        return _save(request, context)
    if len(text) > LONGEST or not text.strip():
        return _page(request, context | {"refusal": f"Write a question of 1 to {LONGEST:,} characters."}, status=422)
    try:
        begun = running.begin(person(request), text)
    except RefusedError as error:
        return _page(request, context | {"refusal": str(error)}, status=409)
    _wait(begun)
    return redirect("asked", begun.pk)


def _wait(begun: Asked) -> None:
    """Waits a moment for an answer."""
    for _ in range(int(QUICK / LOOK)):
        if not Asked.objects.filter(pk=begun.pk, state=Asked.RUNNING).exists():
            return
        sleep(LOOK)


def _save(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    try:
        saved = saving.save(person(request), context["title"], context["text"], shared=bool(request.POST.get("shared")))
    except saving.NotSavedError as error:
        return _page(request, context | {"refusal": str(error)}, status=422)
    messages.success(request, f"“{saved.title}” is saved{', and shared' if saved.shared else ''}.")
    return redirect("ask-saved")


@require_safe
@askers_only
def asked(request: HttpRequest, number: int) -> HttpResponse:
    """Shows a question of the person, and its answer or how it is getting on."""
    running.sweep()
    found = _own(request, number)
    return _page(request, {"text": found.text, "asked": found, "outcome": showing.outcome(found)})


@require_POST
@askers_only
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a question of the person."""
    found = _own(request, number)
    running.cancel(found)
    _wait(found)
    return redirect("asked", number)


@require_safe
@askers_only
def export(request: HttpRequest, number: int, form: Form) -> HttpResponse | StreamingHttpResponse:
    """Streams all rows of a question's answer, which is asked again."""
    found = _own(request, number)
    if request.method == "HEAD":
        return HttpResponse(content_type=TYPES[form])
    try:
        pieces = running.export(person(request), found.text, form)
        first = next(pieces, b"")  # so that a question without an answer gives no file
    except (RefusedError, *FAULTS) as error:
        context = {"text": found.text, "asked": found, "outcome": showing.outcome(found), "refusal": str(error)}
        return _page(request, context, status=409)
    response = StreamingHttpResponse(_joined(first, pieces), content_type=TYPES[form])
    name = f"answer_{found.pk}_{download.stamp(found.at)}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _own(request: HttpRequest, number: int) -> Asked:
    found = Asked.objects.filter(pk=number, user=person(request)).first() if number < 2**63 else None
    if found is None:
        raise Http404("no such question of yours")
    return found


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Renders the page, or the parts of it that change."""
    with one_look():
        return _rendered(request, context, status)


def _rendered(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    context = {"outcome": None, "asked": None, **context, "look": _look(context["text"])}
    mine = Asked.objects.filter(user=person(request), form="rows").defer("answer").order_by("-at", "-pk")
    context["recent"] = mine[:RECENT]
    if request.headers.get(PART):
        return render(request, "archive/_ask_parts.html", context)
    groups = showing.groups()
    context |= {
        "groups": groups,
        "words": showing.words(groups),
        "anything": any(group["tables"] for group in groups),
        "running": mine.filter(state=Asked.RUNNING).first(),
        "saved": saving.visible(person(request))[:20],
        "longest": LONGEST,
        "seconds": running.SECONDS,
    }
    return render(request, "archive/ask.html", context, status=status)


def _look(text: str) -> dict[str, Any]:
    """Returns the tables that a text names, and their bytes."""
    try:
        found = tables.named(text)
    except TableError as error:
        return {"refusal": str(error)}
    copied = [table.name for table in found if table.make]
    return {"copied": copied, "tables": found, "size": sum(table.size for table in found), "empty": not text.strip()}
