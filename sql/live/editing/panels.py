"""Makes an application of a panel's choices: a readable script, and the configuration with the discovered schema."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from common.text import quoted
from sql.folder import APPLICATION_FILE, INPUT, SCRIPT_FILE
from sql.live.editing.catalogue import Fields, configuration
from sql.schema.columns import Column
from sql.schema.names import unused
from sql.types import Family

OUTPUT, PUMP = "PANEL", "PANEL_PUMP"
FUNCTIONS = {
    "count": "count of records",
    "sum": "sum",
    "mean": "mean",
    "min": "least value",
    "max": "greatest value",
    "last": "last value",
    "p95": "95th percentile",
    "distinct": "count of distinct values",
}
WINDOWS = {
    "10s": ("every 10 seconds", "'10' SECOND", True),
    "1m": ("every minute", "'1' MINUTE", True),
    "5m": ("every 5 minutes", "'5' MINUTE", True),
    "over-10s": ("with each record, over the last 10 seconds", "'10' SECOND", False),
    "over-1m": ("with each record, over the last minute", "'1' MINUTE", False),
    "over-5m": ("with each record, over the last 5 minutes", "'5' MINUTE", False),
}
OPERATORS = ("=", "<>", "<", "<=", ">", ">=", "contains")
NAMES = ("stream", "key", "function", "field", "window", "where", "operator", "value")
VALUE_MOST = 200  # characters
NAMES_IN_SQL = {"min": "MIN", "max": "MAX", "last": "LAST_VALUE", "p95": "P95"}
NUMERIC = {Family.WHOLE, Family.EXACT, Family.APPROXIMATE}
_SLUG = re.compile(r"[^a-z0-9]+")


class ChoiceError(Exception):
    """Says in a sentence which choice does not fit."""


class Panel(NamedTuple):
    """Holds the choices of a panel; texts of names in NAMES, "" for none."""

    stream: str
    key: str
    function: str
    field: str
    window: str
    where: str
    operator: str
    value: str

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Panel":
        """Returns the choices of a form, each cut to its bound."""
        chosen = cls(*(form.get(name, "").strip()[:300] for name in NAMES))
        return chosen._replace(
            function=chosen.function or "count", window=chosen.window or "1m", operator=chosen.operator or "="
        )


def suggested(panel: Panel) -> str:
    """Returns a name for the application, such as mean-price-by-ticker."""
    words = [panel.function, *([panel.field] if panel.function != "count" else []), panel.stream]
    words += ["by", panel.key] if panel.key else []
    return _SLUG.sub("-", " ".join(words).lower()).strip("-")[:60]


def files(panel: Panel, fields: Fields, name: str) -> dict[str, bytes]:
    """Returns the files of the application. Raises ChoiceError."""
    if not fields.found:
        raise ChoiceError(fields.why)
    text = configuration(name, fields, (OUTPUT,))
    return {APPLICATION_FILE: text.encode(), SCRIPT_FILE: script(panel, fields).encode()}


def script(panel: Panel, fields: Fields) -> str:
    """Returns the script of the choices. Raises ChoiceError."""
    if panel.function not in FUNCTIONS or panel.window not in WINDOWS or panel.operator not in OPERATORS:
        raise ChoiceError("Choose a function, a window and a comparison of the lists.")
    columns = {column.name: column for column in fields.schema.columns}
    key = _column(columns, panel.key, "key") if panel.key else None
    field = None if panel.function == "count" else _column(columns, panel.field, "field")
    value, type_ = _computed(panel.function, field)
    wanted = f"{panel.function}_{field.name}" if field else "count"
    result = unused(wanted[:100], [key.name] if key else [])
    condition = _condition(panel, columns)
    outer = [*([f"{_name(key.name)} {key.type}"] if key else []), f"{_name(result)} {type_}"]
    select = [*([_of(key)] if key else []), value]
    head = [f"-- {_told(panel, key, field)}", f"CREATE OR REPLACE STREAM {_name(OUTPUT)} ("]
    head += [_listed(outer), ");", "", f"CREATE OR REPLACE PUMP {_name(PUMP)} AS"]
    head += [f"INSERT INTO {_name(OUTPUT)}", "SELECT STREAM"]
    return "\n".join([*head, *_query(panel, select, key, condition)]) + "\n"


def _query(panel: Panel, select: list[str], key: Column | None, condition: str) -> list[str]:
    """Returns the lines from the select list on: grouped in steps of time, or over a sliding window."""
    _, length, steps = WINDOWS[panel.window]
    if not steps:
        partition = f"PARTITION BY {_of(key)} " if key else ""
        select = [*select[:-1], f"{select[-1]} OVER ({partition}RANGE INTERVAL {length} PRECEDING)"]
    lines = [_listed(select), f'FROM "{INPUT}" AS "S"']
    lines += [f"WHERE {condition}"] if condition else []
    if steps:
        step = f'STEP("S".ROWTIME BY INTERVAL {length})'
        lines += [f"GROUP BY {', '.join([*([_of(key)] if key else []), step])}"]
    return [*lines[:-1], f"{lines[-1]};"]


def _column(columns: Mapping[str, Column], name: str, what: str) -> Column:
    if not name:
        raise ChoiceError(f"Choose a {what}.")
    if name not in columns:
        raise ChoiceError(f"The newest records have no field {quoted(name)}; choose another {what}.")
    return columns[name]


def _computed(function: str, field: Column | None) -> tuple[str, str]:
    """Returns the expression of a function, and the type of its values."""
    if field is None:
        return "COUNT(*)", "BIGINT"
    of, family = _of(field), field.type.family
    if function in ("sum", "mean", "p95") and family not in NUMERIC:
        raise ChoiceError(
            f"{field.name} is {field.type}, which has no {FUNCTIONS[function]}; choose a field of numbers."
        )
    if function == "mean":
        return f"AVG(CAST({of} AS DOUBLE))", "DOUBLE"
    if function == "sum":
        return f"SUM({of})", "BIGINT" if family == Family.WHOLE else "DOUBLE"
    if function == "distinct":
        return f"COUNT(DISTINCT {of})", "BIGINT"
    return f"{NAMES_IN_SQL[function]}({of})", str(field.type)


def _condition(panel: Panel, columns: Mapping[str, Column]) -> str:
    if not panel.where:
        return ""
    column = _column(columns, panel.where, "field to filter by")
    if panel.operator == "contains":
        if column.type.family != Family.TEXT:
            raise ChoiceError(f"{column.name} is {column.type}; only a text contains another.")
        return f"POSITION({_text(panel.value)} IN {_of(column)}) > 0"
    return f"{_of(column)} {panel.operator} {_literal(column, panel.value)}"


def _literal(column: Column, value: str) -> str:
    """Returns a value as the script writes it, by the column's type. Raises ChoiceError."""
    if column.type.family in NUMERIC:
        return _number(column, value)
    if column.type.family == Family.BOOLEAN:
        if value.lower() not in ("true", "false"):
            raise ChoiceError(f"{column.name} is true or false; it is compared with one of both.")
        return value.upper()
    if column.type.family != Family.TEXT:
        return f"CAST({_text(value)} AS {column.type})"
    return _text(value)


def _number(column: Column, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or len(format(number, "f")) > 40:
        raise ChoiceError(f"{column.name} is a number; {quoted(value)} is none.")
    return format(number, "f")


def _text(value: str) -> str:
    if len(value) > VALUE_MOST or not value.isprintable():
        raise ChoiceError(f"The value to compare with has at most {VALUE_MOST} characters, all of them printable.")
    return f"'{value.replace(chr(39), chr(39) * 2)}'"


def _listed(lines: list[str]) -> str:
    return ",\n".join(f"    {line}" for line in lines)


def _name(name: str) -> str:
    return f'"{name.replace(chr(34), chr(34) * 2)}"'


def _of(column: Column | None) -> str:
    return f'"S".{_name(column.name)}' if column else ""


def _told(panel: Panel, key: Column | None, field: Column | None) -> str:
    """Returns the choices as a sentence in one line."""
    what = FUNCTIONS[panel.function] + (f" of {field.name}" if field else "")
    each = f" for each {key.name}" if key else ""
    only = f", where {panel.where} {panel.operator} {panel.value}" if panel.where else ""
    sentence = f"The {what}{each}, {WINDOWS[panel.window][0]}{only}."
    return "".join(letter if letter.isprintable() else " " for letter in sentence)
