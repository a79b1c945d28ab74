"""The pages of questions: asking, cancelling, saving, exporting, each person's own history."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from archive.models import Asked, SavedQuestion
from archive.questions import running, tables
from archive.questions.request import Column

pytestmark = [pytest.mark.django_db, pytest.mark.long]  # their questions run in processes
GROUPS = "SELECT 'a' || (range % 3) AS name, count(*) AS n FROM range(7) GROUP BY 1 ORDER BY 1"


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs each question before the answer to its POST, within the test's transaction."""
    monkeypatch.setattr(running, "in_background", lambda work: work())


def signed_in(name: str, *, staff: bool = False, admin: bool = False) -> Client:
    user = User.objects.create_user(name, is_staff=staff or admin, is_superuser=admin)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return signed_in("oda", staff=True)


def ask(client: Client, text: str) -> str:
    """Asks a question; returns the address of its page."""
    answer = client.post("/ask/", {"do": "run", "text": text})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_answer_is_a_table_with_its_time_and_bars(client: Client) -> None:
    page = client.get(ask(client, GROUPS))
    assertContains(page, "3 rows")
    assertContains(page, "Took ")
    assert re.findall(r'class="(\w+)"><span class="answer-cell">(.*?)<', page.content.decode())[:2] == [
        ("word", "a0"),
        ("number", "3"),
    ]
    assertContains(page, 'rect width="66.67"', count=2)


def test_answer_over_times_has_lines_in_their_order(client: Client) -> None:
    sql = "SELECT DATE '2026-01-03' - range::INT AS day, range * 1.5 AS n FROM range(3)"
    page = client.get(ask(client, sql)).content.decode()
    found = re.search(r'id="answer-lines"[^>]*>(.*?)</script>', page)
    assert found and '"data": [[1767225600.0, 1767312000.0, 1767398400.0], [3.0, 1.5, 0.0]]' in found[1]


def test_error_is_told_at_its_line(client: Client) -> None:
    page = client.get(ask(client, "SELECT 1 AS a,\n  nothing"))
    assertContains(
        page,
        'data-goto="2" data-column="3">Line 2, column 3</a>: <span class="said">Referenced column &quot;nothing&quot;',
    )


def test_long_answer_says_that_it_is_cut(client: Client) -> None:
    page = client.get(ask(client, "SELECT * FROM range(5000)"))
    assertContains(page, "More than 2,000 rows")
    assertContains(page, "The first 200 of these rows")


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offers a table without files that says it has 12 MB."""
    table = tables.Table(name="big table", columns=[Column("n", "BIGINT")], size=12_000_000, rows=0)
    offered = tables.Provider(title="Made", names=lambda: ["big table"], table=lambda name: table)
    monkeypatch.setattr(tables, "_providers", [offered])


def test_page_tells_tables_and_the_bytes_of_a_question_before_it_runs(client: Client, named: None) -> None:
    assertContains(client.get("/ask/"), "<code>&quot;big table&quot;</code>")
    assertContains(client.get("/ask/?table=big+table"), "FROM &quot;big table&quot;\nLIMIT 100</textarea>")
    look = client.post("/ask/", {"do": "look", "text": 'SELECT * FROM "big table"'}, headers={"X-Part": "1"})
    assertContains(look, "at most <strong>12 MB</strong> of big table.")
    assert not Asked.objects.exists()
    assertContains(client.get(ask(client, 'SELECT * FROM "Big Table"')), "The answer has no rows.")


def test_person_has_one_question_under_way_and_the_site_two(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "in_background", lambda work: None)
    first = ask(client, "SELECT 1")
    again = client.post("/ask/", {"do": "run", "text": "SELECT 2"})
    assertContains(again, "A question of yours is under way. Wait", status_code=409)
    ask(signed_in("pat", staff=True), "SELECT 1")
    other = signed_in("quinn", staff=True).post("/ask/", {"do": "run", "text": "SELECT 2"})
    assertContains(other, "Other people&#x27;s questions", status_code=409)
    assertContains(client.get(first), "data-running")
    Asked.objects.filter(running_of__username="pat").update(until=timezone.now() - timedelta(seconds=1))
    running.sweep(timezone.now() - timedelta(days=2000))  # the clock was set back
    running.sweep()
    assertContains(client.get(first), running.LOST)
    assert Asked.objects.filter(state=Asked.RUNNING).count() == 0


def test_cancel_ends_a_question_that_runs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Callable[[], None]] = []
    monkeypatch.setattr(running, "in_background", begun.append)
    page = ask(client, "SELECT count(*) FROM range(100000000000) a, range(99) b WHERE a.range < b.range")
    client.post(f"{page}cancel/")
    begun[0]()
    assertContains(client.get(page), "The question was cancelled.")
    assert ask(client, "SELECT 1")


def test_question_that_runs_tells_that_it_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "in_background", lambda work: None)
    ask(client, "SELECT 1")
    asked = Asked.objects.get()
    stopped = running._Stopped(asked)
    looks = [stopped(), stopped()]
    asked.refresh_from_db()
    assert (looks, asked.until <= timezone.now() + running.BEAT) == ([False, False], True)
    running.cancel(asked)
    assert stopped()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_export_has_all_rows(client: Client, form: str) -> None:
    page = ask(client, "SELECT range AS n FROM range(5000)")
    answer = client.get(f"{page}rows.{form}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = pq.read_table(io.BytesIO(content)).num_rows if form == "parquet" else len(content.splitlines()) - 1
    assert (rows, Asked.objects.filter(form=form, state="answered").count()) == (5000, 1)


def test_export_of_a_question_without_an_answer_is_a_page_that_says_so(client: Client) -> None:
    page = ask(client, "SELECT nothing")
    assertContains(client.get(f"{page}rows.csv"), "not found", status_code=409)
    assert not Asked.objects.filter(state="running").exists()


def test_question_and_history_are_the_persons_own(client: Client) -> None:
    page = ask(client, "SELECT 'mine'")
    other, admin = signed_in("pat", staff=True), signed_in("root", admin=True)
    codes = [each.get(f"{page}{end}").status_code for each in (other, admin) for end in ("", "rows.csv")]
    assert codes == [404] * 4
    assertNotContains(other.get("/ask/history/?all"), "mine")
    assertContains(admin.get("/ask/history/?all"), "mine")
    assertContains(client.get("/ask/history/"), "mine")


def test_saved_question_is_seen_by_others_only_when_it_is_shared(client: Client) -> None:
    form = {"do": "save", "text": "SELECT 42", "title": "The answer"}
    assertRedirects(client.post("/ask/", form), "/ask/saved/")
    other, saved = signed_in("pat", staff=True), SavedQuestion.objects.get()
    assertNotContains(other.get(f"/ask/?saved={saved.pk}"), "SELECT 42")
    assertContains(client.get("/ask/saved/"), "yours, alone")
    client.post(f"/ask/saved/{saved.pk}/share/")
    assertContains(client.get("/ask/saved/"), "yours, shared")
    assertContains(other.get(f"/ask/?saved={saved.pk}"), "SELECT 42</textarea>")
    assert other.post(f"/ask/saved/{saved.pk}/remove/").status_code == 404
    client.post("/ask/", form | {"text": "SELECT 43"})
    assert [(each.text, each.shared) for each in SavedQuestion.objects.all()] == [("SELECT 43", False)]
    client.post(f"/ask/saved/{saved.pk}/remove/")
    assert not SavedQuestion.objects.exists()


def test_viewer_may_ask_only_where_an_administrator_lets_them() -> None:
    viewer = signed_in("vic")
    codes = [viewer.get("/ask/").status_code]
    user = User.objects.get(username="vic")
    assertNotContains(viewer.get("/search/?q=questions"), 'href="/ask/saved/"')
    user.user_permissions.add(Permission.objects.get(codename="ask"))
    assertContains(viewer.get("/search/?q=questions"), 'href="/ask/saved/"')
    assert [*codes, viewer.get("/ask/").status_code] == [403, 200]


def test_refused_text_begins_no_question(client: Client) -> None:
    for text in ("", " \n", "x" * 20_001):
        assert client.post("/ask/", {"do": "run", "text": text}).status_code == 422
    assert not Asked.objects.exists()


def test_history_keeps_a_bounded_number_of_questions(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST", 3)
    monkeypatch.setattr(running, "ANSWERS", 1)
    monkeypatch.setattr(running, "_ask", answered)
    for number in range(6):
        ask(client, f"SELECT {number}")
    kept = [(each.text, each.answer is not None) for each in Asked.objects.order_by("pk")]
    assert kept == [(f"SELECT {number}", number > 3) for number in (2, 3, 4, 5)]


def answered(asked: Asked) -> None:
    asked.answer, asked.state, asked.running_of, asked.slot = b"x", Asked.ANSWERED, None, None
    asked.save()
