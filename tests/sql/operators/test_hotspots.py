"""Dense regions among the last rows: against DBSCAN over all of them, and restarted."""

from json import loads
from math import dist
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.hotspots import JSON_MOST, HotspotsOperator, written
from sql.plan.nodes import Hotspots, Scan
from tests.sql.operators.driving import Batch, Told, columns, drive, kept_after

INPUT = Scan(columns=columns("x", "y", "z"), stream="S")
Points = list[tuple[float, ...]]


def node(window: int = 100, radius: float = 1.0, least: int = 3, width: int = 2) -> Hotspots:
    return Hotspots(columns=(), input=INPUT, slots=tuple(range(width)), window=window, radius=radius, least=least)


def prepared(points: Points) -> list[Row]:
    return [(*point, *point) for point in points]


def test_two_regions_are_found_and_lone_points_are_not() -> None:
    points: Points = [(0, 0), (0.5, 0), (0, 0.5), (9, 9), (9.5, 9.5), (9, 9.9), (9.9, 9), (4, 4)]
    out = HotspotsOperator(node(), Kept(), Told()).add(0, prepared(points))
    assert [len(loads(row[-1])["hotspots"]) for row in out] == [0, 0, 1, 1, 1, 2, 2, 2]
    assert loads(out[-1][-1]) == {
        "hotspots": [
            {"density": 4.0, "maxValues": [9.9, 9.9], "minValues": [9.0, 9.0]},
            {"density": 3.0, "maxValues": [0.5, 0.5], "minValues": [0.0, 0.0]},
        ]
    }


def test_region_is_forgotten_with_its_rows() -> None:
    points: Points = [(0, 0)] * 3 + [(float(n), 50.0 * n) for n in range(1, 5)]
    out = HotspotsOperator(node(window=5), Kept(), Told()).add(0, prepared(points))
    assert [len(loads(row[-1])["hotspots"]) for row in out] == [0, 0, 1, 1, 1, 0, 0]


def naive(points: Points, radius: float, least: int) -> list[Points]:
    """Returns the clusters of DBSCAN: each dense point with all points that it reaches."""
    near = {n: [m for m, other in enumerate(points) if dist(point, other) <= radius] for n, point in enumerate(points)}
    found: list[set[int]] = []
    for start in (n for n, others in near.items() if len(others) >= least):
        if not any(start in cluster for cluster in found):
            cluster, todo = {start}, [start]
            while todo:
                others = near[todo.pop()]
                new = [m for m in others if m not in cluster] if len(others) >= least else []
                cluster.update(new)
                todo += new
            found.append(cluster)
    return [sorted(points[n] for n in cluster) for cluster in found]


value = st.integers(0, 12).map(lambda number: number / 2)


@settings(max_examples=25)
@given(st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[value] * width), min_size=1, max_size=20)))
def test_dense_points_agree_with_dbscan(points: Points) -> None:
    of = node(window=12, width=len(points[0]))
    *_, (*_, text) = HotspotsOperator(of, Kept(), Told()).add(0, prepared(points))
    boxes = [(spot["minValues"], spot["maxValues"]) for spot in loads(text)["hotspots"]]
    clusters = naive(points[-12:], 1.0, 3)
    assert len(boxes) == len(clusters)
    # A point between two clusters is in the first alone, so that the box of another may be smaller.
    for cluster in clusters:
        outer = [[choose(axis) for axis in zip(*cluster, strict=True)] for choose in (min, max)]
        assert any(all(o <= i for o, i in zip(outer[0], low, strict=True)) for low, _ in boxes)


@settings(max_examples=25)
@given(st.lists(st.tuples(value, value), min_size=1, max_size=24), st.sets(st.integers(0, 12)))
def test_hotspots_continue_after_restarts(points: Any, again: set[int]) -> None:
    def make(kept: Kept) -> HotspotsOperator:
        return HotspotsOperator(node(window=9), kept, Told())

    found = prepared(points)
    batches = [Batch(start, found[start : start + 3]) for start in range(0, len(found), 3)]
    rows = [row for _, row in drive(make, batches, again)]
    assert rows == make(Kept()).add(0, found)


def test_commit_writes_new_points_alone() -> None:
    operator = HotspotsOperator(node(window=3), Kept(), Told())
    operator.add(0, prepared([(0, 0), (1, 1), (2, 2)]))
    kept = kept_after(operator)
    operator.add(1, prepared([(3, 3)]))
    assert (sorted(kept.entries), list(operator.changes().put)) == ([("", "0"), ("", "1"), ("", "2")], [("", "1")])


def test_null_has_no_result_and_extreme_numbers_have_one() -> None:
    told = Told()
    out = HotspotsOperator(node(radius=1e-300), Kept(), told).add(0, prepared([(None, 1), (1e308, -1e308)]))  # type: ignore[list-item]
    assert ([row[-1] for row in out], told.counts) == ([None, '{"hotspots":[]}'], {"null:HOTSPOTS": 1})


def test_result_keeps_the_densest_hotspots_that_fit() -> None:
    spots: Any = [{"density": float(n), "maxValues": [0.0] * 30, "minValues": [0.0] * 30} for n in range(100)]
    text = written(spots)
    kept = [spot["density"] for spot in loads(text)["hotspots"]]
    assert (len(text) <= JSON_MOST, kept) == (True, [float(n) for n in range(99, 99 - len(kept), -1)])
