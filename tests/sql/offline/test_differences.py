"""What differs between two versions besides their rows: files, plan, and kept state."""

from sql.folder import Application
from sql.offline.differences import BINARY, Side, differences
from sql.program import compile_application
from tests.sql.offline.test_comparing import SCHEMA

SCRIPT = """CREATE STREAM A ("n" BIGINT); CREATE PUMP P AS INSERT INTO A
SELECT STREAM COUNT(*) FROM SOURCE_SQL_STREAM_001 AS S GROUP BY STEP(S.ROWTIME BY INTERVAL '{}' SECOND);
CREATE STREAM B ("n" BIGINT); CREATE PUMP Q AS INSERT INTO B
SELECT STREAM {} OVER (ROWS 9 PRECEDING) FROM SOURCE_SQL_STREAM_001;"""


def side(label: str, script: str, data: bytes = b"") -> Side:
    files = {"application.sql": script.encode(), "data.bin": data}
    return Side(label, files, compile_application(Application("a", script, SCHEMA)))


def states(before: str, after: str) -> list[str]:
    lines = differences(side("1", before), side("2", after))
    return [line for line in lines if line.startswith("State")]


def test_operators_that_compute_the_same_keep_their_state() -> None:
    old = SCRIPT.format(10, "COUNT(*)")
    assert states(old, old.replace('"n"', '"m"')) == ["State: 2 of 2 operators with state go on with it."]
    assert states(old, SCRIPT.format(20, "COUNT(*)")) == [
        "State: 1 of 2 operators with state go on with it.",
        "State: GROUP BY at line 2 begins anew.",
    ]
    assert states(old, old.split("CREATE STREAM B")[0]) == [
        "State: 1 of 1 operators with state go on with it.",
        "State: OVER at line 4 is dropped.",
    ]


def test_files_are_compared_line_by_line_if_they_are_text() -> None:
    old, new = SCRIPT.format(10, "COUNT(*)"), SCRIPT.format(10, 'SUM("ms")')
    lines = list(differences(side("1", old), side("2", new, b"\xff")))
    assert lines[:2] == ["--- application.sql, 1", "+++ application.sql, 2"]
    assert [line for line in lines if line.startswith(("-SELECT", "+SELECT"))] == [
        "-SELECT STREAM COUNT(*) OVER (ROWS 9 PRECEDING) FROM SOURCE_SQL_STREAM_001;",
        '+SELECT STREAM SUM("ms") OVER (ROWS 9 PRECEDING) FROM SOURCE_SQL_STREAM_001;',
    ]
    assert lines[lines.index(BINARY) - 2 :][:2] == ["--- data.bin, 1", "+++ data.bin, 2"]
    assert "--- plan of 1" in lines
