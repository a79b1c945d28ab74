"""Writes aggregate and analytic calls in Flink SQL."""

from collections.abc import Sequence

from sql.flink.expressions import Writer
from sql.flink.fidelity import Cannot, Notes
from sql.flink.literals import duration, type_name
from sql.plan.expressions import Const
from sql.plan.nodes import Call, Frame
from sql.types import Family

NULLS = "Flink's FIRST_VALUE and LAST_VALUE pass over NULLs."
SAMPLES = {"STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP"}
ENDS = {"FIRST_VALUE", "LAST_VALUE"}
KNOWN = {"COUNT", "SUM", "AVG", "MIN", "MAX", *SAMPLES, *ENDS}
LAG = "LAG"


def aggregate(call: Call, writer: Writer, notes: Notes) -> str:
    """Returns a call without its window. Raises Cannot.

    Flink adds up in the type of the argument, and gives a deviation of whole numbers as a whole number, so the argument
    is converted first.
    """
    if call.function not in KNOWN:
        raise Cannot(f"{call.function} has no counterpart.")
    args = [writer.write(arg) for arg in call.args]
    if call.function in ENDS and call.args[0].nullable and not call.ignore_nulls:
        notes.near(NULLS)
    if call.function in SAMPLES:
        args = [f"CAST({args[0]} AS DOUBLE)"]
    elif call.function in {"SUM", "AVG"} and call.args[0].type != call.type:
        args = [f"CAST({args[0]} AS {type_name(call.type)})"]
    written = f"{call.function}({'DISTINCT ' if call.distinct else ''}{', '.join(args) or '*'})"
    exact = call.function == "AVG" and call.type.family == Family.EXACT
    return f"CAST({written} AS {type_name(call.type)})" if exact else written


def lag(call: Call, frame: Frame, writer: Writer, time: str) -> str:
    """Returns a call of LAG with its window. Raises Cannot.

    Flink's LAG knows no frame, so a row that has left the window by its time is told apart by a LAG of the time.
    """
    if call.ignore_nulls:
        raise Cannot("LAG … IGNORE NULLS has no counterpart.")
    back = call.args[1] if len(call.args) > 1 else None
    if not isinstance(back, Const | None):
        raise Cannot("LAG by a number that varies has no counterpart.")
    steps = 1 if back is None else int(str(back.value))
    default = writer.write(call.args[2]) if len(call.args) > 2 else f"CAST(NULL AS {type_name(call.type)})"
    if frame.rows is not None and steps >= frame.rows:
        return default
    over = f"OVER ({partition(frame, writer)}ORDER BY {time})"
    value, then = (
        f"LAG({each}, {steps}) {over}" for each in (writer.write(call.args[0]), f"CAST({time} AS TIMESTAMP(3))")
    )
    since = "IS NOT NULL" if frame.range is None else f">= {time} - {duration(frame.range)}"
    return f"CASE WHEN {then} {since} THEN {value} ELSE {default} END"


def partition(frame: Frame, writer: Writer) -> str:
    """Returns the PARTITION BY of a window, with a space behind it; "" if there is none."""
    keys: Sequence[str] = [writer.write(each) for each in frame.partition]
    return f"PARTITION BY {', '.join(keys)} " if keys else ""
