"""Asks questions of people in the background, each within the site's bounds, so that no web process waits for one."""

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic
from typing import Any

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.models import User
from archive.models import Asked
from archive.questions import tables
from archive.questions.asking import Answer, AskError, Bounds, CancelledError, Question
from archive.questions.preparing import prepared
from archive.questions.request import Column, Form
from archive.questions.tables import Table, TableError
from archive.stores.base import StoreError
from archive.stores.opening import opened
from common.lasting import over

AT_ONCE = 2  # questions that the site answers side by side, and one export beside them
SECONDS, MEGABYTES = 30, 512  # of one question
MOST = 200  # questions of a person that are kept
ANSWERS = 5  # of a person that are kept
ROWS, BYTES = 2_000, 1 << 20  # of an answer on a page
FILE_ROWS, FILE_BYTES, FILE_SECONDS = 1_000_000, 1 << 30, 20  # of an export, which a web process waits for
PREPARING = timedelta(seconds=90)  # in which files are fetched and the process begins
BEAT = timedelta(seconds=15)  # in which a question that runs tells that it does
FAULTS = (AskError, TableError, StoreError)  # each tells people why a question has no answer
LOST = "The site was restarted while this question ran. Ask it again."


class RefusedError(Exception):
    """Says in a sentence why a question is not begun."""


def in_background(work: Callable[[], None]) -> Thread:
    """Does work in a thread, which mostly waits for the question's process."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run, name="ask", daemon=True)
    thread.start()
    return thread


def begin(user: User, text: str) -> Asked:
    """Begins a question. Raises RefusedError."""
    asked = _taken(user, text, "rows")
    in_background(lambda: _ask(asked))
    return asked


def export(user: User, text: str, form: Form) -> Iterator[bytes]:
    """Returns the answer as a file, in pieces. Raises RefusedError; a file that would not be whole breaks off."""
    asked = _taken(user, text, form)
    bounds = Bounds(FILE_SECONDS, MEGABYTES, rows=FILE_ROWS, answer=FILE_BYTES)
    return _file(asked, bounds)


def cancel(asked: Asked) -> None:
    """Ends a question; the process that runs it looks twice a second or more."""
    Asked.objects.filter(pk=asked.pk, state=Asked.RUNNING).update(stop=True)


def sweep(now: datetime | None = None) -> None:
    """Ends the questions of processes that have died."""
    lost = Asked.objects.filter(over("until", PREPARING, now or timezone.now()), state=Asked.RUNNING)
    lost.update(state=Asked.FAILED, said=LOST, running_of=None, slot=None)


def answer_of(asked: Asked) -> Answer | None:
    """Returns the answer of a question, while it is kept."""
    if asked.answer is None:
        return None
    return unpacked(asked.answer, cut=asked.cut)


def packed(answer: Answer) -> bytes:
    """Returns columns and rows as they are stored."""
    columns = [[each.name, each.kind] for each in answer.columns]
    return zlib.compress(json.dumps({"columns": columns, "rows": answer.rows}).encode())


def unpacked(stored: bytes | memoryview, *, cut: bool) -> Answer:
    """Returns an answer that was stored."""
    held = json.loads(zlib.decompress(stored))
    return Answer([Column(*column) for column in held["columns"]], held["rows"], cut)


def answered(text: str, found: Sequence[Table], stopped: Callable[[], bool] = lambda: False) -> Answer:
    """Answers a question, to the tables that the question names, within the bounds of a page. Raises FAULTS."""
    bounds = Bounds(SECONDS, MEGABYTES, rows=ROWS, answer=BYTES)
    with prepared(found, opened()) as ready:
        return Question(text, ready, bounds).answer(stopped)


def _taken(user: User, text: str, form: Form) -> Asked:
    """Returns the row of a question that has a slot. Exports share one beside those of questions."""
    sweep()
    now = timezone.now()
    row: dict[str, Any] = {"user": user, "text": text, "form": form, "at": now, "until": now + PREPARING}
    slots = range(AT_ONCE) if form == "rows" else [AT_ONCE]
    for slot in slots:
        try:
            with transaction.atomic():
                asked = Asked.objects.create(**row, slot=slot, running_of=user)
        except IntegrityError:
            continue
        _forget(user)
        return asked
    if Asked.objects.filter(running_of=user).exists():
        raise RefusedError("A question of yours is under way. Wait until it has ended, or cancel it.")
    raise RefusedError("Other people's questions are under way, as many as the site takes. Try again in a minute.")


def _forget(user: User) -> None:
    """Removes the person's oldest questions beyond MOST, and the answers beyond ANSWERS."""
    mine = Asked.objects.filter(user=user, running_of=None).order_by("-at", "-pk")
    Asked.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST:])).delete()
    kept = list(mine.exclude(answer=None).values_list("pk", flat=True)[:ANSWERS])
    mine.exclude(answer=None).exclude(pk__in=kept).update(answer=None)


def _ask(asked: Asked) -> None:
    """Runs a question and stores its answer, or why there is none."""
    start = monotonic()
    try:
        found = tables.named(asked.text)
        asked.size = sum(table.size for table in found)
        answer = answered(asked.text, found, _Stopped(asked))
        asked.answer = packed(answer)
        asked.rows, asked.cut, asked.state = len(answer.rows), answer.cut, Asked.ANSWERED
    except Exception as error:
        _note(asked, error)
        if not isinstance(error, FAULTS):
            raise
    finally:
        _ended(asked, start)


def _file(asked: Asked, bounds: Bounds) -> Iterator[bytes]:
    start = monotonic()
    try:
        found = tables.named(asked.text)
        asked.size = sum(table.size for table in found)
        with prepared(found, opened()) as ready:
            yield from Question(asked.text, ready, bounds, asked.form).pieces()  # type: ignore[arg-type]
        asked.state = Asked.ANSWERED
    except GeneratorExit:
        asked.state, asked.said = Asked.CANCELLED, "The download was broken off."
        raise
    except Exception as error:
        _note(asked, error)
        raise
    finally:
        _ended(asked, start)


def _note(asked: Asked, error: Exception) -> None:
    asked.state = Asked.CANCELLED if isinstance(error, CancelledError) else Asked.FAILED
    known = isinstance(error, FAULTS)
    asked.said = str(error)[:2000] if known else "The question failed by a fault of the site, which its log has."
    asked.line, asked.column = (
        (error.line or None, error.column or None) if isinstance(error, AskError) else (None, None)
    )


def _ended(asked: Asked, start: float) -> None:
    asked.seconds = monotonic() - start
    asked.running_of = asked.slot = None
    asked.save()


class _Stopped:
    """Tells whether a person cancelled a question, and every few seconds that the question still runs."""

    def __init__(self, asked: Asked) -> None:
        self._row = Asked.objects.filter(pk=asked.pk)
        self._told = 0.0

    def __call__(self) -> bool:
        if monotonic() - self._told > BEAT.total_seconds() / 3:
            self._told = monotonic()
            self._row.update(until=timezone.now() + BEAT)
        return not self._row.filter(stop=False).exists()
