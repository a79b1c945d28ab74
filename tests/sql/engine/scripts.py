"""Holds scripts in users' shapes, each with the streams that it writes."""

SOURCE = '"SOURCE_SQL_STREAM_001"'


def pump(stream: str, columns: str, query: str) -> str:
    """Returns the statements of a stream and of the pump that fills it."""
    return (
        f'CREATE OR REPLACE STREAM "{stream}" ({columns});\n'
        f'CREATE OR REPLACE PUMP "{stream}_PUMP" AS INSERT INTO "{stream}"\n{query};\n'
    )


MINUTE = f"STEP({SOURCE}.ROWTIME BY INTERVAL '60' SECOND)"
SCRIPTS = {
    "filter": pump(
        "OUT",
        "ticker VARCHAR(4), change DOUBLE, word VARCHAR(8), amount SMALLINT",
        'SELECT STREAM "TICKER", "PRICE" - 1, CASE WHEN "AMOUNT" > 2 THEN \'many\' WHEN "AMOUNT" IS NULL THEN \'none\' '
        f'ELSE UPPER("TICKER") || \'-few\' END, 10 / "AMOUNT" FROM {SOURCE} WHERE NOT ("PRICE" > 100 OR "AMOUNT" = 1)',
    ),
    "groups": pump(
        "OUT",
        "ticker VARCHAR(4), n INTEGER, total BIGINT, mean INTEGER, low DOUBLE, high DOUBLE, spread DOUBLE",
        'SELECT STREAM "TICKER", COUNT(*), SUM("AMOUNT"), AVG("AMOUNT"), MIN("PRICE"), MAX("PRICE"), '
        f'STDDEV_POP("AMOUNT") FROM {SOURCE} GROUP BY "TICKER", {MINUTE} HAVING COUNT("AMOUNT") > 0',
    ),
    "alerts": pump(
        "OUT",
        "ticker VARCHAR(4), n INTEGER, low DOUBLE, high DOUBLE, total BIGINT",
        'SELECT STREAM ticker, n, low, high, total FROM (SELECT STREAM "TICKER" AS ticker, COUNT(*) OVER w AS n, '
        'MIN("PRICE") OVER w AS low, MAX("PRICE") OVER w AS high, SUM("AMOUNT") OVER v AS total '
        f"FROM {SOURCE} WINDOW w AS (PARTITION BY \"TICKER\" RANGE INTERVAL '15' SECOND PRECEDING), "
        "v AS (ROWS 2 PRECEDING)) WHERE n >= 2",
    ),
    "stagger": pump(
        "OUT",
        "ticker VARCHAR(4), n INTEGER, first_price DOUBLE",
        f'SELECT STREAM "TICKER", COUNT(*), MIN("PRICE") FROM {SOURCE} '
        "WINDOWED BY STAGGER (PARTITION BY \"TICKER\" RANGE INTERVAL '1' MINUTE)",
    ),
    "distinct": pump(
        "OUT",
        "minute TIMESTAMP, ticker VARCHAR(4)",
        f'SELECT STREAM DISTINCT {MINUTE}, "TICKER" FROM {SOURCE}',
    ),
    "chain": pump(
        "FIRST",
        "ticker VARCHAR(4), n INTEGER",
        f'SELECT STREAM "TICKER", COUNT(*) FROM {SOURCE} GROUP BY "TICKER", {MINUTE}',
    )
    + pump(
        "OUT",
        "ticker VARCHAR(4), n INTEGER, total INTEGER",
        "SELECT STREAM ticker, n, SUM(n) OVER (PARTITION BY ticker RANGE INTERVAL '10' MINUTE PRECEDING) "
        'FROM "FIRST"',
    ),
}
