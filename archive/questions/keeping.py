"""Keeps answers of saved questions as data of boards, `ask/NUMBER`; each is asked again while somebody looks at it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any

from django.db.models import Q
from django.utils import timezone

from archive.models import KeptAnswer, SavedQuestion
from archive.questions import kinds, running, tables
from archive.questions.asking import Answer
from common.lasting import over
from dashboard.held import answers
from dashboard.held.looks import recall
from streams.declarations import Column, Dataset, Found, Question, Series

APPLICATION = "ask"  # no application has this name, so no commit changes the rows
MINUTES = (5, 15, 60, 1440)
MOST = 20  # answers of the site
ROWS = 500  # of a panel
KINDS = {True: "number", False: "text"}
_turn = Lock()  # a board with twenty answers that are due has them asked one after the other
Rows = list[tuple[int, int, dict[str, Any]]]


class NotKeptError(Exception):
    """Says in a sentence why an answer is not kept."""


def keep(question: SavedQuestion, minutes: int) -> None:
    """Keeps the answer of a question and asks it every so many minutes; 0 ends that. Raises NotKeptError."""
    if minutes not in MINUTES:
        KeptAnswer.objects.filter(question=question).delete()
        return
    if KeptAnswer.objects.exclude(question=question).count() >= MOST:
        raise NotKeptError(f"Boards take the answers of {MOST} questions, and have as many.")
    KeptAnswer.objects.update_or_create(question=question, defaults={"minutes": minutes, "tried": None})
    _refresh(question.pk)


def datasets() -> list[Dataset]:
    """Returns the dataset of each kept answer, by title."""
    found = KeptAnswer.objects.select_related("question").exclude(answer=None).order_by("question__title")[:MOST]
    return [_dataset(each) for each in found]


def _dataset(kept: KeptAnswer) -> Dataset:
    columns = [Column(name=each.name, kind=_kind(each.kind)) for each in _answer(kept).columns]
    return Dataset(
        name=f"{APPLICATION}/{kept.pk}",
        title=f"Answer: {kept.question.title}",
        application=APPLICATION,
        columns=columns,
        series=partial(_series, kept.pk, [each.name for each in columns if each.kind == "number"]),
        rows=partial(_found, kept.pk),
        values=partial(_values, kept.pk),
    )


def _kind(kind: str) -> str:
    return "time" if kinds.is_time(kind) else KINDS[kinds.is_number(kind)]


def _series(number: int, numbers: Sequence[str], asked: Question) -> Series:
    rows = [row for row in _rows(number) if asked.start <= row[0] < asked.end]
    return answers.series(asked, rows, numbers) or Series(asked.start, asked.step, [])


def _found(number: int, asked: Question) -> Found:
    """Returns the newest rows first, and those of one time in the order of the answer: `ORDER BY` tells it."""
    rows = [
        (time, row)
        for time, _, row in sorted(_rows(number), key=lambda row: -row[0])
        if asked.start <= time < asked.end and all(row.get(name) in allowed for name, allowed in asked.where.items())
    ]
    most = min(asked.most, ROWS)
    return Found(rows[:most], len(rows) > most)


def _values(number: int, column: str, stream: str, prefix: str, most: int) -> list[str]:
    found = {str(row[column]) for *_, row in _rows(number) if row.get(column) is not None}
    return sorted(each for each in found if each.startswith(prefix))[:most]


def _rows(number: int) -> Rows:
    return recall(("ask", number), lambda: _read(number))


def _read(number: int) -> Rows:
    """Returns the rows in the order of their times: that of the first column of times, else that of the answer."""
    _refresh(number)
    kept = KeptAnswer.objects.filter(pk=number).exclude(answer=None).first()
    if kept is None or kept.at is None:
        return []
    answer = _answer(kept)
    names = [each.name for each in answer.columns]
    dated = next((place for place, each in enumerate(answer.columns) if kinds.is_time(each.kind)), None)
    rows: Rows = []
    for place, values in enumerate(answer.rows):
        seconds = kinds.seconds(values[dated]) if dated is not None else kept.at.timestamp()
        if seconds is not None:
            rows.append((int(seconds * 1000), place, dict(zip(names, values, strict=True))))
    return sorted(rows, key=lambda row: row[:2])


def _answer(kept: KeptAnswer) -> Answer:
    return running.unpacked(kept.answer, cut=False) if kept.answer is not None else Answer()


def _refresh(number: int) -> None:
    """Asks the question again in the background, if its time has come and nobody else does."""
    now = timezone.now()
    for minutes in KeptAnswer.objects.filter(pk=number).values_list("minutes", flat=True):
        pause = timedelta(minutes=minutes)
        due = Q(tried=None) | over("tried", pause, now - pause)
        if KeptAnswer.objects.filter(due, pk=number).update(tried=now):
            running.in_background(lambda: _ask(number, now))


def _ask(number: int, now: datetime) -> None:
    with _turn:
        _ask_in_turn(number, now)


def _ask_in_turn(number: int, now: datetime) -> None:
    kept = KeptAnswer.objects.filter(pk=number).select_related("question").first()
    if kept is None:
        return
    found: dict[str, Any]
    try:
        text = kept.question.text
        answer = running.answered(text, tables.named(text))
        found = {"answer": running.packed(answer), "at": now, "said": ""}
    except running.FAULTS as error:
        found = {"said": str(error)[:2000]}
    KeptAnswer.objects.filter(pk=number).update(**found)
