"""Answers the button of the page Ask that makes a question a draft, to run on the stream from now on."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.guards import person
from accounts.models import User
from archive.access import askers_only
from archive.pages.ask import refused
from archive.questions import streams
from archive.questions.asking import AskError, Bounds, Question
from common.text import quoted, storable
from dashboard.held.looks import one_look
from sql.folder import APPLICATION_FILE, SCRIPT_FILE
from sql.live.editing import asked, drafts, work
from sql.live.editing.access import editors_only
from sql.live.editing.asked_expressions import NotStreamingError
from sql.live.editing.drafts import Text, TextError

BOUNDS = Bounds(seconds=5, megabytes=128, threads=1, rows=1)
PARTS = "skip_null := true, skip_default := true, skip_empty := true"


@require_POST
@editors_only
@askers_only
def from_question(request: HttpRequest) -> HttpResponse:
    """Makes a question the person's draft of a new application, or says which part of it cannot run on a stream."""
    text = storable(request.POST.get("text", "")).replace("\r\n", "\n")
    try:
        draft = _draft(person(request), text)
        drafts.save(person(request), "", drafts.opened(draft, None))
    except (NotStreamingError, AskError, TextError) as error:
        return refused(request, text, str(error))
    messages.success(request, "The question is a draft now. Run it over a slice of the stream, and deploy it.")
    return redirect("sql-new")


def _draft(user: User, text: str) -> Text:
    tree = tree_of(text)
    name = asked.table_of(tree)
    with one_look():
        found = streams.kinds_of(name)
    if found is None:
        raise NotStreamingError(f"{quoted(name)} is no archived stream.")
    try:
        files = asked.files(tree, *found, "")
    except RecursionError:
        raise NotStreamingError("Its expressions are nested too deeply.") from None
    configuration = files[APPLICATION_FILE].decode().removeprefix('name = ""\n')
    draft = Text(files[SCRIPT_FILE].decode(), configuration, 0, {"stream": found[0], "note": "made of a question"})
    answer = work.check(user, draft, None)
    problems = [each.sentence for each in answer.told.problems if not each.warning] if answer.told else [answer.refusal]
    if problems:
        raise NotStreamingError(f"On a stream it has a problem: {problems[0]}")
    return draft


def tree_of(text: str) -> Any:
    """Returns DuckDB's parse tree of a question, made in the process that can read nothing. Raises AskError."""
    literal = "'" + text.replace("'", "''") + "'"
    answer = Question(f"SELECT json_serialize_sql({literal}::VARCHAR, {PARTS})", [], BOUNDS).answer()
    if not answer.rows:
        raise AskError("The question is too long.")
    try:
        return json.loads(answer.rows[0][0])
    except RecursionError:
        raise AskError("Its expressions are nested too deeply.") from None
