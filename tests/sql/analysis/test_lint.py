"""Checks the doubts: scripts that are allowed, and most likely do something else than was meant."""

from typing import Any

import pytest

from tests.sql.analysis.applications import Output, Switches, told, warnings

T = "FROM TRADES_001 AS t"
PEEK = "SELECT STREAM ID FROM TRADES_001"
COUNTED = "FROM (SELECT STREAM ID, COUNT(*) OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS n FROM TRADES_001)"
THROTTLE = (
    "A window contains the row at its end, so that its count is at least 1 and {} is true for every row; to let the"
    " first row of each window pass, write {} = 1."
)
AVERAGE = (
    "AVG of INTEGER is a whole number, as in the service: of 1 and 2 it is 1; write AVG(CAST(… AS DOUBLE)), or set the"
    " switch integer_avg to exact."
)
HOURS = "hh counts hours from 1 to 12, and the pattern has no a for am or pm; HH counts from 0 to 23."
CUT = "keeps no digits after the point: 4.7 becomes 5; write"
START = (
    "CURRENT_TIMESTAMP is the time at which the application started, as in the service; write CURRENT_ROW_TIMESTAMP, or"
    " set the switch current_timestamp to row."
)
DOUBTS: list[tuple[str, dict[str, Any], str]] = [
    (f"SELECT STREAM ID {COUNTED} WHERE ¦n >= 1", {}, THROTTLE.format("n >= 1", "n")),
    (f"SELECT STREAM ID {COUNTED} AS d WHERE ID = 3 AND ¦d.n > 0", {}, THROTTLE.format("d.n > 0", "d.n")),
    (f"SELECT STREAM ¦AVG(QTY) {T} GROUP BY t.ROWTIME", {}, AVERAGE),
    ("SELECT STREAM ¦AVG(QTY) OVER (ROWS 2 PRECEDING) FROM TRADES_001", {}, AVERAGE),
    (f"SELECT STREAM ID {T} WHERE ¦QTY = NULL", {}, "A comparison with NULL is never true; write IS NULL."),
    (f"SELECT STREAM ID {T} WHERE ¦QTY <> NULL", {}, "A comparison with NULL is never true; write IS NOT NULL."),
    ("SELECT STREAM CHAR_TO_TIMESTAMP(¦'yyyy-MM-dd hh:mm:ss', LINE) FROM TRADES_001", {}, HOURS),
    ("SELECT STREAM TIMESTAMP_TO_CHAR(¦'hh ''a''', MADE_AT) FROM TRADES_001", {}, HOURS),
    (
        f"SELECT STREAM ¦TSDIFF(MAX(MADE_AT), MIN(MADE_AT)) {T} GROUP BY t.ROWTIME",
        {},
        "TSDIFF(a, b) is b - a, so that TSDIFF(MAX(…), MIN(…)) is negative; write TSDIFF(MIN(…), MAX(…)).",
    ),
    (
        f"SELECT STREAM ¦SUM(QTY) / COUNT(*) {T} GROUP BY t.ROWTIME",
        {},
        "Whole numbers are divided without a fraction: 5 / 2 is 2; CAST one of them to DOUBLE.",
    ),
    (
        "SELECT STREAM ¦SUM(ID) OVER (PARTITION BY ID) FROM TRADES_001",
        {},
        "The window never ends: it takes all rows so far; write RANGE INTERVAL '1' MINUTE PRECEDING.",
    ),
    (
        "¦SELECT STREAM DISTINCT MONOTONIC(MADE_AT), ID FROM TRADES_001",
        {},
        "SELECT DISTINCT keeps rows as long as it can, since MONOTONIC(…) does not say until when; ROWTIME does.",
    ),
    (f"CREATE STREAM A (¦X DECIMAL); {PEEK}", {}, f"DECIMAL(18,0) {CUT} DECIMAL(18,2)."),
    (f"CREATE STREAM A (¦X NUMERIC(5) NOT NULL); {PEEK}", {}, f"DECIMAL(5,0) {CUT} DECIMAL(5,2)."),
    ('SELECT STREAM ¦CAST("price" AS DECIMAL(9)) FROM TRADES_001', {}, f"DECIMAL(9,0) {CUT} DECIMAL(9,2)."),
    ("SELECT STREAM ¦CURRENT_TIMESTAMP FROM TRADES_001", {"switches": Switches(current_timestamp="start")}, START),
    (
        "CREATE STREAM A (X INTEGER); ¦CREATE STREAM B (X INTEGER);"
        "CREATE PUMP P AS INSERT INTO A SELECT STREAM X FROM B;",
        {},
        "No started pump fills B, so that the pumps that read it get no rows.",
    ),
    (f"SELECT STREAM COUNT(*) {T} GROUP BY t.ROWTIME, ¦1", {}, "GROUP BY of a constant makes no groups."),
]
FINE: list[tuple[str, dict[str, Any]]] = [
    (f"SELECT STREAM ID {COUNTED} WHERE n = 1", {}),
    (f"SELECT STREAM ID {COUNTED} WHERE n >= 2", {}),
    (f"SELECT STREAM ID {COUNTED} WHERE ID >= 1", {}),
    (f"SELECT STREAM AVG(QTY) {T} GROUP BY t.ROWTIME", {"switches": Switches(integer_avg="exact")}),
    (f'SELECT STREAM AVG("price"), SUM("price") / COUNT(*) {T} GROUP BY t.ROWTIME', {}),
    ("SELECT STREAM CHAR_TO_TIMESTAMP('hh:mm a', LINE), TIMESTAMP_TO_CHAR('HH', MADE_AT) FROM TRADES_001", {}),
    (f"SELECT STREAM TSDIFF(MIN(MADE_AT), MAX(MADE_AT)) {T} GROUP BY t.ROWTIME", {}),
    (f"CREATE STREAM A (X DECIMAL(18,0), Y DECIMAL(5, 2)); {PEEK}", {}),
    ("SELECT STREAM CURRENT_ROW_TIMESTAMP FROM TRADES_001", {"switches": Switches(current_timestamp="start")}),
    ("SELECT STREAM QTY / 2 FROM TRADES_001", {}),
]


@pytest.mark.parametrize(("script", "changes", "sentence"), DOUBTS)
def test_doubtful_script_is_warned_of(script: str, changes: dict[str, Any], sentence: str) -> None:
    text, expected = told(script, f"warning: {sentence}")
    assert warnings(text, **changes) == expected


@pytest.mark.parametrize(("script", "changes"), FINE)
def test_script_that_does_as_it_says_is_not_warned_of(script: str, changes: dict[str, Any]) -> None:
    assert warnings(script, **changes) == []


def test_unread_inputs_are_told() -> None:
    text = "CREATE STREAM A (X INTEGER); CREATE PUMP P AS INSERT INTO A SELECT STREAM ID FROM TRADES_001;"
    expected = ["0:1: warning: The records are dealt out to 3 input streams, and no pump reads TRADES_002, TRADES_003."]
    assert warnings(text, parallelism=3) == expected


def test_empty_script_is_told() -> None:
    assert warnings("-- later\n") == ["1:1: warning: The script is empty, so that no row is computed."]


def test_script_without_a_pump_is_told() -> None:
    [told] = warnings("CREATE STREAM A (X INTEGER); CREATE STREAM B (X INTEGER);")
    assert told.startswith("1:30: warning: No pump runs, so that no row is computed; add CREATE PUMP")


def test_output_that_no_pump_fills_is_told() -> None:
    expected = ["1:1: warning: No started pump fills A, so that its output gets no rows."]
    assert warnings("CREATE STREAM A (X INTEGER)", outputs=(Output("A"),)) == expected
