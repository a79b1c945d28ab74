"""Makes random scripts and records for property tests. The scripts are right; rows may fail, such as by a division."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

COLUMNS = {"k": "VARCHAR(4)", "v": "INTEGER", "p": "DOUBLE", "d": "DECIMAL(6,2)", "b": "BOOLEAN"}
RESULTS = {"text": "VARCHAR(12)", "whole": "BIGINT", "double": "DOUBLE", "exact": "DECIMAL(12,4)", "boolean": "BOOLEAN"}
RESULTS["time"] = "TIMESTAMP"
SCHEMA = "".join(f'[[columns]]\nname = "{name}"\ntype = "{kind}"\n\n' for name, kind in COLUMNS.items())
TABLE = [("a", "red"), ("b", "blue"), ("b", "grey"), ("zz", "none")]  # of the reference table COLOURS: k, colour


def whole(draw: Draw, depth: int = 2) -> str:
    """Returns an expression with a whole number or NULL as its value."""
    if not depth:
        return str(draw(st.sampled_from(['"v"', "0", "1", "7", "-3", "2000000000"])))
    inner = whole(draw, depth - 1)
    other = whole(draw, depth - 1)
    forms = [
        inner,
        f"({inner} + {other})",
        f"({inner} - {other})",
        f"({inner} * {other})",
        f"({inner} / {other})",
        f"MOD({inner}, 5)",
        f"ABS({inner})",
        f"CASE WHEN {condition(draw, 0)} THEN {inner} ELSE {other} END",
        f"COALESCE({inner}, {other})",
        f"NULLIF({inner}, {other})",
        f"CAST({double(draw, 0)} AS INTEGER)",
        f"CHAR_LENGTH({text(draw, 0)})",
        f"STEP({inner} BY 5)",
        f"POSITION('a' IN {text(draw, 0)})",
        f"UNIX_TIMESTAMP({moment(draw, 0)})",
        f"TSDIFF({moment(draw, 0)}, S.ROWTIME)",
        f"CAST(({moment(draw, 0)} - S.ROWTIME) SECOND AS BIGINT)",
        f"EXTRACT(MINUTE FROM {moment(draw, 0)})",
    ]
    return str(draw(st.sampled_from(forms)))


def double(draw: Draw, depth: int = 1) -> str:
    if not depth:
        return str(draw(st.sampled_from(['"p"', "1e0", 'CAST("v" AS DOUBLE)', "2.5e0"])))
    inner, other = double(draw, depth - 1), double(draw, depth - 1)
    return str(draw(st.sampled_from([inner, f"({inner} + {other})", f"({inner} * {other})", f"({inner} / {other})"])))


def exact(draw: Draw, depth: int = 1) -> str:
    if not depth:
        return str(draw(st.sampled_from(['"d"', "1.25", "-0.5"])))
    inner, other = exact(draw, depth - 1), exact(draw, depth - 1)
    return str(draw(st.sampled_from([inner, f"({inner} + {other})", f"({inner} - {other})", f"({inner} * {other})"])))


def text(draw: Draw, depth: int = 1) -> str:
    if not depth:
        return str(draw(st.sampled_from(['"k"', "'a'", "'it''s'", "''"])))
    inner = text(draw, depth - 1)
    forms = [
        inner,
        f"UPPER({inner})",
        f"({inner} || 'x')",
        f"SUBSTRING({inner} FROM 2 FOR 1)",
        f"COALESCE({inner}, 'z')",
        f'CASE WHEN "b" THEN {inner} WHEN "v" > 1 THEN \'n\' END',
    ]
    return str(draw(st.sampled_from(forms)))


def moment(draw: Draw, depth: int = 1) -> str:
    """Returns an expression with a TIMESTAMP or NULL as its value."""
    if not depth:
        forms = [
            "S.ROWTIME",
            "CURRENT_ROW_TIMESTAMP",
            "CURRENT_TIMESTAMP",
            "TIMESTAMP '2026-02-01 00:00:30.5'",
            'TO_TIMESTAMP(CAST("v" AS BIGINT))',
        ]
        return str(draw(st.sampled_from(forms)))
    inner = moment(draw, depth - 1)
    forms = [
        inner,
        f"({inner} + INTERVAL '1:30' MINUTE TO SECOND)",
        f"FLOOR({inner} TO HOUR)",
        f"STEP({inner} BY INTERVAL '7' SECOND)",
        f"CAST(CAST({inner} AS VARCHAR(23)) AS TIMESTAMP)",
        f"CAST(CAST({inner} AS DATE) AS TIMESTAMP)",
        f"CHAR_TO_TIMESTAMP('HH:mm', TIMESTAMP_TO_CHAR('HH:mm', {inner}))",
    ]
    return str(draw(st.sampled_from(forms)))


def condition(draw: Draw, depth: int = 2) -> str:
    if not depth:
        comparison = draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
        forms = [
            f"{whole(draw, 0)} {comparison} {whole(draw, 0)}",
            f"{double(draw, 0)} {comparison} {whole(draw, 0)}",
            f"{exact(draw, 0)} {comparison} {exact(draw, 0)}",
            f"{text(draw, 0)} {comparison} {text(draw, 0)}",
            f"{text(draw, 0)} LIKE 'a%'",
            f'{whole(draw, 0)} IN (1, 7, "v")',
            f"{whole(draw, 0)} NOT IN (1, NULL)",
            f"{whole(draw, 0)} BETWEEN 0 AND 9",
            '"p" IS NULL',
            f"COALESCE({whole(draw, 0)}, {whole(draw, 0)}) > 1",
            '"b"',
            '"b" IS NOT TRUE',
            "\"k\" IS DISTINCT FROM 'a'",
            "\"k\" SIMILAR TO '[a-b]*'",
            '"k" IN (SELECT "k" FROM "COLOURS")',
            'NOT EXISTS (SELECT * FROM "COLOURS" AS C WHERE C."k" = S."k")',
            f"{moment(draw, 0)} {comparison} {moment(draw, 0)}",
        ]
        return str(draw(st.sampled_from(forms)))
    inner, other = condition(draw, depth - 1), condition(draw, depth - 1)
    return str(draw(st.sampled_from([inner, f"({inner} AND {other})", f"({inner} OR {other})", f"NOT ({inner})"])))


MAKERS = {"text": text, "whole": whole, "double": double, "exact": exact, "boolean": condition, "time": moment}
AGGREGATES = [
    ("whole", "COUNT(*)"),
    ("whole", 'COUNT("v")'),
    ("whole", 'SUM("v")'),
    ("whole", 'AVG("v")'),
    ("double", 'SUM("p")'),
    ("double", 'AVG("p")'),
    ("exact", 'SUM("d")'),
    ("whole", 'MIN("v")'),
    ("double", 'MAX("p")'),
    ("text", 'MAX("k")'),
    ("text", 'FIRST_VALUE("k")'),
    ("whole", 'LAST_VALUE("v")'),
]
AGGREGATES += [("whole", 'P95("v")'), ("double", 'P50("p")'), ("exact", 'P90("d")')]
GROUPED = [*AGGREGATES, ("whole", 'COUNT(DISTINCT "v")'), ("double", 'STDDEV_SAMP("p")'), ("double", 'VAR_POP("p")')]
OVER = [*AGGREGATES, ("whole", 'LAG("v")'), ("whole", 'LAG("v", 2, 9)')]


def named(items: list[tuple[str, str]]) -> tuple[str, str]:
    """Returns the columns of a stream for items of these kinds, and the items of the SELECT."""
    columns = ", ".join(f'"c{at}" {RESULTS[kind]}' for at, (kind, _) in enumerate(items))
    return columns, ", ".join(expression for _, expression in items)


def projection(draw: Draw, source: str) -> tuple[str, str]:
    kinds = draw(st.lists(st.sampled_from(sorted(MAKERS)), min_size=1, max_size=3))
    columns, items = named([(kind, MAKERS[kind](draw)) for kind in kinds])
    return columns, f"SELECT STREAM {items} FROM {source} AS S WHERE {condition(draw)}"


def grouping(draw: Draw, source: str) -> tuple[str, str]:
    calls = draw(st.lists(st.sampled_from(GROUPED), min_size=1, max_size=3))
    keys = draw(
        st.lists(
            st.sampled_from([("text", '"k"'), ("whole", 'MOD("v", 2)'), ("boolean", '"b"')]), unique=True, max_size=2
        )
    )
    period = draw(st.sampled_from(["STEP(S.ROWTIME BY INTERVAL '5' SECOND)", "FLOOR(S.ROWTIME TO MINUTE)"]))
    columns, items = named([*keys, *calls])
    having = draw(st.sampled_from(["", " HAVING COUNT(*) > 1"]))
    by = ", ".join([period, *(key for _, key in keys)])
    return columns, f"SELECT STREAM {items} FROM {source} AS S WHERE {condition(draw, 1)} GROUP BY {by}{having}"


def sliding(draw: Draw, source: str) -> tuple[str, str]:
    calls = draw(st.lists(st.sampled_from(OVER), min_size=1, max_size=3))
    partition = draw(st.sampled_from(["", 'PARTITION BY "k" ', 'PARTITION BY "k", "b" ']))
    frame = draw(
        st.sampled_from(
            ["RANGE INTERVAL '7' SECOND PRECEDING", "ROWS 2 PRECEDING", "RANGE INTERVAL '1' MINUTE PRECEDING"]
        )
    )
    columns, items = named([("text", '"k"'), *((kind, f"{call} OVER W") for kind, call in calls)])
    where = f"WHERE {condition(draw, 1)}"
    return columns, f"SELECT STREAM {items} FROM {source} AS S {where} WINDOW W AS ({partition}{frame})"


def stagger(draw: Draw, source: str) -> tuple[str, str]:
    calls = draw(st.lists(st.sampled_from(GROUPED), min_size=1, max_size=2))
    columns, items = named([("text", '"k"'), *calls])
    window = "WINDOWED BY STAGGER (PARTITION BY \"k\" RANGE INTERVAL '6' SECOND)"
    return columns, f"SELECT STREAM {items} FROM {source} AS S {window}"


def lookup(draw: Draw, source: str) -> tuple[str, str]:
    kind = draw(st.sampled_from(["JOIN", "LEFT JOIN"]))
    columns, items = named([("text", 'S."k"'), ("whole", 'S."v"'), ("text", 'C."colour"')])
    return columns, f'SELECT STREAM {items} FROM {source} AS S {kind} "COLOURS" AS C ON S."k" = C."k"'


def distinct(draw: Draw, source: str) -> tuple[str, str]:
    columns, items = named([("text", '"k"'), ("boolean", '"b"')])
    return f'"t" TIMESTAMP, {columns}', f"SELECT STREAM DISTINCT FLOOR(S.ROWTIME TO MINUTE), {items} FROM {source} AS S"


def order(draw: Draw, source: str) -> tuple[str, str]:
    columns, items = named([("text", '"k"'), ("whole", '"v"')])
    period = draw(st.sampled_from(["STEP(S.ROWTIME BY INTERVAL '5' SECOND)", "FLOOR(S.ROWTIME TO MINUTE)"]))
    key = draw(st.sampled_from(['"v"', '"v" DESC', '"k" NULLS FIRST, "v"', '"k" DESC NULLS LAST', '"p" + "v", "b"']))
    return columns, f"SELECT STREAM {items} FROM {source} AS S WHERE {condition(draw, 1)} ORDER BY {period}, {key}"


def ranking(draw: Draw, source: str) -> tuple[str, str]:
    columns, items = named([("text", '"k"'), ("whole", 'SUM("v")')])
    period = "STEP(S.ROWTIME BY INTERVAL '5' SECOND)"
    return columns, f'SELECT STREAM {items} FROM {source} AS S GROUP BY {period}, "k" ORDER BY {period}, SUM("v") DESC'


def counted(draw: Draw, source: str, function: str = "COUNT_DISTINCT_ITEMS_TUMBLING", most: str = "") -> str:
    name = draw(st.sampled_from(["k", "v"]))
    rest = f"CURSOR(SELECT STREAM \"{name}\" FROM {source}), '{name}', {most}6"
    return f"SELECT STREAM * FROM TABLE({function}({rest}))"


def distinct_items(draw: Draw, source: str) -> tuple[str, str]:
    return '"n" BIGINT', counted(draw, source)


def commonest(draw: Draw, source: str) -> tuple[str, str]:
    most = f"{draw(st.integers(1, 3))}, "
    return '"i" VARCHAR(16), "n" DOUBLE', counted(draw, source, "TOP_K_ITEMS_TUMBLING", most)


def union(draw: Draw, source: str) -> tuple[str, str]:
    columns, items = named([("text", '"k"'), ("whole", '"v"')])
    other = f'SELECT STREAM UPPER("k"), MOD("v", 5) FROM {source} AS S WHERE {condition(draw, 0)}'
    sort = draw(st.sampled_from(["", ' ORDER BY FLOOR(ROWTIME TO MINUTE), "v" DESC']))
    return columns, f"SELECT STREAM {items} FROM {source} AS S WHERE {condition(draw, 0)} UNION ALL {other}{sort}"


def parsing(draw: Draw, source: str) -> tuple[str, str]:
    columns, items = named([("text", "T.R.COLUMN1"), ("text", "T.R.COLUMN2")])
    parse = draw(st.sampled_from(["REGEX_LOG_PARSE(\"k\", '(.)(.*)')", "VARIABLE_COLUMN_LOG_PARSE(\"k\", 2, ';')"]))
    return columns, f"SELECT STREAM {items} FROM (SELECT STREAM {parse} AS R FROM {source}) AS T"


def join(draw: Draw, source: str) -> tuple[str, str]:
    frames = ["", " OVER (RANGE INTERVAL '7' SECOND PRECEDING)"]
    left, right = draw(st.sampled_from([(frames[1], frames[1]), (frames[0], frames[1]), (frames[1], frames[0])]))
    both = bool(left) and bool(right)
    kind = draw(st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"] if both else ["JOIN"]))
    columns, items = named([("text", 'S."k"'), ("whole", 'S."v"'), ("whole", 'T."v"')])
    on = draw(st.sampled_from(['S."k" = T."k"', 'S."k" = T."k" AND S."v" < T."v"', 'S."b" = T."b"']))
    return columns, f"SELECT STREAM {items} FROM {source}{left} AS S {kind} {source}{right} AS T ON {on}"


SHAPES = [projection, grouping, sliding, stagger, lookup, distinct]
SHAPES += [order, ranking, commonest, distinct_items, union, parsing, join]


@st.composite
def scripts(draw: Draw, *, every: bool = False) -> str:
    """Makes a script of one to three pumps, or of one of every shape; they read the input, or a stream with its
    columns that a pump filters.
    """
    shapes = SHAPES if every else draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    made = [
        'CREATE STREAM "KEPT" ("k" VARCHAR(4), "v" INTEGER, "p" DOUBLE, "d" DECIMAL(6,2), "b" BOOLEAN);',
        'CREATE PUMP "KEEP" AS INSERT INTO "KEPT" SELECT STREAM "k", "v", "p", "d", "b" '
        f'FROM "SOURCE_SQL_STREAM_001" AS S WHERE {condition(draw)};',
    ]
    for number, shape in enumerate(shapes):
        source = draw(st.sampled_from(['"SOURCE_SQL_STREAM_001"', '"KEPT"']))
        columns, query = shape(draw, source)
        made.append(f'CREATE STREAM "OUT{number}" ({columns});')
        made.append(f'CREATE PUMP "PUMP{number}" AS INSERT INTO "OUT{number}" {query};')
    return "\n".join(made)


def records() -> st.SearchStrategy[list[tuple[int, dict[str, Any]]]]:
    """Makes records with the milliseconds since the one before."""
    values = {
        "k": st.sampled_from(["a", "b", "c", "", None]),
        "v": st.sampled_from([0, 1, 2, -5, 7, 40_000, 2_000_000_000, None]),
        "p": st.sampled_from([0.0, 1.5, -2.25, 1e9, None]),
        "d": st.sampled_from([0, 1.25, -9.5, 1234.56, None]),
        "b": st.sampled_from([True, False, None]),
    }
    gaps = st.sampled_from([0, 0, 1, 250, 1_000, 5_000, 7_000, 61_000])
    return st.lists(st.tuples(gaps, st.fixed_dictionaries(values)), min_size=1, max_size=25)
