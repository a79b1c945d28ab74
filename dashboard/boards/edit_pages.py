"""Answers the pages on which people make and change boards."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from common.running import to_run
from dashboard.boards import access, editing, links, starting, store
from dashboard.boards.models import Board
from dashboard.boards.pages import content_of, visible
from dashboard.boards.reading import BoardError
from dashboard.boards.spec import MOST_BYTES, MOST_DESCRIPTION, MOST_PANELS, MOST_TITLE, Content
from dashboard.boards.store import ConflictError, TooManyError
from dashboard.boards.writing import write
from streams import applications

either = require_http_methods(["GET", "HEAD", "POST"])
Act = Callable[[Content, HttpRequest], Content]
ACTS: dict[str, Act] = {
    "up": lambda content, request: editing.move(content, place_of(request), -1),
    "down": lambda content, request: editing.move(content, place_of(request), 1),
    "remove": lambda content, request: editing.remove(content, place_of(request)),
    "order": lambda content, request: editing.reorder(content, _order(request)),
    "settings": lambda content, request: editing.settings(content, request.POST.dict()),
}


@either
def new(request: HttpRequest) -> HttpResponse:
    """Makes a board of a title: with panels of its first data, or empty, which leads to its first panel."""
    given = request.POST if request.method == "POST" else request.GET
    datasets = {dataset.name: dataset for dataset in applications.datasets()}
    first = datasets.get(given.get("data", ""))
    title, refusal = given.get("title", "").strip(), ""
    if request.method == "POST":
        try:
            content = Content(title=title, panels=starting.panels(first) if first else [])
            made = store.make(write(content), request.user.pk)
            return redirect("board" if first else "panel-new", made.slug)
        except (BoardError, TooManyError) as error:
            refusal = str(error) if title else "Give it a title."
    elif first:
        title = title or first.title[:MOST_TITLE]
    context = {"title": title, "refusal": refusal, "most": MOST_TITLE, "datasets": datasets.values(), "first": first}
    return render(request, "boards/new.html", context, status=400 if refusal else 200)


@either
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows the panels of a board to be ordered, changed and removed; POST does one of these."""
    board = changeable(request, slug)
    refusal = ""
    if request.method == "POST":
        refusal = _act(request, board, request.POST.get("act", ""))
        if not refusal:
            return redirect("boards" if request.POST.get("act") == "delete" else "board-edit", *_rest(request, slug))
        board.refresh_from_db()
    content = content_of(board)
    variable = f"{content.variable.data} {content.variable.column}" if content.variable else ""
    context: dict[str, Any] = {
        "board": board,
        "content": content,
        "refusal": refusal,
        "undoable": board.texts.count(),
        "seen_by": access.choices() | {board.seen_by: Board.SEEN_BY[board.seen_by]},
        "owns": board.owner_id in (request.user.pk, None),
        "variable": variable,
        "variables": _variables(),
        "most": {"title": MOST_TITLE, "description": MOST_DESCRIPTION, "panels": MOST_PANELS},
        "links": links.listed(board, request.user.pk),
    }
    return render(request, "boards/edit.html", context, status=409 if refusal else 200)


def _rest(request: HttpRequest, slug: str) -> list[str]:
    return [] if request.POST.get("act") == "delete" else [slug]


def _act(request: HttpRequest, board: Board, act: str) -> str:
    """Carries out the request of a form; returns why not, in a sentence, or "" once it is done."""
    try:
        if act == "undo":
            undone = store.undo(board, version_of(request))
            messages.info(request, "The last change is undone." if undone else "There is no change to undo.")
        elif act == "delete":
            store.delete(board)
            messages.success(request, f"The board {board.title} is deleted.")
        elif act in ACTS:
            store.change(board, write(ACTS[act](content_of(board), request)), version_of(request))
            if act == "settings":
                _share(request, board)
    except ConflictError as error:
        return str(error)
    except BoardError as error:
        return error.says
    return ""


def _share(request: HttpRequest, board: Board) -> None:
    """Sets the people that may see the board, if its owner asks for it."""
    wanted = request.POST.get("seen_by", board.seen_by)
    if wanted != board.seen_by and wanted in access.choices() and board.owner_id in (request.user.pk, None):
        store.share(board, wanted)


@either
def text(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows a board as text; POST gives it another, or says in which line that is wrong."""
    board = changeable(request, slug)
    shown, refusal, line, status = board.text, "", 0, 200
    if request.method == "POST":
        shown = request.POST.get("text", "")
        try:
            store.change(board, shown, version_of(request))
            return redirect("board", slug)
        except BoardError as error:
            refusal, line, status = error.says, error.line, 400
        except ConflictError as error:
            refusal, status = str(error), 409
    lines = shown.replace("\r\n", "\n").split("\n")
    wrong = lines[line - 1] if 0 < line <= len(lines) else ""
    context = {"board": board, "text": shown, "refusal": refusal, "line": line, "wrong": wrong[:200]}
    context["command"] = to_run("boards", "export", slug)
    context |= {
        "most": MOST_BYTES,
        "version": request.POST.get("version", board.version),
        "rows": min(40, len(lines) + 2),
    }
    return render(request, "boards/text.html", context, status=status)


def changeable(request: HttpRequest, slug: str) -> Board:
    """Returns a board that the user may change. Raises Http404 or PermissionDenied."""
    board = visible(request, slug)
    if not access.may_change(board, request.user):
        raise PermissionDenied("Only its owner, and staff, may change this board.")
    return board


def version_of(request: HttpRequest) -> int | None:
    """Returns the version on which a form is based; None for a form without one."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 9 else None


def place_of(request: HttpRequest) -> int:
    """Returns the place of the panel that a form is about; -1 for none."""
    given = request.POST.get("place", "")
    return int(given) if given.isdecimal() and len(given) < 4 else -1


def _order(request: HttpRequest) -> list[int]:
    given = request.POST.get("order", "").split(",")[: MOST_PANELS + 1]
    return [int(each) for each in given if each.isdecimal() and len(each) < 4]


def _variables() -> list[tuple[str, str]]:
    """Returns the columns that viewers may be let choose from: (value of the form, words)."""
    return [
        (f"{dataset.name} {column.name}", f"{column.title} of {dataset.name}")
        for dataset in applications.datasets()
        for column in dataset.columns
        if column.kind == "text"
    ]
