"""A map shows the newest position of each thing with a trail, is bounded, and survives any position."""

import csv
import json
from collections import defaultdict
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from applications.market.datasets import MINUTES
from dashboard.boards import maps, panels, routes, starting, store
from dashboard.boards.asking import Sources
from dashboard.boards.models import Board
from dashboard.boards.presenting import newest_positions
from dashboard.boards.reading import read
from dashboard.ranges import parse
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams.core import clock
from tests.dashboard.rows import at, lease

NOW = clock.from_datetime(at(10))
MAP = '[[panels]]\nkind = "map"\ndata = "rides/PLACES"\nby = "Name"\nlat = "Lat"\nlon = "Lon"\n'
SPAN = "2026-11-22T12:00Z..2026-11-22T12:10Z"
COLUMNS = [["Name", "VARCHAR(64)"], ["Lat", "DOUBLE"], ["Lon", "DOUBLE"], ["Health", "INTEGER"]]


@pytest.fixture
def output(db: None) -> SqlOutput:
    application = SqlApplication.objects.create(name="rides", stream="fleet")
    lease("rides", at(10), newest=at(10), stream="fleet")
    return SqlOutput.objects.create(application=application, name="PLACES", columns=COLUMNS)


def fly(output: SqlOutput, seconds: float, name: Any, latitude: Any, longitude: Any, health: Any = None) -> None:
    data = json.dumps({"Name": name, "Lat": latitude, "Lon": longitude, "Health": health})
    SqlRow.objects.create(output=output, stream="fleet", rowtime=at(seconds=seconds), ordinal=0, data=data)


def shown(more: str = "", span: str = "10m") -> dict[str, Any]:
    [panel] = panels.board(read(f'title = "B"\n{MAP}{more}'), parse(span, NOW), "", NOW)["panels"]
    found: dict[str, Any] = panel
    return found


def test_map_has_the_newest_position_and_a_thinned_trail(output: SqlOutput) -> None:
    for second in range(0, 600, 5):
        fly(output, second, "Angel", 40 + second / 1000, -73, 150)
    fly(output, 300, "Moonbeam", 41, -74, 140)
    panel = shown('column = "Health"\ntrail = 4\nwindow = "1m"\n')
    assert panel["routes"] == [
        {
            "name": "Angel",
            "value": 150,
            "track": [
                *([60_000 * back - 5_000, round(40.595 + 0.06 * back, 5), -73.0] for back in (-4, -3, -2, -1)),
                [-5_000, 40.595, -73.0],
            ],
        },
        {"name": "Moonbeam", "value": 140, "track": [[-300_000, 41.0, -74.0]]},
    ]
    assert (panel["of"], panel["more"], panel["misplaced"]) == ("Health", 0, 0)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(1e308, 0), (0, -1e308), (90.001, 0), (0, 180.5), ("NaN", 0), (0, "Infinity"), (None, 0), ("north", 0), ({}, [])],
)
def test_row_without_a_place_on_the_earth_is_counted_and_hides_none(
    output: SqlOutput, latitude: Any, longitude: Any
) -> None:
    fly(output, 60, "Angel", 40, -73)
    fly(output, 61, "Angel", latitude, longitude)
    fly(output, 62, None, 40, -73)
    panel = shown()
    assert (panel["routes"], panel["misplaced"]) == (
        [{"name": "Angel", "value": None, "track": [[-540_000, 40.0, -73.0]]}],
        2,
    )


def test_map_says_what_it_leaves_out(output: SqlOutput, monkeypatch: pytest.MonkeyPatch) -> None:
    for second, name in enumerate("ABCD"):
        fly(output, second, name, 1, 1)
    few = shown("most = 2\n")
    assert ([route["name"] for route in few["routes"]], few["more"], few["cut"]) == (["C", "D"], 2, "")
    monkeypatch.setattr(routes, "READ", 3)
    cut = shown()
    assert ([route["name"] for route in cut["routes"]], cut["cut"]) == (list("BCD"), "2026-11-22T12:00:01.000Z")


def test_names_and_values_of_any_kind_are_short_text_or_numbers(output: SqlOutput) -> None:
    fly(output, 1, "x" * 5_000, 1, 1, "y" * 5_000)
    [route] = shown('column = "Health"\n')["routes"]
    assert (len(route["name"]), len(route["value"])) == (256, 256)


rows = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.sampled_from(["A", "B", "C", None]),
        st.sampled_from([1.5, 91, None, float("nan")]),
        st.sampled_from([-3, 181, "x"]),
    ),
    max_size=30,
)


@given(rows, st.integers(1, 4), st.integers(0, 4), st.integers(1, 9))
def test_routes_are_as_a_naive_computation_has_them(
    made: list[tuple[Any, ...]], most: int, trail: int, step: int
) -> None:
    newest_first = sorted(((time, (name, north, east, 0)) for time, name, north, east in made), key=lambda row: -row[0])
    placed = [(time, row[0]) for time, row in newest_first if row[0] and row[1] == 1.5 and row[2] == -3]
    times: dict[str, list[int]] = defaultdict(list)
    for time, name in placed:
        if not times[name] or time // step != times[name][-1] // step:
            times[name].append(time)
    kept = dict(list(times.items())[:most])
    found = routes.find(newest_first, most=most, trail=trail, step=step)
    assert {route.name: [each.time for each in route.positions] for route in found.routes} == {
        name: each[: trail + 1] for name, each in kept.items()
    }
    assert (found.more, found.misplaced) == (len(times) - len(kept), len(made) - len(placed))


def test_trails_get_shorter_where_there_are_many_things() -> None:
    many = [(time, (f"{name}", 1, 1, None)) for time in range(9, 0, -1) for name in range(10)]
    found = routes.find(many, most=100, trail=8, step=1, positions=30)
    assert [len(route.positions) for route in found.routes] == [3] * 10


def test_dataset_without_such_columns_or_answers_says_why(db: None) -> None:
    text = f'title = "B"\n{MAP}'.replace("rides/PLACES", "trades/minutes").replace('"Name"', '"ticker"')
    [panel] = panels.board(read(text), parse("10m", NOW), "", NOW)["panels"]
    assert "trades/minutes has no column 'Lat'" in panel["error"]
    assert MINUTES.cells is not None


def test_silent_things_are_stale_in_the_table_and_all_are_in_the_file(
    output: SqlOutput, as_ada: Client, ada: User
) -> None:
    fly(output, 585, "Angel", 40, -73, 150)
    fly(output, 595, "Moonbeam", 41, -74)
    board = store.make(f'title = "Ours"\n{MAP}column = "Health"\n', ada.pk)
    assert [(each["name"], each["look"]) for each in newest_positions(shown())] == [
        ("Angel", "stale"),
        ("Moonbeam", "current"),
    ]
    answer = as_ada.get(f"/boards/{board.slug}/0.csv", {"range": SPAN})
    lines = list(csv.reader(b"".join(answer).decode().splitlines()))
    assert [line[2:] for line in lines] == [
        ["Name", "latitude", "longitude", "Health"], ["Angel", "40.0", "-73.0", "150"],
        ["Moonbeam", "41.0", "-74.0", ""],
    ]  # fmt: skip


def test_page_has_the_code_of_maps_only_with_a_map(output: SqlOutput, as_ada: Client, shared: Board, ada: User) -> None:
    fly(output, 595, "Angel", 40, -73)
    with_map = store.make(f'title = "Map"\n{MAP}', ada.pk)
    pages = [as_ada.get(f"/boards/{each.slug}/", {"range": SPAN}).content.decode() for each in (with_map, shared)]
    assert [("dashboard/map" in page, "<board-map" in page) for page in pages] == [(True, True), (False, False)]
    assert "40.0000" in pages[0]  # complete without scripts


def test_positions_suggest_a_map(output: SqlOutput, as_ada: Client, shared: Board) -> None:
    fly(output, 595, "Angel", 40, -73)
    dataset = Sources().datasets["rides/PLACES"]
    assert [panel.kind for panel in starting.panels(dataset)] == ["map", "number", "top", "lines"]
    assert (starting.placed(dataset), starting.placed(MINUTES)) == ({"lat": "Lat", "lon": "Lon", "by": "Name"}, {})
    form = as_ada.get(f"/boards/{shared.slug}/panels/new/", {"kind": "map", "data": "rides/PLACES"}).content.decode()
    assert ('<option value="Lon" selected>' in form, "<board-map" in form) == (True, True)


def test_replay_has_more_positions_and_is_refused_where_the_board_is(
    output: SqlOutput, as_ada: Client, as_bob: Client, ada: User
) -> None:
    for second in range(0, 600, 2):
        fly(output, second, "Angel", 40, second / 10)
    private = store.make(f'title = "Map"\n{MAP}trail = 2\n', ada.pk, Board.OWNER)
    address = f"/boards/{private.slug}/0/replay.json"
    [route] = as_ada.get(address, {"range": SPAN}).json()["routes"]
    assert (len(route["track"]), route["track"][-1]) == (300, [-2_000, 40.0, 59.8])
    assert as_ada.get(address, {"range": "lately"}).status_code == 400
    assert [as_bob.get(address).status_code, as_ada.get(address.replace("/0/", "/1/")).status_code] == [404, 404]


def test_moment_of_a_replay_has_every_panel_but_the_maps(output: SqlOutput, as_ada: Client, ada: User) -> None:
    for second in range(0, 600, 60):
        fly(output, second, "Angel", 40, second / 10)
    number = '[[panels]]\nkind = "number"\ndata = "rides/PLACES"\n'
    store.make(f'title = "Map"\n{MAP}{number}', ada.pk, slug="moment")
    [start, end] = SPAN.split("..")
    found = as_ada.get("/boards/moment/data.json", {"range": f"{start}..{end}", "maps": "no"}).json()["panels"]
    assert found[0].keys() == {"kind", "size", "title"}
    assert [found[0]["kind"], found[1]["value"]] == ["map", 10]


def test_replay_of_many_positions_is_thinned(output: SqlOutput, monkeypatch: pytest.MonkeyPatch) -> None:
    for second in range(0, 600, 5):
        fly(output, second, "Angel", 40, -73)
    monkeypatch.setattr(routes, "REPLAYED", (100, 20))
    [panel] = read(f'title = "B"\n{MAP}').panels
    found = maps.replay(panel, parse(SPAN, NOW), None, "", Sources())
    assert ([len(route["track"]) for route in found["routes"]], found["cut"]) == ([17], "2026-11-22T12:01:40.000Z")
