"""A board begins with panels of its data, and a panel's form with a function and a column."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from dashboard import ranges
from dashboard.boards import panels, starting
from dashboard.boards.asking import Sources
from dashboard.boards.models import Board
from dashboard.boards.presenting import extent
from dashboard.boards.reading import read
from dashboard.boards.spec import Content
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams import applications
from streams.core import clock
from tests.dashboard.rows import at, lease

pytestmark = pytest.mark.django_db


@pytest.fixture
def ovens() -> str:
    """Stores the rows of a panel without code: the mean of two devices, every minute; returns the dataset's name."""
    application = SqlApplication.objects.create(name="ovens", stream="s")
    columns = [["device", "VARCHAR(8)"], ["mean_temperature", "DOUBLE"]]
    made = SqlOutput.objects.create(application=application, name="PANEL", columns=columns)
    for minute in range(6):
        for place, device in enumerate("ab"):
            data = json.dumps({"device": device, "mean_temperature": 200 + minute + place})
            SqlRow.objects.create(output=made, stream="s", rowtime=at(minute), ordinal=minute, data=data)
    lease("ovens", at(6), newest=at(6), stream="s")
    return "ovens/PANEL"


def shown(content: Content, minutes: int = 30) -> list[dict[str, Any]]:
    end = clock.from_datetime(at(6))
    span = ranges.parse(f"{minutes}m", end)
    return [panels.panel(each, span, None, "", Sources()) for each in content.panels]


def test_board_that_begins_with_data_has_a_number_a_ranking_and_a_curve(as_ada: Client, ovens: str) -> None:
    form = as_ada.get("/boards/new/", {"data": ovens}).content.decode()
    assert ('value="ovens"' in form, '<option value="ovens/PANEL" selected>ovens</option>' in form) == (True, True)
    made = as_ada.post("/boards/new/", {"title": "Ovens", "data": ovens})
    assert made.headers["Location"] == "/boards/ovens/"
    number, top, lines = shown(read(Board.objects.get().text))
    assert (number["title"], number["value"]) == ("Mean temperature", 203.0)
    assert [(place["name"], place["value"]) for place in top["places"]] == [("b", 203.5), ("a", 202.5)]
    assert [line["name"] for line in lines["lines"]] == ["a", "b"]


def test_curve_has_the_step_of_the_rows_so_that_it_is_not_torn(ovens: str) -> None:
    _, _, lines = shown(Content(title="b", panels=starting.panels(Sources().datasets[ovens])))
    known = [value for value in lines["lines"][0]["values"] if value is not None]
    assert (lines["step"], known) == (60_000, [200, 201, 202, 203, 204, 205])
    assert lines["lines"][0]["values"][-6:] == known


def test_rows_at_any_time_are_no_windows(ovens: str) -> None:
    dataset = Sources().datasets[ovens]
    assert dataset.grain("s") == 60_000
    assert dataset.grain("another") == 0
    odd = at(7) + timedelta(milliseconds=250)
    SqlRow.objects.create(output=SqlOutput.objects.get(), stream="s", rowtime=odd, ordinal=9, data="{}")
    assert dataset.grain("s") == 0


def test_every_dataset_can_show_the_panels_that_it_begins_with(ovens: str) -> None:
    for dataset in applications.datasets():
        content = Content(title="b", panels=starting.panels(dataset))
        assert [panel.get("error") for panel in shown(content)] == [None] * len(content.panels)


def test_form_suggests_a_function_only_where_it_did_not_offer_one(as_ada: Client, ovens: str) -> None:
    as_ada.post("/boards/new/", {"title": "B"})

    def chosen(**given: str) -> tuple[str, str, str]:
        found = as_ada.get("/boards/b/panels/new/", {"data": ovens} | given).context["given"]
        return found["function"], found["column"], found["by"]

    assert chosen(kind="lines") == ("mean", "mean_temperature", "device")
    assert chosen(kind="lines", function="max", column="", by="") == ("max", "", "")
    assert chosen(kind="top", function="count", column="", by="") == ("count", "", "device")


def test_new_board_of_data_that_is_not_there_is_empty(as_ada: Client) -> None:
    made = as_ada.post("/boards/new/", {"title": "B", "data": "no/such"})
    assert made.headers["Location"] == "/boards/b/panels/new/"
    assert read(Board.objects.get().text).panels == []


def test_axis_leaves_out_zero_only_far_from_it() -> None:
    ends = [extent(*each) for each in [(180, 210), (90, 210), (5, 5), (-3, 4), (-210, -180), (-210, -90)]]
    assert ends == [(180, 210), (0, 210), (0, 5), (-3, 4), (-210, -180), (-210, 0)]
