"""Answers the pages of SQL applications: the list, one application, and the rows of an output as CSV."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.bearer import token_allowed
from accounts.guards import person
from common.running import to_run
from common.text import storable
from dashboard import download
from dashboard.choosing import Chosen
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.progress import workers
from dashboard.topics import PULSE
from sql.folder import SCRIPT_FILE
from sql.live import files, listing
from sql.live.editing.access import may_edit
from sql.live.models import SqlApplication, SqlOutput
from sql.live.report import ordered
from sql.templatetags.sql_rows import is_number
from streams.applications import Asked
from streams.core import clock
from streams.models.readers import streams_of

VERSIONS = 20  # on a page


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Lists the applications that are deployed."""
    living = workers()
    found = [each | {"workers": sum(living.get(each["name"], {}).values())} for each in listing.applications()]
    return render(
        request,
        "sql/applications.html",
        {"found": found, "deploy": to_run("sql", "deploy", "NAME", "FOLDER"), "edits": may_edit(person(request))},
    )


@require_safe
def application(request: HttpRequest, name: str) -> HttpResponse:
    """Shows one application on the stream that the request chooses."""
    found = _application(name)
    on = _chosen(request, found)
    topic, curves = f"sql:{name}@{on.stream}", f"sql-curves:{name}@{on.stream}"
    snapshots = live_snapshots.take([topic, curves, PULSE], timezone.now())
    data = snapshots[topic]["data"]
    version = found.versions.filter(number=found.active).first()
    script = files.load(version)[SCRIPT_FILE].decode("utf-8-sig") if version else ""
    context = {
        "application": found,
        "edits": may_edit(person(request)),
        "on": on,
        "topic": topic,
        "curves_topic": curves,
        "data": data,
        "shown": list(map(_shown, data["outputs"])),
        "boards": [f"{name}/{each['name']}" for each in data["outputs"] if each["stored"]][:1],
        "curves": snapshots[curves]["data"]["curves"],
        "versions": listing.versions(found)[:VERSIONS],
        "script": list(enumerate(script.splitlines(), 1)),
        "snapshots": snapshots,
        "workers": snapshots[PULSE]["data"]["workers"].get(name, {}).get(on.stream, 0),
        "put": to_run("produce", "lines", "--stream", on.stream, "--file", "FILE"),
        **signals(data, on, snapshots, shown=any(each["count"] for each in data["outputs"])),
    }
    return render(request, "sql/application.html", context)


@token_allowed("read:dashboards")
@require_safe
def rows_csv(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """Streams the rows of ?output= on one stream, oldest first."""
    found, output = _application(name), request.GET.get("output", "")
    on = _chosen(request, found)
    wanted = found.outputs.filter(name=storable(output), stored=True).first()
    if wanted is None:
        raise Http404("no such output")
    names = [column for column, _ in wanted.columns]
    file = f"{download.slug(name, 'sql')}_{download.slug(output, 'rows')}_{download.stamp(timezone.now())}.csv"
    return download.respond(file, ["time_utc", "epoch_ms", *names], _rows(name, wanted, names, on.stream))


def _rows(name: str, output: SqlOutput, names: list[str], stream: str) -> Iterator[list[Any]]:
    for row in ordered(name, Asked(stream=stream), {output.pk: output}).iterator(chunk_size=2000):
        values = json.loads(row.data)
        yield [
            *download.time_columns(clock.to_iso(clock.from_datetime(row.rowtime))),
            *(values.get(each) for each in names),
        ]


def _shown(output: dict[str, Any]) -> dict[str, Any]:
    """Returns an output for the template: each value with the look of its column."""
    numbers = [is_number(type_) for _, type_ in output["columns"]]
    shown = [
        {"rowtime": row["rowtime"], "cells": list(zip(row["values"], numbers, strict=True))} for row in output["rows"]
    ]
    return output | {"rows": shown}


def _application(name: str) -> SqlApplication:
    found = SqlApplication.objects.filter(name=storable(name)).first()
    if found is None:
        raise Http404("no such SQL application")
    return found


def _chosen(request: HttpRequest, found: SqlApplication) -> Chosen:
    known = [found.stream, *(each for each in streams_of(found.name) if each != found.stream)]
    stream = request.GET.get("stream") or found.stream
    if stream not in known:
        raise Http404(f"{found.name} has never read a stream of that name")
    return Chosen(found.name, stream, found.stream, known)
