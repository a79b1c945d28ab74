"""Offers the bars that were fetched or imported as the table `quotes/bars` of questions."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from applications.quotes.models import QUOTES, Bar
from archive.questions.request import Column
from archive.questions.tables import Provider, Table

NAME = f"{QUOTES}/bars"
MOST = 2_000_000  # rows: 250 tickers of 30 years
AT_ONCE = 50_000  # rows in memory
KINDS = {
    "ticker": "VARCHAR",
    "day": "DATE",
    **dict.fromkeys(("open", "high", "low", "close", "adj_close"), "DOUBLE"),
    "volume": "BIGINT",
    "source": "VARCHAR",
}


def names() -> list[str]:
    """Returns the name of the table, if there are bars."""
    return [NAME] if Bar.objects.exists() else []


def table(name: str) -> Table | None:
    """Returns the table; its file is made when a question names it."""
    return Table(name=NAME, columns=[Column(*each) for each in KINDS.items()], make=_made) if name == NAME else None


def _made(folder: Path) -> list[Path]:
    """Writes the newest bars, MOST at most, into a file of Parquet."""
    import pyarrow as pa  # noqa: PLC0415 - it takes longer to import than a page to make
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    types = {"VARCHAR": pa.string(), "DATE": pa.date32(), "DOUBLE": pa.float64(), "BIGINT": pa.int64()}
    schema = pa.schema([(name, types[kind]) for name, kind in KINDS.items()])
    place = folder / "quotes-bars.parquet"
    with pq.ParquetWriter(place, schema) as writer:
        for rows in _chunks():
            columns = [list(values) for values in zip(*rows, strict=True)]
            writer.write_table(pa.table(columns, schema=schema))
    return [place]


def _chunks() -> Iterator[list[tuple[Any, ...]]]:
    newest = Bar.objects.order_by("-day", "ticker").values_list(*KINDS)[:MOST]
    rows = newest.iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        yield some


PROVIDER = Provider(title="Daily bars that were fetched or imported", names=names, table=table, rank=1)
