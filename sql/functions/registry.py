"""Finds operators and functions by the names that the typed plan uses.

The planner makes these names from the grammar's own forms:

| written | name and arguments |
|---|---|
| `a + b`, `a - b`, `a * b`, `a / b`, `a || b`, `-a`, `+a` | `+ - * / || NEGATE PLUS` |
| `a = b`, `<> < <= > >=`, `a IS DISTINCT FROM b` | `= <> < <= > >= IS_DISTINCT_FROM` |
| `a LIKE p [ESCAPE e]`, `a SIMILAR TO p [ESCAPE e]` | `LIKE`, `SIMILAR_TO` (a, p[, e]) |
| `(a - b) DAY TO SECOND`, `(i) MINUTE` | `DIFFERENCE` (a, b, 'DAY TO SECOND'), `QUALIFY` (i, 'MINUTE') |
| `FLOOR(t TO MINUTE)`, `CEIL(t TO MINUTE)` | `FLOOR_TIME`, `CEIL_TIME` (t, 'MINUTE') |
| `STEP(t BY i)`, `EXTRACT(YEAR FROM t)` | `STEP` (t, i), `EXTRACT` ('YEAR', t) |
| `SUBSTRING(s FROM i [FOR n])`, `SUBSTRING(s, i [, n])` | `SUBSTRING_FROM`, `SUBSTRING` (s, i[, n]) |
| `SUBSTRING(s SIMILAR p ESCAPE e)` | `SUBSTRING_SIMILAR` (s, p, e) |
| `POSITION(a IN b)`, `TRIM(LEADING c FROM s)` | `POSITION` (a, b), `TRIM` ('LEADING', c, s) |
| `OVERLAY(s PLACING r FROM i [FOR n])` | `OVERLAY` (s, r, i[, n]) |
| `TSDIFF(a, b)` with the switch `tsdiff = "absolute"` | `TSDIFF_ABSOLUTE` (a, b) |
| `SYS_LOG_PARSE(s)` | `SYS_LOG_PARSE` (s, ROWTIME): a line of syslog has no year |
| `(a, b) CONTAINS (c, d)` | `PERIOD_CONTAINS` (a, b, c, d); a point in time twice |

Units and modes are constant VARCHAR arguments. A CAST is no function: see `casting.cast_to`.
Constant arguments come twice: to `bind`, and, like the others, to the callable that it returns.
AND, OR, NOT, CASE, COALESCE, NULLIF, IN, BETWEEN and IS are nodes of the plan.
"""

from sql.functions import (
    arithmetic,
    casting,
    comparison,
    dates_and_text,
    logs,
    moments,
    numbers,
    patterns,
    regex,
    text,
    time,
    values,
)
from sql.functions.calendar import check_time
from sql.functions.function import FAULTS, Function, TypeProblem

__all__ = ["EXTENSIONS", "FAULTS", "NAMES", "NOT_OF_THE_DIALECT", "Function", "TypeProblem", "called", "find", "names"]

MODULES = (arithmetic, moments, comparison, time, dates_and_text, text, patterns, regex, numbers, logs)
FUNCTIONS: dict[str, Function] = {each.name: each for module in MODULES for each in module.FUNCTIONS}
# The helpers of the templates: generated code has them as globals. `_v` is the templates' own local variable.
NAMES: dict[str, object] = {
    **arithmetic.NAMES,
    **casting.NAMES,
    **numbers.NAMES,
    "INFINITY": values.INFINITY,
    "check_time": check_time,
    "fit_decimal": values.fit_decimal,
    "fit_double": values.fit_double,
    "fit_real": values.fit_real,
    "out_of_range": values.out_of_range,
}
# Names of the plan alone: scripts have other forms for them.
OF_THE_PLAN = frozenset({
    "CEIL_TIME", "DIFFERENCE", "FLOOR_TIME", "IS_DISTINCT_FROM", "LIKE", "NEGATE", "PLUS", "QUALIFY", "SIMILAR_TO",
    "SUBSTRING_FROM", "SUBSTRING_SIMILAR", "TSDIFF_ABSOLUTE",
})  # fmt: skip
EXTENSIONS = frozenset({"GREATEST", "LEAST", "ROUND", "TRUNC"})  # the service did not document them
NOT_OF_THE_DIALECT = {
    "DATEDIFF": "DATEDIFF is not a function of Kinesis Analytics SQL; use TSDIFF(a, b) or (a - b) SECOND.",
    "TIMESTAMPDIFF": "TIMESTAMPDIFF is not a function of Kinesis Analytics SQL; use TSDIFF(a, b) or (a - b) SECOND.",
    "DATEADD": "DATEADD is not a function of Kinesis Analytics SQL; add an interval: t + INTERVAL '1' HOUR.",
    "DATE_ADD": "DATE_ADD is not a function of Kinesis Analytics SQL; add an interval: t + INTERVAL '1' DAY.",
    "TIMESTAMPADD": "TIMESTAMPADD is not a function of Kinesis Analytics SQL; add an interval: t + INTERVAL '1' DAY.",
    "DATE_FORMAT": "DATE_FORMAT is not a function of Kinesis Analytics SQL; use TIMESTAMP_TO_CHAR('yyyy-MM-dd', t).",
    "TO_CHAR": "TO_CHAR is not a function of Kinesis Analytics SQL; use TIMESTAMP_TO_CHAR('yyyy-MM-dd', t) or CAST.",
    "TO_DATE": "TO_DATE is not a function of Kinesis Analytics SQL; use CHAR_TO_DATE('yyyy-MM-dd', s).",
    "FROM_UNIXTIME": "FROM_UNIXTIME is not a function of Kinesis Analytics SQL; use TO_TIMESTAMP(milliseconds).",
    "ROWTIME_TO_TIMESTAMP": "ROWTIME_TO_TIMESTAMP is not a function of Kinesis Analytics SQL; ROWTIME is a TIMESTAMP.",
    "NOW": "NOW is not a function of Kinesis Analytics SQL; use CURRENT_ROW_TIMESTAMP or ROWTIME.",
    "GETDATE": "GETDATE is not a function of Kinesis Analytics SQL; use CURRENT_ROW_TIMESTAMP or ROWTIME.",
    "DATE_TRUNC": "DATE_TRUNC is not a function of Kinesis Analytics SQL; use FLOOR(t TO HOUR).",
    "TUMBLE": "TUMBLE is not a function of Kinesis Analytics SQL; "
    "group by STEP(s.ROWTIME BY INTERVAL '1' MINUTE) for a tumbling window.",
    "HOP": "HOP is not a function of Kinesis Analytics SQL; "
    "use OVER (RANGE INTERVAL '1' MINUTE PRECEDING) for a sliding window.",
    "SESSION": "SESSION is not a function of Kinesis Analytics SQL; use WINDOWED BY STAGGER.",
    "RANGE_INTERVAL": "RANGE_INTERVAL is not a function of Kinesis Analytics SQL; "
    "write OVER (RANGE INTERVAL '1' MINUTE PRECEDING).",
    "CONCAT": "CONCAT is not a function of Kinesis Analytics SQL; write a || b.",
    "LENGTH": "LENGTH is not a function of Kinesis Analytics SQL; use CHAR_LENGTH(s).",
    "LEN": "LEN is not a function of Kinesis Analytics SQL; use CHAR_LENGTH(s).",
    "SUBSTR": "SUBSTR is not a function of Kinesis Analytics SQL; use SUBSTRING(s, start, length).",
    "LTRIM": "LTRIM is not a function of Kinesis Analytics SQL; use TRIM(LEADING FROM s).",
    "RTRIM": "RTRIM is not a function of Kinesis Analytics SQL; use TRIM(TRAILING FROM s).",
    "IFNULL": "IFNULL is not a function of Kinesis Analytics SQL; use COALESCE(a, b).",
    "NVL": "NVL is not a function of Kinesis Analytics SQL; use COALESCE(a, b).",
    "ISNULL": "ISNULL is not a function of Kinesis Analytics SQL; write a IS NULL, or COALESCE(a, b).",
    "IF": "IF is not a function of Kinesis Analytics SQL; use CASE WHEN a THEN b ELSE c END.",
    "REPLACE": "REPLACE is not a function of Kinesis Analytics SQL; use REGEX_REPLACE(s, 'a', 'b', 1, 0).",
    "REGEXP_REPLACE": "REGEXP_REPLACE is not a function of Kinesis Analytics SQL; "
    "use REGEX_REPLACE(s, 'a', 'b', 1, 0).",
    "LOG": "LOG is not a function of Kinesis Analytics SQL; use LN(x) or LOG10(x).",
    "RANDOM": "RANDOM is not available: the same records would give other rows when they are read again.",
    "RAND": "RAND is not available: the same records would give other rows when they are read again.",
}
_INSTEAD = {
    **{unit: f"EXTRACT({unit} FROM t)" for unit in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")},
    "DATE_PART": "EXTRACT(HOUR FROM t)",
    "JSON_VALUE": "a column of the schema with the mapping $.field",
    "JSON_EXTRACT": "a column of the schema with the mapping $.field",
    "INSTR": "POSITION(part IN s)",
    "STRPOS": "POSITION(part IN s)",
    "CHARINDEX": "POSITION(part IN s)",
    "LOCATE": "POSITION(part IN s)",
    "SPLIT_PART": "VARIABLE_COLUMN_LOG_PARSE(s, 3, ',')",
    "REGEXP_LIKE": "SIMILAR TO, or SUBSTRING(s FROM 'regex') IS NOT NULL",
    "TRY_CAST": "CAST(x AS type): a row that cannot be cast goes to error_stream",
    "CONVERT": "CAST(x AS type)",
    "TO_NUMBER": "CAST(s AS DECIMAL(18,6))",
    "STDDEV": "STDDEV_SAMP(x) or STDDEV_POP(x)",
    "VARIANCE": "VAR_SAMP(x) or VAR_POP(x)",
    "APPROX_COUNT_DISTINCT": "COUNT(DISTINCT x), or COUNT_DISTINCT_ITEMS_TUMBLING in FROM",
    "COUNT_IF": "SUM(CASE WHEN condition THEN 1 ELSE 0 END)",
    "CURRENT_MILLIS": "UNIX_TIMESTAMP(CURRENT_ROW_TIMESTAMP)",
}
NOT_OF_THE_DIALECT |= {
    name: f"{name} is not a function of Kinesis Analytics SQL; use {mend}." for name, mend in _INSTEAD.items()
}


def find(name: str) -> Function | None:
    """Returns the function of a name in upper case, or None."""
    return FUNCTIONS.get(name)


def called() -> list[str]:
    """Returns the names that scripts write as calls, NAME(…), for checks and for "did you mean"."""
    return [name for name in names() if name[0].isalpha() and name not in OF_THE_PLAN and name[:7] != "PERIOD_"]


def names() -> list[str]:
    """Returns the names of all functions, in order."""
    return sorted(FUNCTIONS)
