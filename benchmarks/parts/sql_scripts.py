"""Compiles the scripts that benchmarks run over trades."""

from sql.folder import Application, Column, Schema
from sql.program import Program, compile_application
from sql.types import DOUBLE, INTEGER, varchar

SOURCE = '"SOURCE_SQL_STREAM_001"'
MINUTE = f"STEP({SOURCE}.ROWTIME BY INTERVAL '60' SECOND)"
QUERIES = {
    "filter": f"SELECT STREAM ticker, price, quantity FROM {SOURCE} WHERE side = 'BUY' AND price > 100",
    "tumbling count": f"SELECT STREAM ticker, COUNT(*), 0 FROM {SOURCE} GROUP BY ticker, side, {MINUTE}",
    "trades as a script": "SELECT STREAM ticker, SUM(price * quantity), COUNT(*), SUM(quantity), MIN(price), "
    f"MAX(price), FIRST_VALUE(price), LAST_VALUE(price) FROM {SOURCE} GROUP BY ticker, side, {MINUTE}",
    "sliding count": f"SELECT STREAM ticker, price, COUNT(*) OVER w FROM {SOURCE} "
    "WINDOW w AS (PARTITION BY ticker RANGE INTERVAL '15' SECOND PRECEDING)",
    "sliding extremes": f"SELECT STREAM ticker, price, COUNT(*) OVER w, AVG(price) OVER w, MIN(price) OVER w, "
    f"MAX(price) OVER w FROM {SOURCE} WINDOW w AS (PARTITION BY ticker RANGE INTERVAL '15' SECOND PRECEDING)",
    "hour": f"SELECT STREAM ticker, price, COUNT(*) OVER w, AVG(price) OVER w FROM {SOURCE} "
    "WINDOW w AS (PARTITION BY ticker RANGE INTERVAL '1' HOUR PRECEDING)",
}
SCHEMA = Schema(
    (
        Column("TICKER", varchar(16), "$.tickerSymbol"),
        Column("SIDE", varchar(4), "$.tradeType"),
        Column("PRICE", DOUBLE, "$.price"),
        Column("QUANTITY", INTEGER, "$.quantity"),
    )
)


def script(shape: str) -> str:
    """Returns the script of a shape; its stream has as many columns as its query."""
    query = QUERIES[shape]
    count = query.split(" FROM ")[0].count(", ") + 1
    columns = ", ".join(["a VARCHAR(16)", *(f"c{at} DOUBLE" for at in range(1, count))])
    return f"CREATE STREAM o ({columns}); CREATE PUMP p AS INSERT INTO o {query};"


def application(shape: str, stream: str = "trades") -> Application:
    """Returns the application of a shape, with a lease for each shard where its script allows it."""
    shared = "GROUP BY" in QUERIES[shape] or "WINDOW" in QUERIES[shape]
    key = "TICKER" if shared else None
    return Application("benchmark", script(shape), SCHEMA, stream, partition_key=key, parallel=shared)


def program(shape: str) -> Program:
    """Returns the program of a shape."""
    return compile_application(application(shape))
