"""Checks streams, pumps and the application's other files."""

import pytest

from sql.plan.expressions import Const, Convert, Field
from sql.plan.nodes import Order, Project, walk
from tests.sql.analysis.applications import Output, plan, problems, told, warnings

A = "CREATE STREAM A (X INTEGER, Y VARCHAR(16));\n"
READ = "SELECT STREAM ID, SECTOR FROM TRADES_001;\n"
REFUSED = [
    (
        'CREATE STREAM ¦"error_stream" (X INTEGER);',
        "error_stream is reserved: it holds the rows that no pump could use.",
    ),
    (f"{A}CREATE OR REPLACE STREAM ¦A (X INTEGER);", "Stream A is created twice, first in line 1."),
    ("CREATE STREAM ¦TRADES_001 (X INTEGER);", "TRADES_001 is the application's input, and exists already."),
    ("CREATE STREAM ¦COMPANIES (X INTEGER);", "COMPANIES is a reference table; give the stream another name."),
    ("CREATE STREAM A (X INTEGER, ¦x INTEGER);", "Column X stands twice in A."),
    (
        "CREATE STREAM A (¦ROWTIME TIMESTAMP);",
        "Every stream has a ROWTIME of its own; give this column another name, such as ROW_TIME.",
    ),
    (f"CREATE PUMP P AS INSERT INTO ¦B {READ}", "Stream B not found; create it above: CREATE STREAM B (…)."),
    (f'{A}CREATE PUMP P AS INSERT INTO ¦"a" {READ}', 'Stream "a" not found; did you mean A (upper case)?'),
    (
        f"CREATE PUMP P AS INSERT INTO ¦TRADES_001 {READ}",
        "TRADES_001 is the application's input; a pump cannot write into it.",
    ),
    (
        f'CREATE PUMP P AS INSERT INTO ¦"error_stream" {READ}',
        "A pump cannot write into error_stream; create a stream of another name.",
    ),
    (
        f"{A}CREATE PUMP P AS INSERT INTO A {READ}CREATE PUMP ¦P AS INSERT INTO A {READ}",
        "Pump P is created twice, first in line 2.",
    ),
    (
        f"{A}CREATE PUMP P AS INSERT INTO A ¦SELECT STREAM ID FROM TRADES_001",
        "The SELECT gives 1 column, and A has 2; select 1 more, or list the columns that get a value.",
    ),
    (
        f"{A}CREATE PUMP P AS INSERT INTO A (X) ¦SELECT STREAM ID, QTY FROM TRADES_001",
        "The SELECT gives 2 columns, and the list names 1; leave 1 out.",
    ),
    (f"{A}CREATE PUMP P AS INSERT INTO A (¦Z) {READ}", "A has no column Z; there are X, Y."),
    (f"{A}CREATE PUMP P AS INSERT INTO A (X, ¦x) {READ}", "Column X stands twice in the list."),
    (
        f"{A}CREATE PUMP P AS INSERT INTO A SELECT STREAM ¦SECTOR, LINE FROM TRADES_001",
        "SECTOR is VARCHAR(16), and column X is INTEGER; write CAST(… AS INTEGER).",
    ),
    (
        f"{A}CREATE PUMP P AS INSERT INTO A SELECT STREAM ID, ¦MADE_AT FROM TRADES_001",
        "MADE_AT is TIMESTAMP, and column Y is VARCHAR(16); write TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm:ss', …).",
    ),
    (
        "CREATE STREAM A (X INTEGER NOT NULL, Y INTEGER);"
        "CREATE PUMP P AS ¦INSERT INTO A (Y) SELECT STREAM ID FROM TRADES_001",
        "Column X is NOT NULL, and the list leaves it out.",
    ),
    (
        "¦CREATE VIEW V AS SELECT STREAM ID FROM TRADES_001",
        "CREATE VIEW is not supported; create a stream and a pump that fills it.",
    ),
    (f"{A}¦INSERT INTO A {READ}", "INSERT alone would run once; write CREATE PUMP … AS INSERT INTO … instead."),
    ("ALTER PUMP ¦P START", "Pump P not found."),
    ("¦DROP STREAM A", "There is no stream A before this line."),
    (
        "¦SELECT STREAM ID FROM TRADES_001 EXCEPT SELECT STREAM ID FROM TRADES_001",
        "EXCEPT is not supported on streams; only UNION ALL is.",
    ),
    (
        "¦SELECT STREAM ID FROM TRADES_001 UNION SELECT STREAM ID FROM TRADES_001",
        "UNION without ALL is not supported on streams; only UNION ALL is.",
    ),
    (
        "¦SELECT STREAM ID FROM TRADES_001 UNION ALL SELECT STREAM SECTOR FROM TRADES_001",
        "UNION ALL, column 1: INTEGER and VARCHAR(16) have no common type; CAST one to the other's type.",
    ),
]


@pytest.mark.parametrize(("script", "sentence"), REFUSED)
def test_statement_that_breaks_a_rule_is_refused(script: str, sentence: str) -> None:
    text, expected = told(script, sentence)
    assert problems(text) == expected


def test_broken_pump_does_not_hide_the_others() -> None:
    pump = "CREATE PUMP P{} AS INSERT INTO A SELECT STREAM nope{}, SECTOR FROM TRADES_001;"
    lines = [pump.format(number, number) for number in range(5)]
    assert [each.split(":")[0] for each in problems("\n".join([A, *lines]))] == ["3", "4", "5", "6", "7"]


def test_pumps_stand_after_those_that_fill_their_streams() -> None:
    script = (
        "CREATE STREAM C (X INTEGER); CREATE STREAM B (X INTEGER); CREATE STREAM A (X INTEGER);"
        "CREATE PUMP P3 AS INSERT INTO C SELECT STREAM X FROM B;"
        "CREATE PUMP P2 AS INSERT INTO B SELECT STREAM X FROM A;"
        "CREATE PUMP P1 AS INSERT INTO A SELECT STREAM ID FROM TRADES_001;"
        "CREATE PUMP P0 AS INSERT INTO C SELECT STREAM ID FROM TRADES_001;"
    )
    assert [each.name for each in plan(script).pumps] == ["P1", "P2", "P3", "P0"]


def test_pumps_in_a_circle_are_refused_by_name() -> None:
    script = "".join(f"CREATE STREAM S{n} (X INTEGER);" for n in range(3)) + "\n¦"
    script += "".join(f"CREATE PUMP P{n} AS INSERT INTO S{(n + 1) % 3} SELECT STREAM X FROM S{n};\n" for n in range(3))
    sentence = "Pumps read each other's rows in a circle: P0, P1, P2; each row would go round for ever."
    text, expected = told(script, sentence)
    assert problems(text) == expected


def test_columns_are_assigned_by_position_and_converted_only_where_they_change() -> None:
    script = "CREATE STREAM A (T TINYINT, L VARCHAR(300), I INTEGER NOT NULL, N INTEGER);\n"
    script += "CREATE PUMP P AS INSERT INTO A (I, T, L) SELECT STREAM ID, QTY, SECTOR FROM TRADES_001;"
    root = plan(script).pumps[0].root
    assert isinstance(root, Project)
    assert [type(each) for each in root.items] == [Convert, Field, Field, Const]


def test_value_that_may_be_null_is_checked_for_a_column_that_may_not() -> None:
    script = "CREATE STREAM A (X INTEGER NOT NULL);\nCREATE PUMP P AS INSERT INTO A SELECT STREAM QTY FROM TRADES_001;"
    root = plan(script).pumps[0].root
    assert isinstance(root, Project)
    convert = root.items[0]
    assert isinstance(convert, Convert)
    assert (convert.assigns, convert.not_null, convert.column, convert.written) == (True, True, "X", "QTY")


def test_dropped_streams_and_pumps_are_gone() -> None:
    script = f"{A}CREATE PUMP P AS INSERT INTO A {READ}DROP PUMP P; DROP STREAM A; DROP STREAM IF EXISTS A;{A}"
    found = plan(script)
    assert (list(found.streams), found.pumps) == (["A"], ())


def test_stopped_pump_is_left_out_unless_it_is_started_later() -> None:
    script = f"{A}CREATE PUMP P STOPPED AS INSERT INTO A {READ}CREATE PUMP Q STOPPED AS INSERT INTO A {READ}"
    script += "ALTER PUMP P START;"
    assert [each.name for each in plan(script).pumps] == ["P"]
    assert warnings(script) == ["3:1: warning: Pump Q is stopped and does nothing."]


def test_bare_query_is_shown_and_not_stored() -> None:
    found = plan(READ)
    assert (found.pumps, [each.target for each in found.peeks]) == ((), [""])


OUTPUTS = [
    (Output("a"), '0:1: The output "a" matches no stream of the script; did you mean A (upper case)?'),
    (Output("A", key="Z"), "0:1: The output A has no column Z, its key; there are X, Y."),
]


@pytest.mark.parametrize(("output", "problem"), OUTPUTS)
def test_output_of_no_stream_is_refused(output: Output, problem: str) -> None:
    assert problems(f"{A}CREATE PUMP P AS INSERT INTO A {READ}", outputs=(output,)) == [problem]


def test_output_of_errors_needs_no_stream() -> None:
    assert problems(READ, outputs=(Output("error_stream"),)) == []


def test_partition_key_is_a_column_of_the_input() -> None:
    expected = ['0:1: The partition key TICKER is no column of the input; did you mean "ticker" (quoted, lower case)?']
    assert problems(READ, partition_key="TICKER") == expected


def test_order_by_after_union_all_sorts_the_whole() -> None:
    union = "SELECT STREAM ID FROM TRADES_001 UNION ALL SELECT STREAM QTY FROM TRADES_001"
    order = "ORDER BY FLOOR(ROWTIME TO MINUTE), ID DESC"
    direct, nested = (
        plan(text).peeks[0].root for text in (f"{union} {order}", f"SELECT STREAM * FROM ({union}) {order}")
    )
    assert (direct, [type(each) for each in walk(direct)][-2:]) == (nested, [Order, Project])
