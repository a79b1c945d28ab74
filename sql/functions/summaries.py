"""Describes in a line each function that scripts call, for the page on which they are written."""

from typing import NamedTuple


class Summary(NamedTuple):
    """Describes a function: the name by which it is completed, its form, and a sentence."""

    name: str
    form: str
    says: str


_AGGREGATES = """
COUNT | COUNT(*), COUNT(DISTINCT x) | Counts rows, values, or distinct values.
SUM | SUM(x) | Adds the values.
AVG | AVG(x) | Returns the mean; of whole numbers, a whole number.
MIN | MIN(x) | Returns the least value.
MAX | MAX(x) | Returns the greatest value.
FIRST_VALUE | FIRST_VALUE(x) | Returns the value of the first row.
LAST_VALUE | LAST_VALUE(x) | Returns the value of the last row.
NTH_VALUE | NTH_VALUE(x, n) OVER (…) | Returns the value of the n-th row of the window.
LAG | LAG(x, n) OVER (…) | Returns the value n rows before.
STDDEV_POP | STDDEV_POP(x) | Returns the standard deviation of all values.
STDDEV_SAMP | STDDEV_SAMP(x) | Returns the standard deviation of a sample.
VAR_POP | VAR_POP(x) | Returns the variance of all values.
VAR_SAMP | VAR_SAMP(x) | Returns the variance of a sample.
EXP_AVG | EXP_AVG(x, INTERVAL '1' MINUTE) OVER (…) | Returns a mean in which older rows weigh less.
P50 | P50(x) | Returns the median; of more than 500 values, within 1 %.
P90 | P90(x) | Returns the 90th percentile; of more than 500 values, within 1 %.
P95 | P95(x) | Returns the 95th percentile; of more than 500 values, within 1 %.
P99 | P99(x) | Returns the 99th percentile; of more than 500 values, within 1 %.
EVERY | EVERY(condition) | Says whether the condition holds for all rows.
ANY | ANY(condition) | Says whether the condition holds for a row.
"""
_FUNCTIONS = """
ABS | ABS(x) | Returns a number without its sign.
CEIL | CEIL(x), CEIL(t TO HOUR) | Rounds up to a whole number, or to a unit of time.
CEILING | CEILING(x) | Is another name of CEIL.
CHARACTER_LENGTH | CHARACTER_LENGTH(s) | Is another name of CHAR_LENGTH.
CHAR_LENGTH | CHAR_LENGTH(s) | Counts the characters of a text.
CHAR_TO_DATE | CHAR_TO_DATE('yyyy-MM-dd', s) | Reads a date by a pattern.
CHAR_TO_TIME | CHAR_TO_TIME('HH:mm:ss', s) | Reads a time of day by a pattern.
CHAR_TO_TIMESTAMP | CHAR_TO_TIMESTAMP('yyyy-MM-dd HH:mm:ss', s) | Reads a time by a pattern.
DATE_TO_CHAR | DATE_TO_CHAR('yyyy-MM-dd', d) | Writes a date by a pattern.
EXP | EXP(x) | Returns e to the power of x.
EXTRACT | EXTRACT(HOUR FROM t) | Returns a part of a time as a number.
FAST_REGEX_LOG_PARSE | FAST_REGEX_LOG_PARSE(s, 'pattern') | Returns the groups of a pattern as columns.
FAST_REGEX_LOG_PARSER | FAST_REGEX_LOG_PARSER(s, 'pattern') | Is another name of FAST_REGEX_LOG_PARSE.
FIXED_COLUMN_LOG_PARSE | FIXED_COLUMN_LOG_PARSE(s, 'columns') | Cuts a line at fixed places.
FLOOR | FLOOR(x), FLOOR(t TO HOUR) | Rounds down to a whole number, or to a unit of time.
GREATEST | GREATEST(a, b, …) | Returns the greatest of the values.
INITCAP | INITCAP(s) | Begins each word with a capital.
LEAST | LEAST(a, b, …) | Returns the least of the values.
LN | LN(x) | Returns the natural logarithm.
LOG10 | LOG10(x) | Returns the logarithm to the base 10.
LOWER | LOWER(s) | Writes a text in small letters.
MOD | MOD(a, b) | Returns the rest of a division.
MONOTONIC | MONOTONIC(x) | Promises that the values never decrease, so that they can close groups.
OVERLAY | OVERLAY(s PLACING r FROM i FOR n) | Puts a text over a part of another.
POSITION | POSITION(a IN s) | Returns the place of a text in another, 0 for none.
POWER | POWER(x, y) | Returns x to the power of y.
REGEX_LOG_PARSE | REGEX_LOG_PARSE(s, 'pattern', 'names') | Returns the groups of a pattern as columns.
REGEX_REPLACE | REGEX_REPLACE(s, 'pattern', r, start, n) | Replaces what a pattern finds; n = 0 replaces all.
ROUND | ROUND(x, n) | Rounds to n places.
SQRT | SQRT(x) | Returns the square root.
STEP | STEP(s.ROWTIME BY INTERVAL '1' MINUTE) | Rounds a time down to steps: the window of GROUP BY.
SUBSTRING | SUBSTRING(s FROM i FOR n) | Returns a part of a text; the first character is 1.
SYS_LOG_PARSE | SYS_LOG_PARSE(s) | Reads a line of syslog into columns.
TIMESTAMP_TO_CHAR | TIMESTAMP_TO_CHAR('yyyy-MM-dd HH:mm', t) | Writes a time by a pattern.
TIME_TO_CHAR | TIME_TO_CHAR('HH:mm', t) | Writes a time of day by a pattern.
TO_TIMESTAMP | TO_TIMESTAMP(n) | Reads milliseconds since 1970 as a time.
TRIM | TRIM(BOTH ' ' FROM s) | Takes a character away from the ends of a text.
TRUNC | TRUNC(x, n) | Cuts after n places.
TSDIFF | TSDIFF(a, b) | Returns the milliseconds from one time to another.
UNIX_TIMESTAMP | UNIX_TIMESTAMP(t) | Returns the milliseconds since 1970.
UPPER | UPPER(s) | Writes a text in capitals.
VARIABLE_COLUMN_LOG_PARSE | VARIABLE_COLUMN_LOG_PARSE(s, 'columns', ',') | Cuts a line at a character.
W3C_LOG_PARSE | W3C_LOG_PARSE(s, 'format') | Reads a line of a web server's log into columns.
"""
_FORMS = """
CAST | CAST(x AS INTEGER) | Changes the type of a value.
CASE | CASE WHEN a THEN x ELSE y END | Chooses between values.
COALESCE | COALESCE(a, b, …) | Returns the first value that is not NULL.
NULLIF | NULLIF(a, b) | Returns NULL where both are equal, else a.
LIKE | s LIKE 'a%' | Compares with a pattern; % stands for any text, _ for a character.
SIMILAR TO | s SIMILAR TO '[a-c]+' | Compares with a pattern of the SQL standard.
BETWEEN | x BETWEEN a AND b | Says whether a value lies between two.
IN | x IN (a, b) | Says whether a value is one of several.
OVER | SUM(x) OVER (PARTITION BY k RANGE INTERVAL '1' MINUTE PRECEDING) | Computes over a sliding window.
WINDOWED BY STAGGER | WINDOWED BY STAGGER (PARTITION BY k RANGE INTERVAL '1' MINUTE) | Opens a window for each key.
TOP_K_ITEMS_TUMBLING | TABLE(TOP_K_ITEMS_TUMBLING(CURSOR(…), 'x', 10, 60)) | Returns the commonest values.
RANDOM_CUT_FOREST | TABLE(RANDOM_CUT_FOREST(CURSOR(…))) | Scores how unusual each row is.
HOTSPOTS | TABLE(HOTSPOTS(CURSOR(…), 1000, 0.2, 17)) | Finds dense regions among rows.
"""


def _summaries(text: str) -> list[Summary]:
    rows = [[part.strip() for part in line.split(" | ")] for line in text.strip().splitlines()]
    return [Summary(*row) for row in rows]


AGGREGATES, FUNCTIONS, FORMS = map(_summaries, (_AGGREGATES, _FUNCTIONS, _FORMS))
GROUPS = {"Aggregates": AGGREGATES, "Functions": FUNCTIONS, "Forms": FORMS}
