"""Answers the pages of tables: their list, a file before it is kept, one table, and its removal."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guards import person, staff_only
from archive.models import FileTable
from archive.stores.base import StoreError
from archive.stores.opening import opened
from archive.tables import form, storing, uploads
from archive.tables.fetching import allowed
from archive.tables.importing import Job, import_table
from archive.tables.models import MOST_NAME
from archive.tables.preview import preview
from archive.tables.reading_back import errors_of
from archive.tables.spec import LOGS
from archive.tables.storing import TableError
from common.text import counted, storable
from streams.sources.base import SourceError

ROWS = 50
LONGEST_URL = 1200  # characters: S3 takes keys of 1,024
UNPACKED = 2  # times TABLES_UPLOAD: a request ends after 30 s


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """Lists the tables, and takes a file, which is held until the person has looked at it."""
    refusal = ""
    if request.method == "POST":
        try:
            return redirect("table-new", _taken(request))
        except (TableError, StoreError) as error:
            refusal = str(error)
    page = Paginator(FileTable.objects.order_by("name"), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "refusal": refusal, "most": settings.TABLES_UPLOAD, "prefixes": settings.TABLES_S3}
    return render(request, "tables/list.html", context, status=422 if refusal else 200)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, token: str) -> HttpResponse:
    """Shows how a held file would become a table, and keeps it as one."""
    path = uploads.find(person(request).pk, token)
    if path is None:
        messages.error(request, "That file is no longer held: choose it again.")
        return redirect("tables")
    name = uploads.name_of(path)
    given, refusal, seen = dict[str, str](), "", None
    try:
        given = form.given((request.POST if request.method == "POST" else request.GET).dict())
        spec = form.spec_of(given)
        if request.method == "POST":
            return _kept(request, path, name, given)
        seen = preview(path, name, given.get("name", "table"), spec, _most())
    except (SourceError, TableError, StoreError) as error:
        refusal = str(error)
    given.setdefault("name", _suggested(name))
    context: dict[str, Any] = {"file": name, "size": path.stat().st_size if path.exists() else 0, "given": given}
    context |= {"seen": seen, "refusal": refusal, "delimiters": form.DELIMITERS, "logs": LOGS, "longest": MOST_NAME}
    return render(request, "tables/new.html", context, status=422 if refusal else 200)


@staff_only
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """Shows a table: its columns, its size, and the first of its bad lines."""
    found = get_object_or_404(FileTable, name=name)
    try:
        errors = errors_of(name, opened(), ROWS)
    except StoreError as error:
        messages.error(request, str(error))
        errors = []
    return render(request, "tables/table.html", {"table": found, "errors": errors})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Asks whether a table shall go, and removes it."""
    found = get_object_or_404(FileTable, name=name)
    if request.method == "POST":
        try:
            storing.remove(opened(), name)
        except StoreError as error:
            messages.error(request, f"{name} is removed; some of its files are left for later. {error}")
        else:
            messages.success(request, f"{name} is removed.")
        return redirect("tables")
    return render(request, "tables/remove.html", {"table": found})


def _taken(request: HttpRequest) -> str:
    """Holds the file of the form, and returns its token. Raises TableError and StoreError."""
    user = person(request).pk
    sent, url = request.FILES.get("file"), request.POST.get("url", "").strip()
    if sent is not None:
        if (sent.size or 0) > settings.TABLES_UPLOAD:
            raise TableError(f"The file has {sent.size:,} bytes; at most {settings.TABLES_UPLOAD:,} are taken here.")
        return uploads.keep(user, sent.name or "", lambda file: file.writelines(sent.chunks()))
    if not url:
        raise TableError("Choose a file.")
    if len(url) > LONGEST_URL or not allowed(url, settings.TABLES_S3):
        raise TableError("The page reads only below the addresses that TABLES_S3 names.")
    from archive.stores.s3 import fetch  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

    return uploads.keep(user, url, lambda file: fetch(url, None, None, file, settings.TABLES_UPLOAD))


def _kept(request: HttpRequest, path: Path, name: str, given: dict[str, str]) -> HttpResponse:
    """Makes the table. Raises SourceError, TableError and StoreError."""
    table, who = form.name_of(given), person(request).get_username()
    append = "append" in given
    if not append and "replace" not in request.POST and FileTable.objects.filter(name=table).exists():
        raise TableError(f"There is a table {table}: choose to replace it or to add to it, or name this one otherwise.")
    job = Job(table, path, storable(name), form.spec_of(given), _most(), made_by=who, append=append)
    with uploads.one_at_a_time():
        outcome = import_table(job, opened())
    path.unlink(missing_ok=True)
    bad = f" Kept in {table}/errors: {counted(outcome.bad, 'bad line')}." if outcome.bad else ""
    messages.success(request, f"{table} has {counted(outcome.rows, 'row')} of {name}.{bad}")
    for note in outcome.notes[:3]:
        messages.info(request, note)
    return redirect("table", table)


def _most() -> int:
    return settings.TABLES_UPLOAD * UNPACKED


def _suggested(file: str) -> str:
    """Returns a name for the table of a file."""
    plain = re.sub(r"[^a-z0-9]+", "_", Path(file).name.partition(".")[0].lower()).strip("_")
    return plain[:MOST_NAME] if re.match("[a-z]", plain) else f"t_{plain}"[:MOST_NAME].rstrip("_")
