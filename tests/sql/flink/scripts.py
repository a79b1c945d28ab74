"""Exports the pump of one query, in the application that the tests of the analysis share."""

from sql.flink.export import Export, Statement, export
from tests.sql.analysis.applications import application, plan

SCAN = (
    "SELECT `ticker` AS c0, `SECTOR` AS c1, `price` AS c2, `QTY` AS c3, `FEE` AS c4, `MADE_AT` AS c5, `LINE` AS c6, "
    "`ID` AS c7, ts FROM `TRADES_001`"
)
TUMBLE = "FROM TABLE(TUMBLE(TABLE `P 1`, DESCRIPTOR(ts), {}))"
MINUTE = "INTERVAL '60' SECOND(2)"


def exported(text: str) -> Export:
    """Returns the export of a script."""
    return export(plan(text), application())


def statement(columns: str, query: str) -> Statement:
    """Returns the export of a query that fills a stream with these columns."""
    script = f"CREATE STREAM FILLED ({columns}); CREATE PUMP P AS INSERT INTO FILLED SELECT STREAM {query};"
    (found,) = exported(script).pumps
    return found


def words(found: Statement) -> str:
    """Returns the SQL in one line; the scan of the input is written SCAN."""
    return " ".join(found.sql.split()).replace(SCAN, "SCAN")
