"""Makes an application of a question over an archived stream, so that it runs on the records from now on. Pure.

The shapes that it takes are those that an application has too: one SELECT over one stream, with WHERE, or with GROUP BY
a bucket of time, and HAVING. Of any other it says which part cannot run on a stream.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from common.text import quoted
from sql.folder import APPLICATION_FILE, INPUT, SCRIPT_FILE
from sql.folder.application import Application
from sql.folder.writing import to_toml
from sql.live.editing.asked_expressions import (
    AGGREGATES,
    INPUT_ALIAS,
    MOST_DIGITS,
    OWN,
    Made,
    NotStreamingError,
    Translator,
    Tree,
    named,
    step_of,
)
from sql.schema.columns import Column, Schema
from sql.schema.names import unused
from sql.types import BIGINT, BOOLEAN, DOUBLE, varchar

OUTPUT, PUMP = "ANSWER", "ANSWER_PUMP"
TEXT = varchar(4096)  # longer values are cut, and counted
TYPES = {"boolean": BOOLEAN, "whole": BIGINT, "number": DOUBLE, "text": TEXT}  # by the kinds of archived columns
RESERVED = ("ROWTIME",)  # each stream of an application has it
MOST_NAME = 100


class _Shape(NamedTuple):
    """Holds the parts of a question that are translated."""

    items: list[Tree]  # of the SELECT list
    groups: list[Tree]
    where: Tree | None
    having: Tree | None


def files(tree: Tree, stream: str, kinds: Mapping[str, str], name: str) -> dict[str, bytes]:
    """Returns the files of the application. Raises NotStreamingError.

    `tree` is the answer of DuckDB's json_serialize_sql; `kinds` has the kinds of the archived columns by name.
    """
    table_of(tree)
    shape = _shape(tree["statements"][0]["node"], kinds)
    types = {column: TYPES[kind] for column, kind in kinds.items() if kind in TYPES}
    translator = Translator(types)
    script = _script(shape, translator)
    schema = Schema(tuple(Column(column, type_) for column, type_ in (translator.used or types).items()))
    configuration = to_toml(Application(name, script, schema, source=stream))
    return {APPLICATION_FILE: configuration.encode(), SCRIPT_FILE: script.encode()}


def table_of(tree: Tree) -> str:
    """Returns the name of the only table that a question reads. Raises NotStreamingError."""
    if tree.get("error"):
        raise NotStreamingError(f"DuckDB does not understand the question: {tree.get('error_message', '')}")
    if len(tree["statements"]) != 1:
        raise NotStreamingError("A question has one statement.")
    node = tree["statements"][0]["node"]
    if node["type"] != "SELECT_NODE":
        raise NotStreamingError("UNION and its like cannot be translated: a question has one SELECT.")
    table = node["from_table"]
    if table["type"] == "JOIN":
        raise NotStreamingError("It joins tables; only a question over one archived stream can be translated.")
    if table["type"] != "BASE_TABLE" or any(map(table.get, ("sample", "at_clause", "schema_name", "catalog_name"))):
        raise NotStreamingError("FROM has to name one archived stream.")
    if table.get("column_name_alias"):
        raise NotStreamingError("Other names for the columns of a stream cannot be translated.")
    _check_qualifiers(node, str(table.get("alias") or table["table_name"]))
    return str(table["table_name"])


def _check_qualifiers(node: Tree, table: str) -> None:
    """Raises NotStreamingError for a name such as `a.b`, unless `a` is the table: it would be a field of a column."""
    for each in _objects(node):
        before = each["column_names"][:-1] if each.get("class") == "COLUMN_REF" else []
        if before and [str(name).casefold() for name in before] != [table.casefold()]:
            raise NotStreamingError(f"{quoted('.'.join(each['column_names']))} is no column of {quoted(table)}.")


def _shape(node: Tree, columns: Collection[str]) -> _Shape:
    """Returns the parts of the question. Raises NotStreamingError for a part that no application has."""
    if node.get("cte_map", {}).get("map"):
        raise NotStreamingError("WITH cannot be translated: a question has one SELECT.")
    for part in ("qualify", "sample"):
        if node.get(part):
            raise NotStreamingError(f"{part.upper()} cannot run on a stream.")
    items = list(node["select_list"])
    groups = _groups(node, items, {name.casefold() for name in (*columns, *OWN)})
    for each in node.get("modifiers", []):
        _check_modifier(each, items)
    return _Shape(items, groups, node.get("where_clause"), node.get("having"))


def _check_modifier(modifier: Tree, items: list[Tree]) -> None:
    """Lets ORDER BY a bucket of time pass, since an application gives its rows in that order anyway."""
    if modifier["type"] == "ORDER_MODIFIER":
        orders = modifier["orders"]
        if len(orders) == 1 and "DESC" not in orders[0]["type"] and step_of(_meant(orders[0]["expression"], items)):
            return
        raise NotStreamingError("ORDER BY cannot run on a stream that never ends, but for its bucket of time.")
    if modifier["type"] == "LIMIT_MODIFIER":
        raise NotStreamingError("LIMIT cannot run on a stream that never ends.")
    raise NotStreamingError("DISTINCT cannot run on a stream that never ends: write GROUP BY with a bucket of time.")


def _groups(node: Tree, items: list[Tree], columns: Collection[str]) -> list[Tree]:
    """Returns the expressions of GROUP BY; those of ALL are the items without an aggregate.

    A name there is that of a column before it is an alias, as DuckDB has it; in ORDER BY it is the other way round.
    """
    if len(node.get("group_sets", [])) > 1:
        raise NotStreamingError("Several sets of groups cannot run on a stream.")
    groups = [_meant(each, items, columns) for each in node.get("group_expressions", [])]
    aggregates = [each for each in items if _aggregates(each)]
    if node.get("aggregate_handling") == "FORCE_AGGREGATES":
        groups = [each for each in items if not _aggregates(each)]
    if (groups or aggregates) and not any(map(step_of, groups)):
        raise NotStreamingError(
            "A group without a time never ends on a stream: "
            "write GROUP BY time_bucket(INTERVAL 1 minute, _arrived), or date_trunc('minute', _arrived)."
        )
    return groups


def _meant(tree: Tree, items: list[Tree], columns: Collection[str] = ()) -> Tree:
    """Returns the item of the SELECT list that a number or an alias stands for, else the expression itself.

    The names in `columns`, in lower case, are no aliases.
    """
    if tree["class"] == "CONSTANT" and tree["literal"]["kind"] == "INTEGER":
        text = str(tree["literal"]["text"])
        place = int(text) if len(text) < MOST_DIGITS else 0
        if not 0 < place <= len(items):
            raise NotStreamingError(f"There is no column {text[:MOST_DIGITS]} of the SELECT list.")
        return items[place - 1]
    if tree["class"] == "COLUMN_REF" and len(tree["column_names"]) == 1:
        name = str(tree["column_names"][0]).casefold()
        aliased = [] if name in columns else [each for each in items if each.get("alias", "").casefold() == name]
        return (aliased or [tree])[0]
    return tree


def _aggregates(tree: Tree) -> bool:
    """Returns whether an expression holds a function of many records."""
    return any(each.get("class") == "FUNCTION" and each.get("function_name") in AGGREGATES for each in _objects(tree))


def _objects(tree: Any) -> Iterator[Tree]:
    """Yields the objects within a part of the tree."""
    if isinstance(tree, dict):
        yield tree
    if isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from _objects(each)


def _script(shape: _Shape, translator: Translator) -> str:
    made = [(translator.made(each), _wanted(each)) for each in shape.items]
    lines = ["-- Made of a question on the page Ask: its answer, for the records from now on."]
    lines += [f"CREATE OR REPLACE STREAM {named(OUTPUT)} (", _listed(list(_columns(made))), ");", ""]
    lines += [f"CREATE OR REPLACE PUMP {named(PUMP)} AS", f"INSERT INTO {named(OUTPUT)}", "SELECT STREAM"]
    lines += [_listed([each.text for each, _ in made]), f"FROM {named(INPUT)} AS {INPUT_ALIAS}"]
    if shape.where:
        lines.append(f"WHERE {translator.made(shape.where).text}")
    if shape.groups:
        lines.append(f"GROUP BY {', '.join(translator.made(each).text for each in shape.groups)}")
    if shape.having:
        lines.append(f"HAVING {translator.made(shape.having).text}")
    return "\n".join(lines) + ";\n"


def _wanted(tree: Tree) -> str:
    """Returns the name that a column of the answer should have."""
    if tree.get("alias"):
        return str(tree["alias"])
    if tree["class"] == "COLUMN_REF":
        return str(tree["column_names"][-1])
    return str(tree.get("function_name", "value")).replace("count_star", "count")


def _columns(made: list[tuple[Made, str]]) -> Iterator[str]:
    taken = [*RESERVED]
    for each, wanted in made:
        plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in wanted)[:MOST_NAME]
        name = unused(plain.strip("_") or "value", taken)
        taken.append(name)
        yield f"{named(name)} {each.type}"


def _listed(lines: list[str]) -> str:
    return ",\n".join(f"    {line}" for line in lines)
