"""Writes types, names and values in Flink SQL."""

from decimal import Decimal

from sql.flink.fidelity import Cannot
from sql.functions.calendar import iso_date
from sql.rendering import iso
from sql.types import LENGTH_MOST, Family, Kind, Type

_NAMES = {Kind.INTEGER: "INT", Kind.REAL: "FLOAT", Kind.TIME: "TIME(3)", Kind.TIMESTAMP: "TIMESTAMP(3)"}
_SECOND, _DAY = 1_000, 86_400_000


def name(text: str) -> str:
    """Returns a name in backticks."""
    return "`" + text.replace("`", "``") + "`"


def text(value: str) -> str:
    """Returns a text literal."""
    return "'" + value.replace("'", "''") + "'"


def type_name(source: Type) -> str:
    """Returns a type. Raises Cannot for a row value and an interval, which no column of Flink has."""
    if source.kind in _NAMES:
        return _NAMES[source.kind]
    if source.family == Family.TEXT and source.size >= LENGTH_MOST:
        return "STRING"
    if source.family == Family.BYTES:
        return "BYTES"
    if source.family in {Family.ROW, Family.INTERVAL}:
        raise Cannot(f"A column cannot be of the type {source}.")
    return "STRING" if source.kind == Kind.NULL else str(source)


def duration(milliseconds: int) -> str:
    """Returns an interval literal with the precisions that Flink asks for."""
    if milliseconds % _SECOND == 0 and 0 <= milliseconds < 100 * _SECOND:
        return f"INTERVAL '{milliseconds // _SECOND}' SECOND(2)"
    sign, rest = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    days, rest = divmod(rest, _DAY)
    return f"INTERVAL '{sign}{days} {iso(rest)[11:23]}' DAY({max(1, len(str(days)))}) TO SECOND(3)"


def value(content: object, source: Type) -> str:
    """Returns a literal of a type."""
    if content is None:
        return f"CAST(NULL AS {type_name(source)})"
    match source.family:
        case Family.INTERVAL:
            return duration(int(str(content)))
        case Family.TEXT:
            return text(str(content))
        case Family.BOOLEAN:
            return "TRUE" if content else "FALSE"
        case Family.DATE:
            return f"DATE '{iso_date(int(str(content)))}'"
        case Family.TIMESTAMP:
            return f"TIMESTAMP '{iso(int(str(content))).replace('T', ' ')[:-1]}'"
        case Family.TIME:
            return f"TIME '{iso(int(str(content)))[11:23]}'"
        case Family.BYTES:
            assert isinstance(content, bytes)
            return f"X'{content.hex()}'"
        case Family.APPROXIMATE:
            return f"CAST({content!r} AS {type_name(source)})"
    return format(content, "f") if isinstance(content, Decimal) else str(content)
