"""Boards are made, changed and looked at by pages without scripts."""

import pytest
from django.test import Client

from dashboard.boards.models import Board
from dashboard.boards.reading import read
from dashboard.boards.spec import Panel
from tests.dashboard.rows import at, lease, trades

pytestmark = pytest.mark.django_db
PANEL = {"kind": "top", "data": "trades/minutes", "function": "sum", "column": "trades", "by": "ticker", "size": "S"}


@pytest.fixture
def market() -> None:
    for minute in range(3):
        trades(at(minute), "AAA", "BUY", 1 + minute)
    lease("trades", at(3), newest=at(3))


def texts(board: Board) -> list[str]:
    board.refresh_from_db()
    return [panel.text or panel.kind for panel in read(board.text).panels]


@pytest.fixture
def three(as_ada: Client) -> Board:
    as_ada.post("/boards/new/", {"title": "Three"})
    board = Board.objects.get()
    for text in "abc":
        as_ada.post("/boards/three/panels/new/", {"kind": "text", "text": text})
    return board


def test_board_is_made_without_code(as_ada: Client, market: None) -> None:
    made = as_ada.post("/boards/new/", {"title": "My <b>shop</b>"})
    assert made.headers["Location"] == "/boards/my-bshopb/panels/new/"
    preview = as_ada.get("/boards/my-bshopb/panels/new/", PANEL).content.decode()
    assert ("Sum of Trades by Ticker" in preview, 'data-testid="keep" disabled' in preview) == (True, False)
    as_ada.post("/boards/my-bshopb/panels/new/", PANEL)
    assert read(Board.objects.get().text).panels == [
        Panel(kind="top", size="S", data="trades/minutes", function="sum", column="trades", by="ticker")
    ]
    page = as_ada.get("/boards/my-bshopb/", {"range": "2026-11-22T12:00Z..2026-11-22T12:03Z"}).content.decode()
    assert ("AAA" in page, "My &lt;b&gt;shop&lt;/b&gt;" in page, "<b>shop" in page) == (True, True, False)


def test_panels_are_ordered_removed_and_brought_back(as_ada: Client, three: Board) -> None:
    def act(**given: str) -> list[str]:
        as_ada.post("/boards/three/edit/", given)
        return texts(three)

    assert act(act="up", place="2") == ["a", "c", "b"]
    assert act(act="down", place="0") == ["c", "a", "b"]
    assert act(act="order", order="2,0,1") == ["b", "c", "a"]
    assert act(act="order", order="2,2,1") == ["b", "c", "a"]
    assert act(act="remove", place="1") == ["b", "a"]
    assert act(act="undo") == ["b", "c", "a"]


def test_form_on_an_older_version_is_refused(as_ada: Client, three: Board) -> None:
    answer = as_ada.post("/boards/three/edit/", {"act": "remove", "place": "0", "version": "1"})
    assert (answer.status_code, texts(three)) == (409, ["a", "b", "c"])


def test_panel_form_keeps_the_filters_that_it_does_not_show(as_ada: Client, three: Board) -> None:
    where = 'where = { side = ["BUY"], ticker = ["AAA"] }\n'
    as_ada.post(
        "/boards/three/text/", {"text": f'title = "T"\n[[panels]]\nkind = "table"\ndata = "trades/minutes"\n{where}'}
    )
    given = {"kind": "table", "data": "trades/minutes", "where_column": "side", "where_values": "SELL\r\nBUY"}
    as_ada.post("/boards/three/panels/0/", given)
    three.refresh_from_db()
    assert read(three.text).panels[0].where == {"side": ["SELL", "BUY"], "ticker": ["AAA"]}


def test_bad_text_is_shown_with_its_line_and_nothing_is_lost(as_ada: Client, three: Board) -> None:
    answer = as_ada.post("/boards/three/text/", {"text": 'title = "A"\nrange = 5\n# mine'})
    page = answer.content.decode()
    assert (answer.status_code, "Line 2:" in page, "# mine" in page, texts(three)) == (400, True, True, ["a", "b", "c"])


def test_panel_that_is_not_complete_cannot_be_kept(as_ada: Client, three: Board) -> None:
    answer = as_ada.post("/boards/three/panels/new/", {"kind": "lines", "data": "trades/minutes", "function": "sum"})
    assert (answer.status_code, b"needs a column for its function sum" in answer.content, len(texts(three))) == (
        400,
        True,
        3,
    )


def test_settings_change_title_time_and_viewers(as_ada: Client, three: Board) -> None:
    given = {"act": "settings", "title": "Two", "range": "6h", "variable": "trades/minutes ticker", "seen_by": "owner"}
    as_ada.post("/boards/three/edit/", given)
    three.refresh_from_db()
    content = read(three.text)
    assert (three.title, content.range, content.variable and content.variable.column, three.seen_by) == (
        "Two", "6h", "ticker", "owner",
    )  # fmt: skip


def test_file_has_the_figures_of_the_page(as_ada: Client, market: None) -> None:
    as_ada.post("/boards/new/", {"title": "B"})
    as_ada.post("/boards/b/panels/new/", PANEL | {"kind": "bars", "by": "", "window": "1m"})
    answer = as_ada.get("/boards/b/0.csv", {"range": "2026-11-22T12:00Z..2026-11-22T12:03Z"})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines == [
        "time_utc,epoch_ms,Trades",
        "2026-11-22T12:00:00.000Z,1795348800000,1",
        "2026-11-22T12:01:00.000Z,1795348860000,2",
        "2026-11-22T12:02:00.000Z,1795348920000,3",
    ]


def test_range_that_is_none_shows_the_boards_own_and_says_so(as_ada: Client, three: Board) -> None:
    page = as_ada.get("/boards/three/", {"range": "tomorrow<script>"}).content.decode()
    assert ("is no range such as 6h" in page, "<script>is" in page, "The last 1h, live" in page) == (True, False, True)


def test_past_time_leads_to_the_times_beside_it(as_ada: Client, three: Board) -> None:
    page = as_ada.get("/boards/three/", {"range": "2026-11-22T12:00Z..2026-11-22T12:10Z"}).content.decode()
    assert "range=2026-11-22T11%3A50Z..2026-11-22T12%3A00Z" in page
    assert "range=2026-11-22T12%3A10Z..2026-11-22T12%3A20Z" in page
    assert 'data-topic="' not in page


HOURS = {"range": "2026-11-22T12:00Z..2026-11-22T18:00Z"}
CURVE = '[[panels]]\nkind = "lines"\ndata = "trades/minutes"\nfunction = "sum"\ncolumn = "trades"'


def test_part_of_a_time_has_the_steps_of_the_whole(as_ada: Client, three: Board, market: None) -> None:
    as_ada.post("/boards/three/text/", {"text": f'title = "T"\n{CURVE}'})
    whole, part = (
        as_ada.get("/boards/three/data.json", HOURS | more).json() for more in ({}, {"until": "2026-11-22T12:06Z"})
    )
    assert part["range"] == whole["range"] | {"until": "2026-11-22T12:06:00.000Z"}
    [curve], [of_all] = part["panels"], whole["panels"]
    assert (curve["start"], curve["step"]) == (of_all["start"], of_all["step"])
    assert curve["lines"][0]["values"] == of_all["lines"][0]["values"][:2]


@pytest.mark.parametrize("until", ["2026-11-22T12:00Z", "2026-11-22T18:01Z", "soon"])
def test_moment_outside_of_the_time_is_refused(as_ada: Client, three: Board, until: str) -> None:
    assert as_ada.get("/boards/three/data.json", HOURS | {"until": until}).status_code == 400


@pytest.mark.parametrize(("more", "until"), [({}, "18:00"), ({"until": "2026-11-22T12:06Z"}, "12:06")])
def test_head_of_a_past_time_says_up_to_when_it_is(
    as_ada: Client, three: Board, more: dict[str, str], until: str
) -> None:
    page = as_ada.get("/boards/three/", HOURS | more).content.decode()
    assert f'data-state="past" data-past="2026-11-22T{until}:00.000Z"' in page
    assert ("data-pause" in page, "data-past" in as_ada.get("/boards/three/").content.decode()) == (False, False)
