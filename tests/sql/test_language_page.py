"""Holds docs/sql-language.md to the language: its examples give what it says, and it names every function."""

import json
import re
from typing import Any

import pytest

from sql.analysis import analyse
from sql.analysis.table_functions import TABLE_FUNCTIONS
from sql.errors import ScriptError
from sql.folder import Application, Column, Schema
from sql.functions.registry import called
from sql.functions.rules import AGGREGATES
from sql.language import parse
from sql.offline.records import Sample
from sql.offline.running import Run
from sql.rendering import encode
from sql.types import DOUBLE, INTEGER, TIMESTAMP, decimal, varchar
from tests.deployment import ROOT

PAGE = (ROOT / "docs/sql-language.md").read_text()
EXAMPLE = re.compile(r"^\| ([^|]+) \| `((?:[^`|]|\\\|)+)` \| `([^`]+)` \|(?: ([^|]+) \|)?$", re.MULTILINE)
REFUSED = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
COLUMNS = [("ticker", varchar(8)), ("price", DOUBLE), ("qty", INTEGER), ("fee", decimal(10, 2))]
COLUMNS += [("made", TIMESTAMP), ("note", varchar(64))]
SCHEMA = Schema(tuple(Column(name, kind) for name, kind in COLUMNS))
ARRIVED = 1_789_999_507_250  # 2026-09-21 14:05:07.250
RECORD = {"ticker": "AMZN", "price": 12.5, "qty": 7, "fee": 1.25, "made": "2026-09-21 13:58:38.500"}
FOUR = [RECORD | {"ticker": word, "price": price, "qty": at} for at, (word, price) in enumerate(
    [("A", 10), ("B", 20), ("A", None), ("C", 60)], 1)]  # fmt: skip
FILLED = "CREATE STREAM F (A BIGINT);"
TITLES = [title for title in re.findall("^## (.+)$", PAGE, re.MULTILINE) if title not in {"Aggregates", "Refused"}]


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def application(script: str) -> Application:
    return Application("page", script, SCHEMA, input="S")


def value(expression: str, rest: str = "", *records: dict[str, Any]) -> str:
    """Returns the value of an expression for the last record as JSON; of a row value its parts."""
    query = f"SELECT STREAM {expression} AS V FROM S{rest}"
    (column,) = analyse(parse(query), application(query)).peeks[0].root.columns
    kinds = [str(each.type) for each in column.type.fields or (column,)]
    if column.type.fields:
        query = f"SELECT STREAM {', '.join(f'L.V.{each.name}' for each in column.type.fields)} FROM ({query}) AS L"
    columns = ", ".join(f"C{at} {kind}" for at, kind in enumerate(kinds))
    script = f"CREATE STREAM FILLED ({columns}); CREATE PUMP P AS INSERT INTO FILLED {query};"
    samples = [Sample(ARRIVED, "k", json.dumps(record).encode()) for record in records or [RECORD]]
    *_, row = Run(application(script)).rows(samples)
    values = list(row["row"].values())
    return encode(values if column.type.fields else values[0]).decode()


@pytest.mark.parametrize("title", TITLES)
def test_an_example_gives_the_value_on_the_page(title: str) -> None:
    found = [(example.replace("\\|", "|"), gives) for _, example, gives, _ in EXAMPLE.findall(section(title))]
    assert [(example, value(example)) for example, _ in found] == found


def test_an_aggregate_gives_the_value_on_the_page() -> None:
    found = [(example, gives, where) for _, example, gives, where in EXAMPLE.findall(section("Aggregates"))]
    for example, gives, where in found:
        computed = {
            kind: value(
                f"{example} OVER (RANGE INTERVAL '1' HOUR PRECEDING)" if kind == "OVER" else example, rest, *FOUR
            )
            for kind, rest in {"OVER": "", "GROUP BY": " GROUP BY FLOOR(S.ROWTIME TO MINUTE)"}.items()
            if where in {kind, "all"}
        }
        assert (example, set(computed.values())) == (example, {gives})


@pytest.mark.parametrize(("written", "message"), REFUSED.findall(section("Refused")))
def test_a_refused_script_has_the_message_on_the_page(written: str, message: str) -> None:
    script = (
        written if written.startswith(("CREATE", "INSERT")) else f"{FILLED} CREATE PUMP P AS INSERT INTO F {written}"
    )
    with pytest.raises(ScriptError) as refused:
        analyse(parse(script), application(script))
    assert message in str(refused.value)


@pytest.mark.parametrize("name", [*called(), *AGGREGATES, *TABLE_FUNCTIONS])
def test_the_page_names_every_function(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)
