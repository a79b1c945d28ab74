"""Answers that are kept as data of boards."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains

from accounts.models import User
from archive.models import KeptAnswer, SavedQuestion
from archive.questions import keeping, running
from dashboard.boards import store
from streams.applications import datasets
from streams.core import clock
from streams.declarations import Dataset, Question

pytestmark = pytest.mark.django_db
DAYS = """SELECT TIMESTAMP '2026-01-01' + INTERVAL (range) HOUR AS hour, range * 1.5 AS n, 'k' || range % 2 AS k
FROM range(4)"""
START = clock.from_iso("2026-01-01T00:00:00Z")
HOUR = 3_600_000
BOARD = """title = "Answers"
range = "1d"
[[panels]]
kind = "top"
data = "ask/{}"
by = "k"
function = "sum"
column = "n"
"""


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "in_background", lambda work: work())


@pytest.fixture
def oda() -> User:
    return User.objects.create_user("oda", is_staff=True)


def kept(oda: User, text: str) -> Dataset:
    """Keeps the answer of a question; returns its data."""
    question = SavedQuestion.objects.create(owner=oda, title="Hours", text=text)
    keeping.keep(question, 5)
    return next(each for each in datasets() if each.name == f"ask/{question.pk}")


def test_kept_answer_is_data_of_its_own_times(oda: User) -> None:
    data = kept(oda, DAYS)
    asked = Question(stream="ask", start=START + HOUR, end=START + 4 * HOUR, step=HOUR, function="sum", column="n")
    assert [(each.name, each.kind) for each in data.columns] == [("hour", "time"), ("n", "number"), ("k", "text")]
    assert [line.values for line in data.series(asked).lines] == [[1.5, 3.0, 4.5]]
    assert [row["n"] for _, row in data.rows(asked).rows] == [4.5, 3.0, 1.5]
    assert (data.values("k", "ask", "", 9), data.title) == (["k0", "k1"], "Answer: Hours")


def test_kept_answer_without_times_has_the_time_and_order_of_the_answer(oda: User) -> None:
    data = kept(oda, "SELECT * FROM (VALUES ('b', 7), ('a', 8), ('c', 6)) AS t(k, n) ORDER BY n DESC")
    now = clock.from_datetime(timezone.now())
    found = data.rows(Question(stream="ask", start=now - 60_000, end=now + 60_000, most=10))
    assert [row for _, row in found.rows] == [{"k": "a", "n": 8}, {"k": "b", "n": 7}, {"k": "c", "n": 6}]


def test_kept_answer_is_asked_again_only_when_its_time_has_come(oda: User) -> None:
    data = kept(oda, "SELECT 1 AS n")
    SavedQuestion.objects.update(text="SELECT 2 AS n")
    now = clock.from_datetime(timezone.now())
    asked = Question(stream="ask", start=now - 600_000, end=now + 600_000, most=10)
    first = data.rows(asked).rows[0][1]
    KeptAnswer.objects.update(tried=timezone.now() - timedelta(minutes=6))
    assert (first, data.rows(asked).rows[0][1]) == ({"n": 1}, {"n": 2})


def test_kept_answer_stays_when_a_later_question_fails(oda: User) -> None:
    data = kept(oda, "SELECT 1 AS n")
    SavedQuestion.objects.update(text="SELECT nothing")
    KeptAnswer.objects.update(tried=None)
    now = clock.from_datetime(timezone.now())
    assert data.rows(Question(stream="ask", start=0, end=now + 600_000, most=10)).rows[0][1] == {"n": 1}
    assert "nothing" in KeptAnswer.objects.get().said


def test_board_shows_a_kept_answer_to_everybody(oda: User, client: Client) -> None:
    client.force_login(oda)
    now = timezone.now().isoformat()[:19]
    question = SavedQuestion.objects.create(
        owner=oda, title="Hours", text=f"SELECT TIMESTAMP '{now}' AS t, 4.5 AS n, 'kay' AS k"
    )
    client.post(f"/ask/saved/{question.pk}/board/", {"minutes": "15"})
    assertContains(client.get("/ask/saved/"), '<option value="15" selected>every 15 min</option>')
    board = store.make(BOARD.format(question.pk), oda.pk)
    assertContains(client.get(f"/boards/{board.slug}/"), "kay")
    client.post(f"/ask/saved/{question.pk}/board/", {"minutes": "0"})
    assertContains(client.get(f"/boards/{board.slug}/"), "There is no data")


def test_boards_take_a_bounded_number_of_answers(oda: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 1)
    kept(oda, "SELECT 1 AS n")
    with pytest.raises(keeping.NotKeptError, match="1 questions"):
        keeping.keep(SavedQuestion.objects.create(owner=oda, title="Other", text="SELECT 1"), 5)
