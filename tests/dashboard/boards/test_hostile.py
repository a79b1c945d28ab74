"""Hostile texts, names, addresses and forms are refused in a sentence, or harmless."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from accounts.models import User
from dashboard import ranges
from dashboard.boards import links, panels, store, topics
from dashboard.boards.models import Board
from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import KINDS, Content, Panel, Variable
from dashboard.boards.urls import urlpatterns
from dashboard.boards.writing import write
from dashboard.live.service import snapshots
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams.core import clock
from tests.dashboard.rows import at, lease

BAD = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "{{ 7|add:'7' }}{% now 'Y' %}",
    "' OR 1=1 --",
    "a\u202eb\u0301\u0301\ud55c\U0001f600",
    '%s%(x)s{0}$."x"[0]',
]
MARKUP = re.compile(r"<script>alert|<img src=x")
pytestmark = pytest.mark.django_db


@pytest.fixture
def odd() -> str:
    """Stores rows of devices with hostile names; returns the dataset's name."""
    application = SqlApplication.objects.create(name="odd", stream="s")
    columns = [[BAD[0], "VARCHAR(99)"], ["degrees", "DOUBLE"]]
    made = SqlOutput.objects.create(application=application, name="OUT", columns=columns)
    for number, name in enumerate(BAD):
        data = json.dumps({BAD[0]: name, "degrees": 1e308 if number % 2 else -1e308})
        SqlRow.objects.create(output=made, stream="s", rowtime=at(number % 3), ordinal=number, data=data)
    lease("odd", at(3), newest=at(3), stream="s")
    return "odd/OUT"


def content(odd: str, bad: str) -> Content:
    line = bad if bad.isprintable() else "-"
    figures: dict[str, Any] = {"data": odd, "function": "sum", "column": "degrees", "unit": line[:24]}
    panels = [
        Panel(
            kind=kind,  # type: ignore[arg-type]
            title=line,
            by=BAD[0],
            where={BAD[0]: [bad, *BAD]},
            text=bad,
            lat="degrees",
            lon="degrees",
            **figures,
        )
        for kind in KINDS
    ]
    variable = Variable(data=odd, column=BAD[0], label=line)
    return Content(
        title=line, description=line, range="2026-11-22T12:00Z..2026-11-22T12:10Z", variable=variable, panels=panels
    )


@pytest.mark.parametrize("bad", [BAD[0] + BAD[1] + BAD[4], BAD[2] + BAD[3] + BAD[6], BAD[5]])
def test_hostile_words_are_shown_as_text(as_ada: Client, ada: User, odd: str, bad: str) -> None:
    board = store.make(write(content(odd, bad)), ada.pk, slug="bad")
    _, token = links.make(board, ada.pk, bad, 90, timezone.now())
    paths = ["", "edit/", "text/", "panels/0/", "panels/3/", "links/new/"]
    pages = [as_ada.get(f"/boards/bad/{path}", {"var": bad}) for path in paths]
    pages += [as_ada.get(path) for path in ("/boards/", "/accounts/sessions/", "/boards/new/", f"/display/{token}/")]
    assert [(page.status_code, MARKUP.findall(page.content.decode())) for page in pages] == [(200, [])] * len(pages)
    files = [as_ada.get(f"/boards/bad/{place}.csv", {"var": bad}) for place in range(len(KINDS))]
    assert {file.status_code for file in files} == {200}
    assert as_ada.get("/boards/bad/data.json", {"var": bad}).json()["panels"][0]["title"] == content(odd, bad).title


@settings(max_examples=150)
@given(text=st.text() | st.text("[]{}=\"'.\n \\#,u0a1é\0\ud800", max_size=200))
def test_any_text_is_a_board_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        read(text)
    except BoardError as error:
        assert len(str(error)) < 400 and "\n" not in str(error)


@pytest.mark.parametrize("value", ["\0", "\ud800", "x" * 300])
def test_value_that_no_database_takes_is_no_topic(shared: Board, value: str) -> None:
    assert snapshots.knows(f"{topics.name_of(shared)}?var={value}") is False


@pytest.mark.parametrize("slug", ["ours", "hers"])
def test_stranger_posts_to_every_address_of_a_board_in_vain(
    as_bob: Client, shared: Board, private: Board, slug: str
) -> None:
    link, _ = links.make(private, private.owner_id or 0, "Hall", 90, timezone.now())
    before = list(Board.objects.order_by("pk").values())
    routes = [str(pattern.pattern) for pattern in urlpatterns]
    given = {"text": 'title = "Mine"', "kind": "text", "act": "delete", "title": "Mine", "days": "90", "label": "x"}
    for route in routes:
        path = route.replace("<slug:slug>", slug).replace("<int:place>", "0").replace("<str:token>", "x" * 43)
        if path not in ("boards/", "boards/new/"):
            answer = as_bob.post("/" + path.replace("<int:number>", str(link.pk)), given)
            assert (path, answer.status_code in (403, 404, 405)) == (path, True), answer.status_code
    assert list(Board.objects.order_by("pk").values()) == before
    assert links.valid(timezone.now()).count() == 1


def test_display_link_ends_with_its_board(client: Client, ada: User, shared: Board) -> None:
    _, token = links.make(shared, ada.pk, "Hall", 90, timezone.now())
    assert client.get(f"/display/{token}/").status_code == 200
    store.delete(shared)
    assert [client.get(f"/display/{token}/{part}").status_code for part in ("", "data.json")] == [404, 404]
    assert links.check(token, timezone.now() + timedelta(seconds=1)) is None


def test_public_board_takes_only_times_and_values_that_it_offers(
    client: Client, odd: str, settings: Any, ada: User
) -> None:
    settings.PUBLIC_BOARDS = True
    board = structs.replace(content(odd, "x"), range="6h")
    store.make(write(board), ada.pk, Board.PUBLIC, "open")

    def asked(**query: str) -> tuple[str, str]:
        found = client.get("/public/open/", query).context["asked"]
        return found.span.text, found.value

    assert [asked(), asked(range="1d"), asked(range="399d"), asked(range="13h", var="any")] == [
        ("6h", ""), ("1d", ""), ("6h", ""), ("6h", ""),
    ]  # fmt: skip
    assert asked(var=BAD[4]) == ("6h", BAD[4])
    assert client.get("/public/open/data.json", {"range": "399d"}).json()["data"]["range"]["text"] == "6h"


def test_panel_that_fails_leaves_the_others_as_they_are(
    odd: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(panels.BUILDERS, "top", lambda asked: 1 // 0 or {})
    monkeypatch.setitem(panels.BUILDERS, "bars", lambda asked: asked.gone)
    span = ranges.parse("1h", clock.from_datetime(at(3)))
    found = panels.board(content(odd, "x"), span, "", clock.from_datetime(at(3)))["panels"]
    assert {each["kind"]: each["error"] for each in found if "error" in each} == {
        "top": "The database cannot compute this of these values.",
        "bars": "This panel cannot be built; the log says why.",
        "alarms": "The rows of odd/OUT are no alarms.",
    }
    assert [record.getMessage() for record in caplog.records] == ["A panel of 'odd/OUT' cannot be built."]
