"""Checks sliding windows: frames, the WINDOW clause, and the calls over them."""

import pytest

from sql.plan.nodes import Frame, Over
from tests.sql.analysis.applications import nodes, problems, told

MINUTE = "RANGE INTERVAL '1' MINUTE PRECEDING"
FRAMES = [
    (MINUTE, Frame(partition=(), range=60_000)),
    ("RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW", Frame(partition=(), range=60_000)),
    ("RANGE INTERVAL '59.999' SECOND(2,3) PRECEDING", Frame(partition=(), range=59_999)),
    ("RANGE CURRENT ROW", Frame(partition=(), range=0)),
    ("ROWS 2 PRECEDING", Frame(partition=(), rows=3)),
    ("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", Frame(partition=(), rows=3)),
    ("ROWS CURRENT ROW", Frame(partition=(), rows=1)),
    ("RANGE UNBOUNDED PRECEDING", Frame(partition=())),
    ("", Frame(partition=())),
    (f"ORDER BY t.ROWTIME {MINUTE}", Frame(partition=(), range=60_000)),
]
END = "write RANGE INTERVAL '1' MINUTE PRECEDING or ROWS 9 PRECEDING, which end at the current row."
REFUSED = [
    (
        "RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND ¦UNBOUNDED FOLLOWING",
        f"A window on a stream cannot end after the current row; {END}",
    ),
    ("ROWS BETWEEN 3 PRECEDING AND ¦1 PRECEDING", f"A window on a stream cannot end before the current row; {END}"),
    ("ROWS BETWEEN ¦1 FOLLOWING AND CURRENT ROW", f"A window on a stream cannot begin after the current row; {END}"),
    ("ROWS ¦0 PRECEDING", "ROWS needs a number from 1 to 9999999; for the current row alone write ROWS CURRENT ROW."),
    ("ROWS ¦INTERVAL '1' MINUTE PRECEDING", "ROWS needs a constant whole number; RANGE takes an INTERVAL."),
    ("RANGE ¦5 PRECEDING", "RANGE needs a constant INTERVAL of days, hours, minutes or seconds."),
    ("RANGE ¦INTERVAL '1' MONTH PRECEDING", "RANGE needs a constant INTERVAL of days, hours, minutes or seconds."),
    (
        "RANGE ¦INTERVAL '0' SECOND PRECEDING",
        "RANGE needs an INTERVAL above 0 and of 366 days at most; for this millisecond write CURRENT ROW.",
    ),
    (f"ORDER BY ¦SECTOR {MINUTE}", "A window on a stream is in the order of ROWTIME; leave its ORDER BY out."),
    (f"PARTITION BY ¦sectr {MINUTE}", "Column SECTR not found; did you mean SECTOR?"),
]


@pytest.mark.parametrize(("spec", "frame"), FRAMES)
def test_window_has_its_frame(spec: str, frame: Frame) -> None:
    assert nodes(f"SELECT STREAM COUNT(*) OVER ({spec}) FROM TRADES_001 AS t", Over)[0].frames == (frame,)


@pytest.mark.parametrize(("spec", "sentence"), REFUSED)
def test_window_that_no_stream_has_is_refused(spec: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM COUNT(*) OVER ({spec}) FROM TRADES_001 AS t", sentence)
    assert problems(text) == expected


def test_equal_frames_and_calls_are_computed_once() -> None:
    text = (
        f"SELECT STREAM COUNT(*) OVER W, COUNT(*) OVER (PARTITION BY SECTOR {MINUTE}), SUM(ID) OVER (ROWS 9 PRECEDING)"
        f" FROM TRADES_001 WINDOW W AS (PARTITION BY SECTOR {MINUTE})"
    )
    node = nodes(text, Over)[0]
    assert [(each.function, each.frame) for each in node.calls] == [("COUNT", 0), ("SUM", 1)]


def test_window_refines_a_named_one() -> None:
    text = f"SELECT STREAM COUNT(*) OVER (W {MINUTE}) FROM TRADES_001 WINDOW W AS (PARTITION BY ID)"
    frame = nodes(text, Over)[0].frames[0]
    assert (len(frame.partition), frame.range) == (1, 60_000)


NAMES = [
    ("COUNT(*) OVER ¦V FROM TRADES_001", "Window V not found; define it after FROM: WINDOW V AS (…)."),
    (f"COUNT(*) OVER ¦W2 FROM TRADES_001 WINDOW W1 AS ({MINUTE})", "Window W2 not found; there is W1."),
    (
        f"COUNT(*) OVER ¦(W {MINUTE}) FROM TRADES_001 WINDOW W AS (ROWS 3 PRECEDING)",
        "The window that this one refines has a RANGE or ROWS already.",
    ),
    (
        "COUNT(*) OVER A FROM TRADES_001 WINDOW A AS ¦(B), B AS (A)",
        "The windows of this SELECT refer to each other in a circle.",
    ),
    (
        f"ID FROM TRADES_001 WHERE ¦COUNT(*) OVER ({MINUTE}) > 3",
        "COUNT OVER a window cannot stand in WHERE; nest it in a subquery in FROM.",
    ),
    (
        f"¦RANK() OVER ({MINUTE}) FROM TRADES_001",
        "RANK is not supported on streams; use TOP_K_ITEMS_TUMBLING, or ORDER BY within a window.",
    ),
    (f"¦UPPER(SECTOR) OVER ({MINUTE}) FROM TRADES_001", "UPPER collects no rows and takes no OVER."),
    (
        f"NTH_VALUE(ID, ¦0) OVER ({MINUTE}) FROM TRADES_001",
        "NTH_VALUE needs a constant whole number from 1 as its second argument.",
    ),
    (f"¦LAG(ID, 1, 2, 3) OVER ({MINUTE}) FROM TRADES_001", "LAG takes 1 to 3 arguments, not 4."),
    (
        f"LAG(ID, 1, ¦'none') OVER ({MINUTE}) FROM TRADES_001",
        "LAG gives INTEGER, and its default is VARCHAR(4); CAST it to INTEGER.",
    ),
    (
        f"EXP_AVG(ID, ¦INTERVAL '1' MONTH) OVER ({MINUTE}) FROM TRADES_001",
        "EXP_AVG needs an INTERVAL above 0 as its half-life.",
    ),
    (
        f"EXP_AVG(ID, ¦3) OVER ({MINUTE}) FROM TRADES_001",
        "EXP_AVG needs an INTERVAL above 0 as its half-life.",
    ),
    (
        "¦P95(QTY) OVER (PARTITION BY SECTOR) FROM TRADES_001",
        "P95 keeps the values of its window, and this one takes all rows so far; write"
        " RANGE INTERVAL '1' MINUTE PRECEDING.",
    ),
    (
        f"COUNT(*) OVER ({MINUTE}) FROM TRADES_001 AS t GROUP BY t.ROWTIME",
        "COUNT OVER a window cannot stand in SELECT; nest it in a subquery in FROM.",
    ),
]


@pytest.mark.parametrize(("rest", "sentence"), NAMES)
def test_call_over_a_wrong_window_is_refused(rest: str, sentence: str) -> None:
    text, expected = told(f"SELECT STREAM {'' if '¦' in rest else '¦'}{rest}", sentence)
    assert problems(text) == expected


def test_analytic_calls_take_their_modes() -> None:
    text = (
        "SELECT STREAM LAG(QTY, 2, 0) IGNORE NULLS OVER W, NTH_VALUE(QTY, 2) FROM LAST OVER W, COUNT(DISTINCT SECTOR)"
        f" OVER W, EXP_AVG(\"price\", INTERVAL '10' SECOND) OVER W FROM TRADES_001 WINDOW W AS ({MINUTE})"
    )
    calls = nodes(text, Over)[0].calls
    assert [(each.ignore_nulls, each.from_last, each.distinct) for each in calls] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
        (False, False, False),
    ]
