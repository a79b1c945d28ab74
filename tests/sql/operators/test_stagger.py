"""Windows that open at a key's first row: the table of the developer guide, a naive oracle, bounds and restarts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.stagger import StaggerOperator
from sql.errors import Fault
from sql.plan.nodes import Stagger
from sql.types import BIGINT, TINYINT
from tests.sql.operators.driving import SCAN, Batch, Told, call, columns, drive, kept_after, slot

COUNT, SUM = call("COUNT"), call("SUM", BIGINT)
DISTINCT = call("COUNT", BIGINT, distinct=True)


def node(*calls: object, length: int = 60_000) -> Stagger:
    return Stagger(columns=columns("k"), input=SCAN, length=length, keys=(slot(0),), calls=calls)  # type: ignore[arg-type]


def at(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return 1000 * (seconds + 60 * (minutes + 60 * hours))


def test_window_opens_at_first_row_and_closes_after_its_length() -> None:
    rows = [("11:00:20", "AMZN"), ("11:00:30", "AMZN"), ("11:01:05", "AMZN"), ("11:01:20", "AMZN"), ("11:01:20", "B")]
    batches = [Batch(at(time), [(key,)]) for time, key in rows]
    assert drive(lambda kept: StaggerOperator(node(COUNT), kept, Told()), batches) == [
        (at("11:01:20"), ("AMZN", 3)),
        (at("11:02:20"), ("AMZN", 1)),
        (at("11:02:20"), ("B", 1)),
    ]


def naive(batches: list[Batch], length: int) -> list[tuple[int, Row]]:
    """Returns the rows of windows that are computed from all rows at once."""
    windows: list[tuple[int, object, list[int | None]]] = []
    for time, rows, _ in batches:
        for key, value in rows:
            found = [members for close, of, members in windows if of == key and close > time]
            if not found:
                found = [[]]
                windows.append((time + length, key, found[0]))
            found[0].append(value)
    return [(close, (key, *values_of(members))) for close, key, members in windows]


def values_of(members: list[int | None]) -> Row:
    present = [each for each in members if each is not None]
    return len(members), sum(present) if present else None, len(set(present))


times = st.lists(st.integers(0, 50), max_size=10).map(sorted)
rows = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.none() | st.integers(-3, 3)), max_size=3)
batches = times.flatmap(lambda ts: st.tuples(*(st.builds(Batch, st.just(t), rows) for t in ts)))


@settings(max_examples=25)
@given(batches, st.sets(st.integers(0, 10)))
def test_windows_agree_with_oracle_after_restarts(found: tuple[Batch, ...], restarts: set[int]) -> None:
    of = Stagger(columns=(), input=SCAN, length=10, keys=(slot(0),), calls=(COUNT, SUM, DISTINCT))
    wide = [Batch(time, [(key, value, value) for key, value in these]) for time, these, _ in found]
    out = drive(lambda kept: StaggerOperator(of, kept, Told(), 0), wide, restarts)
    assert out == naive(list(found), 10)


def test_overflow_is_a_fault_and_leaves_other_windows() -> None:
    told = Told()
    of = node(call("SUM", TINYINT, TINYINT))
    batches = [Batch(0, [("a", 100), ("b", 1), ("a", 100)])]
    assert drive(lambda kept: StaggerOperator(of, kept, told), batches) == [(60_000, ("b", 1))]
    assert told.faults == [(60_000, Fault.ARITHMETIC, "SUM", "key='a'")]


def test_key_beyond_bound_is_left_out_and_told_once() -> None:
    told = Told()
    batches = [Batch(0, [("a",), ("b",), ("c",), ("a",)]), Batch(5, [("d",)])]
    assert drive(lambda kept: StaggerOperator(node(COUNT), kept, told, most=1), batches) == [(60_000, ("a", 2))]
    assert (told.counts, [fault[:2] for fault in told.faults]) == ({"full:keys": 3}, [(0, Fault.LIMIT)])


def test_commit_writes_changed_windows_alone() -> None:
    operator = StaggerOperator(node(COUNT, DISTINCT), Kept(), Told(), 0)
    operator.add(0, [(key, 1) for key in "abc"])
    kept = kept_after(operator)
    operator.add(1, [("b", 1), ("b", 2)])
    change = operator.changes()
    assert (sorted(kept.entries), list(change.put)) == ([("a", "1"), ("b", "2"), ("c", "3")], [("b", "2")])
    assert ([entry.key for entry in change.history], operator.changes().put) == ([("b", "2", "1")], {})


def test_approximate_count_is_told() -> None:
    told = Told()
    batches = [Batch(0, [("a", 1), ("a", 2), ("a", 3)])]
    drive(lambda kept: StaggerOperator(node(DISTINCT), kept, told, distinct_limit=2), batches)
    assert told.counts == {"approximate:COUNT": 1}


def test_size_counts_windows_and_distinct_values() -> None:
    operator = StaggerOperator(node(DISTINCT), Kept(), Told())
    sizes = [operator.size()]
    operator.add(0, [("a", 1), ("a", 2), ("b", 1)])
    kept = kept_after(operator)
    sizes += [operator.size(), StaggerOperator(node(DISTINCT), kept, Told()).size()]
    operator.fire(60_000)
    assert [*sizes, operator.size()] == [0, 2 * 600 + 3 * 150, 2 * 600 + 3 * 150, 0]
