"""Offers the results of applications as tables: the newest rows of each dataset of boards, of all its streams."""

from pathlib import Path

from archive.questions import request
from archive.questions.tables import Provider, Table
from dashboard.held.looks import recall
from streams import applications
from streams.declarations import Dataset

MOST = 100_000  # rows of a table: they are in the web process's memory while they are copied
TIME = "TIMESTAMP WITH TIME ZONE"
OWN = [request.Column("_stream", "VARCHAR"), request.Column("_time", TIME)]
KINDS = {"number": "DOUBLE", "text": "VARCHAR", "time": TIME}


def names() -> list[str]:
    """Returns the names of the datasets that can be read row by row."""
    return list(_datasets())


def table(name: str) -> Table | None:
    """Returns a table; its file is made when a question names it."""
    found = _datasets().get(name)
    if found is None:
        return None

    def make(folder: Path) -> list[Path]:
        from archive.questions import results  # noqa: PLC0415 - PyArrow takes longer to import than a page to make

        return [results.write(found, folder, MOST)]

    own = {column.name for column in OWN}
    columns = [request.Column(each.name, KINDS[each.kind]) for each in found.columns if each.name not in own]
    return Table(name=name, columns=[*OWN, *columns], make=make)


def _datasets() -> dict[str, Dataset]:
    return recall("datasets of questions", lambda: {each.name: each for each in applications.datasets() if each.cells})


PROVIDER = Provider(title=f"Results of applications, the newest {MOST:,} rows", names=names, table=table)
