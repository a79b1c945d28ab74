"""For operators: makes a stream, and puts a record by hand. Staff only."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from accounts.guards import staff_only
from common.text import escaped
from dashboard import links
from dashboard.operators.acts import attempt
from streams.api import changes, is_kinesis
from streams.core import names

NEW = {"name": "", "shards": "1", "hours": "24"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def new_stream(request: HttpRequest) -> HttpResponse:
    """Makes a stream of a name, a number of shards and a retention."""
    asked = {field: request.POST.get(field, value).strip() for field, value in NEW.items()}
    refusal = ""
    if request.method == "POST":
        done, refusal = attempt(request, "new", lambda: _make(request, asked))
        if done:
            messages.success(request, done)
            return redirect("streams" if is_kinesis() else links.to_stream(asked["name"]))
    most = {"shards": changes.MOST_SHARDS, "hours": changes.MOST_HOURS}
    context = {"asked": asked, "refusal": refusal, "most": most, "has_retention": not is_kinesis()}
    return render(request, "dashboard/stream_new.html", context, status=422 if refusal else 200)


def _make(request: HttpRequest, asked: dict[str, str]) -> str:
    name = asked["name"]
    if fault := names.stream_fault(name):
        raise ValueError(fault)
    shards = changes.whole(asked["shards"], changes.MOST_SHARDS, "The number of shards")
    hours = None if is_kinesis() else changes.whole(asked["hours"], changes.MOST_HOURS, "The retention in hours")
    changes.create(name, shards, hours, waits=False)
    changes.note(request.user.get_username(), "create", name, shards)
    return f"{name} is being made; Kinesis takes up to a minute for it." if is_kinesis() else f"{name} is there."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def put_record(request: HttpRequest, name: str) -> HttpResponse:
    """Puts one record that a person typed, and links to the place where it is stored."""
    if not 1 <= len(name) <= names.MOST_STREAM:
        raise Http404("no stream is named")
    asked = {
        "key": request.POST.get("key", ""),
        "data": request.POST.get("data", ""),
        "as": request.POST.get("as", "json"),
    }
    refusal = ""
    if request.method == "POST":
        done, refusal = attempt(request, "put", lambda: _put(request, name, asked))
        if done:
            messages.success(request, done)
            return redirect(links.to_act("put", name))
    context: dict[str, Any] = {"name": name, "asked": asked, "refusal": refusal, "back": links.to_stream(name)}
    context |= {"most_key": names.MOST_KEY, "most": changes.MOST_TYPED}
    return render(request, "dashboard/put.html", context, status=422 if refusal else 200)


def _put(request: HttpRequest, name: str, asked: dict[str, str]) -> str:
    data = changes.typed(asked["data"], as_json=asked["as"] != "text")
    found = changes.put(name, asked["key"], data)
    changes.note(request.user.get_username(), "put", f"key {escaped(asked['key'])} into {name}", 1)
    return format_html(
        'The record is in: shard {}, sequence number {}. <a href="{}">Look at it</a>',
        found.shard,
        found.number,
        links.to_record(name, found.shard, found.sequence),
    )
