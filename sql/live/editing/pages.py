"""Answers the editor: a new application, and the versions of one that is deployed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.guards import person
from common.text import cut, storable
from sql.errors import ScriptError
from sql.folder import FolderError, from_files
from sql.folder.reading import SCRIPT_MOST
from sql.functions.summaries import GROUPS
from sql.live import listing
from sql.live.deploying import roll_back
from sql.live.editing import catalogue, drafts, panels, slices, work
from sql.live.editing.access import editors_only
from sql.live.editing.bench import bench
from sql.live.editing.drafts import Text, TextError
from sql.live.editing.work import Answer
from sql.live.models import SqlApplication, SqlDraft
from streams.changes import note as audit
from streams.core import clock

VERSIONS = 20  # on a page
PART = "X-Part"  # a header of a script's request: the answer is the parts of the page that change


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def edit(request: HttpRequest, name: str = "") -> HttpResponse:
    """Shows the editor; a POST carries out its button `do`, and keeps the text as the person's draft."""
    application = _application(name) if name else None
    if request.method == "POST":
        return _posted(request, application)
    bench.warm()
    draft = drafts.saved(person(request), name)
    if other := drafts.of_tab(draft, request.GET.get("other", "")):
        text = drafts.opened(other, None)
    else:
        text = drafts.opened(drafts.text_of(draft) if draft else _first_text(request, application), draft)
    return _page(request, application, text, draft=draft, stream=request.GET.get("stream", ""))


def _first_text(request: HttpRequest, application: SqlApplication | None) -> Text:
    if application:
        return drafts.of_version(application)
    return _discovered(Text("", "", 0, {}), request.GET.get("stream", ""))


def _posted(request: HttpRequest, application: SqlApplication | None) -> HttpResponse:
    do = request.POST.get("do", "check")
    if do not in DOES:
        raise Http404("no such button")
    try:
        text = drafts.read(request.POST)
        drafts.save(person(request), application.name if application else "", text)
    except TextError as error:
        chosen = {key: request.POST.get(key, "")[:500] for key in drafts.CHOSEN}
        text = Text(request.POST.get("script", ""), request.POST.get("configuration", ""), 0, chosen)
        return _page(request, application, text, Answer(refusal=str(error)))
    return DOES[do](request, application, text)


def _check(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    return _page(request, application, text, work.check(person(request), text, application))


def _save(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    return HttpResponse(status=204)


def _run(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    return _page(request, application, text, work.run(person(request), text, application))


def _look(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    return _page(request, application, text, stream=text.chosen["stream"])


def _discover(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    """Puts the schema of a stream into the configuration, and a first script where there is none."""
    found = _discovered(text, text.chosen["stream"])
    drafts.save(person(request), application.name if application else "", found)
    return _page(request, application, found, stream=text.chosen["stream"])


def _discovered(text: Text, stream: str) -> Text:
    if not stream:
        return text
    fields = catalogue.fields(stream)
    if not fields.found:
        return text
    script = text.script
    if not script.strip():
        script = panels.script(panels.Panel(stream, "", "count", "", "1m", "", "=", ""), fields)
    return text._replace(script=script, configuration=catalogue.configuration("", fields))


def _deploy(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    if application and text.base != application.active and not request.POST.get("over"):
        says = (
            f"Version {application.active} was deployed since you began with version {text.base}. "
            "Tick the box to deploy over it."
        )
        return _page(request, application, text, Answer(refusal=says), overtaken=True)
    done, answer = work.put_live(person(request), text, application)
    if done is None:
        return _page(request, application, text, answer)
    drafts.discard(person(request), application.name if application else "")
    name, number = done.version.application.name, done.version.number
    says = f"Version {number} runs from the next record on." if done.new else f"Nothing changed; version {number} runs."
    messages.success(request, says)
    return redirect("sql-application", name)


def _discard(request: HttpRequest, application: SqlApplication | None, text: Text) -> HttpResponse:
    left = drafts.discard(person(request), application.name if application else "")
    says = " What you wrote in another tab is your draft now." if left else ""
    messages.success(request, f"Your draft is discarded.{says}")
    return redirect("sql-edit", application.name) if application else redirect("sql-new")


DOES: dict[str, Callable[[HttpRequest, SqlApplication | None, Text], HttpResponse]] = {
    "check": _check,
    "save": _save,
    "run": _run,
    "look": _look,
    "discover": _discover,
    "deploy": _deploy,
    "discard": _discard,
}


@require_POST
@editors_only
def rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Runs an earlier version again."""
    application = _application(name)
    number = request.POST.get("number", "")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise FolderError("A version has a number.")
        done = roll_back(application.name, int(number))
    except (FolderError, ScriptError) as error:
        messages.error(request, f"Version {storable(number, 12)} does not run: {error}")
        return redirect("sql-edit", application.name)
    if done.new:
        audit(person(request).get_username(), "sql rollback", f"version {number} of {name}", 0)
    messages.success(request, f"Version {number} runs from the next record on.")
    return redirect("sql-application", application.name)


def _page(
    request: HttpRequest,
    application: SqlApplication | None,
    text: Text,
    answer: Answer | None = None,
    *,
    draft: SqlDraft | None = None,
    stream: str = "",
    overtaken: bool = False,
) -> HttpResponse:
    """Renders the page, or the parts of it that a button changes. A text that is refused gets status 422."""
    told = answer.told if answer else None
    refused = bool(answer and (answer.refusal or (told and not told.compiles)))
    streams = [] if request.headers.get(PART) else catalogue.streams()
    stream = stream or _source(text) or next(iter(streams), "")
    context: dict[str, Any] = {
        "application": application,
        "text": text,
        "slice": text.chosen.get("slice") or slices.DEFAULT,
        "answer": answer,
        "told": told,
        "kept": clock.to_iso(clock.now())[11:19] if request.method == "POST" else "",
        "problems": _problems(text, answer),
        "fields": catalogue.fields(stream) if stream and not (answer and request.headers.get(PART)) else None,
        "over": overtaken,
        "others": drafts.others(draft or drafts.saved(person(request), application.name if application else "")),
    }
    if request.headers.get(PART):
        return render(request, "sql/_parts.html", context, status=200)
    context |= {
        "draft": draft,
        "behind": application and application.active != text.base,
        "streams": streams,
        "groups": GROUPS,
        "words": _words(context["fields"]),
        "versions": listing.versions(application)[:VERSIONS] if application else [],
        "most": {"script": SCRIPT_MOST, "configuration": drafts.CONFIGURATION_MOST, **drafts.CHOSEN},
        "now": timezone.now(),
    }
    return render(request, "sql/edit.html", context, status=422 if refused and request.method == "POST" else 200)


def _problems(text: Text, answer: Answer | None) -> list[dict[str, Any]]:
    """Returns the problems of a script, each with the line that it stands in."""
    lines = text.script.split("\n")
    found = answer.told.problems if answer and answer.told else []
    return [
        {"found": each, "text": cut(lines[each.line - 1].strip(), 80) if 0 < each.line <= len(lines) else ""}
        for each in found
    ]


def _source(text: Text) -> str:
    """Returns the name of the stream that a configuration reads; "" while it cannot be read."""
    try:
        found = from_files(text.files, "x")
    except FolderError:
        return text.chosen.get("stream", "")
    return found.source


def _words(fields: catalogue.Fields | None) -> dict[str, Any]:
    """Returns the words that the editor completes."""
    columns = [each["name"] for each in fields.rows] if fields else []
    return {"columns": columns, "functions": [[each.name, each.says] for group in GROUPS.values() for each in group]}


def _application(name: str) -> SqlApplication:
    found = SqlApplication.objects.filter(name=storable(name)).first()
    if found is None:
        raise Http404("no such SQL application")
    return found
