"""Prepares the contents of the page of questions: answers as cells, their chart, the tables with their columns."""

from typing import Any

from archive.models import Asked
from archive.pages import charting
from archive.questions import kinds, running, tables

ROWS = 200  # of an answer on a page; the files have all
COLUMNS = 60
TABLES = 60  # those with their columns on the page
WORDS = 3_000  # columns that the editor completes


def name(table: str) -> str:
    """Returns the name of a table as a question writes it."""
    plain = table.isascii() and table.isidentifier() and table.casefold() not in RESERVED
    return table if plain else '"' + table.replace('"', '""') + '"'


RESERVED = frozenset(
    """all and any as asc both case cast check collate column create cross default desc distinct do else end except
    false fetch for foreign from full grant group having in inner into is join left like limit natural not null offset
    on only or order outer primary references right select some table then to true union unique using when where window
    with""".split()  # noqa: SIM905 - as a list it would be a page long
)


def outcome(asked: Asked) -> dict[str, Any]:
    """Returns the parts of a question's answer; an empty one if the answer is no longer kept."""
    answer = running.answer_of(asked)
    if answer is None:
        return {}
    numbers = [kinds.is_number(column.kind) for column in answer.columns]
    heads = [
        {"name": column.name, "kind": column.kind, "number": is_number}
        for column, is_number in zip(answer.columns, numbers, strict=True)
    ]
    return {
        "heads": heads[:COLUMNS],
        "rows": [row[:COLUMNS] for row in answer.rows[:ROWS]],
        "shown": min(ROWS, len(answer.rows)),
        "left_out": max(0, len(heads) - COLUMNS),
        "chart": charting.chart(answer.columns, answer.rows, numbers),
        "answered": True,
    }


def groups() -> list[dict[str, Any]]:
    """Returns the tables by provider, the first TABLES with their columns."""
    left = TABLES
    found = []
    for group in tables.groups():
        shown = [table for each in group.names[:left] if (table := group.table(each))]
        rows = [{"table": table, "written": name(table.name)} for table in shown]
        found.append({"title": group.title, "tables": rows, "others": group.names[left:]})
        left -= len(shown)
    return found


def words(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the words that the editor completes, as a question writes them: tables, and columns with their tables."""
    tables_ = [*(each["written"] for group in found for each in group["tables"])]
    tables_ += [name(other) for group in found for other in group["others"]]
    columns: dict[str, str] = {}
    for each in (each for group in found for each in group["tables"]):
        for column in each["table"].columns:
            columns.setdefault(name(column.name), each["table"].name)
    return {"tables": tables_[:WORDS], "columns": list(columns.items())[:WORDS]}
