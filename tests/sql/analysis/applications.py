"""Makes the application that the tests of the analysis share, and analyses scripts in it."""

from dataclasses import replace
from typing import Any

from sql.analysis import analyse
from sql.errors import ScriptError
from sql.folder import Application, Column, Output, Reference, Switches
from sql.language import parse
from sql.plan.nodes import Node, Plan, walk
from sql.schema.columns import Schema
from sql.types import DOUBLE, INTEGER, TIMESTAMP, decimal, varchar

COLUMNS = (
    Column("ticker", varchar(8)),
    Column("SECTOR", varchar(16)),
    Column("price", DOUBLE),
    Column("QTY", INTEGER),
    Column("FEE", decimal(10, 2)),
    Column("MADE_AT", TIMESTAMP),
    Column("LINE", varchar(200)),
    Column("ID", INTEGER, not_null=True),
)
COMPANIES = Reference(
    "COMPANIES", "companies.csv", Schema((Column("SYMBOL", varchar(8)), Column("COMPANY", varchar(40))), format="csv")
)
APPLICATION = Application("trades", "", Schema(COLUMNS), input="TRADES_001", references=(COMPANIES,))


def application(**changes: Any) -> Application:
    """Returns the application with other parts."""
    return replace(APPLICATION, **changes)


def plan(text: str, **changes: Any) -> Plan:
    """Returns the plan of a script without problems."""
    return analyse(parse(text), application(**changes))


def problems(text: str, **changes: Any) -> list[str]:
    """Returns the problems of a script as `sql check` prints them; none if it can run."""
    try:
        plan(text, **changes)
    except ScriptError as error:
        return [str(each) for each in error.problems if not each.warning]
    return []


def warnings(text: str, **changes: Any) -> list[str]:
    return [str(each) for each in plan(text, **changes).warnings]


def nodes(text: str, kind: type[Node], **changes: Any) -> list[Any]:
    """Returns the operators of a kind in all pumps and queries of a script."""
    found = plan(text, **changes)
    return [node for pump in (*found.pumps, *found.peeks) for node in walk(pump.root) if isinstance(node, kind)]


def told(text: str, *sentences: str) -> tuple[str, list[str]]:
    """Returns a script without its marks ¦, and the problems that the sentences make at the marks."""
    parts = text.split("¦")
    starts = ["".join(parts[:number]) for number in range(1, len(parts))]
    places = [(each.count("\n") + 1, len(each) - each.rfind("\n")) for each in starts]
    return "".join(parts), [f"{line}:{column}: {each}" for (line, column), each in zip(places, sentences, strict=True)]


__all__ = ["APPLICATION", "Output", "Switches", "application", "nodes", "plan", "problems", "told", "warnings"]
