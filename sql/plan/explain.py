"""Explains a plan in lines for people, and as plain data: the operators of each pump, their keys, windows and state."""

from collections.abc import Iterator, Sequence
from typing import Any

from sql.plan.costs import cost
from sql.plan.nodes import (
    Aggregate,
    Distinct,
    DistinctCount,
    Filter,
    Forest,
    Frame,
    Hotspots,
    LookupJoin,
    Node,
    Order,
    Over,
    Period,
    Plan,
    Project,
    Pump,
    Scan,
    Stagger,
    StreamJoin,
    TopItems,
    Union,
    walk,
)
from sql.plan.words import call_words, duration, listed, period_words, words

Line = dict[str, Any]


def explain(plan: Plan) -> str:
    """Returns a plan in readable lines."""
    return "\n".join(_lines(plan)) + "\n"


def explain_rows(plan: Plan) -> list[Line]:
    """Returns an entry for each operator, inputs first, of values that JSON knows.

    `says` describes the operator, `when` the moment at which rows leave it; `bytes` and `each` estimate its state.
    """
    return [row for pump in (*plan.pumps, *plan.peeks) for row in _pump_rows(pump)]


def _lines(plan: Plan) -> Iterator[str]:
    for pump in (*plan.pumps, *plan.peeks):
        target = (
            f" fills {pump.target}" if pump.target else " is a query that stands alone: its rows are shown, not stored"
        )
        yield f"{'Pump' if pump.target else 'Query'} {pump.name} (line {pump.line}){target}"
        for row in _pump_rows(pump):
            yield f"  {row['line']:>4}  {row['says']}"
            if row["when"]:
                yield f"        {row['when']}"
            if row["bytes"]:
                yield f"        keeps about {row['bytes']:,} bytes for each {row['each']}"
        yield ""
    yield "Each shard can be computed alone." if plan.proof.per_shard else "One lease computes the whole stream."
    yield from (f"  {each}" for each in plan.proof.sentences)


def _pump_rows(pump: Pump) -> list[Line]:
    return [_row(pump, node) for node in walk(pump.root)]


def _row(pump: Pump, node: Node) -> Line:
    state = cost(node)
    return {
        "pump": pump.name,
        "target": pump.target,
        "line": node.line,
        "operator": type(node).__name__,
        "says": _says(node, is_root=node is pump.root, target=pump.target),
        "when": _when(node),
        "bytes": state.bytes if state else 0,
        "each": state.unit if state else "",
    }


def _says(node: Node, *, is_root: bool, target: str) -> str:
    match node:
        case Scan():
            return f"reads {node.stream}"
        case Filter():
            return f"lets rows pass where {words(node.condition, node.input.columns)}"
        case Project():
            names = listed(each.name for each in node.columns)
            return f"writes {names} into {target}" if is_root and target else f"computes {names}"
        case Aggregate():
            return _grouped(node)
        case Stagger():
            keys = listed(words(each, node.input.columns) for each in node.keys)
            return f"opens a window of {duration(node.length)} at the first row of each {keys}: {_calls(node)}"
        case Over():
            return "; ".join(_frame(node, number, each) for number, each in enumerate(node.frames))
        case Union():
            return f"merges {len(node.branches)} queries by ROWTIME"
    return _says_more(node)


def _says_more(node: Node) -> str:
    match node:
        case Distinct():
            within = f" in {period_words(node.period)}" if node.period else ""
            return f"lets the first of equal rows pass{within}"
        case Order():
            keys = listed(
                f"{words(each.expr, node.input.columns)}{' DESC' if each.descending else ''}" for each in node.keys
            )
            return f"sorts rows of {period_words(node.period) if node.period else 'the same moment'} by {keys}"
        case LookupJoin():
            nulls = ", or NULLs" if node.outer else ""
            return f"looks up {node.table} by {_keys(node) or 'a comparison with each row'}{nulls}"
        case StreamJoin():
            return f"{node.kind} JOIN by {_keys(node) or 'a comparison of each pair'}: {_sides(node)}"
        case TopItems():
            name = node.input.columns[node.slot].name
            return f"counts the {node.most} commonest {name} of {period_words(node.period)}"
        case DistinctCount():
            return f"counts distinct {node.input.columns[node.slot].name} of {period_words(node.period)}"
        case Forest():
            names = listed(node.input.columns[slot].name for slot in node.slots)
            return f"scores {names} by {node.trees} trees of {node.sample} rows"
        case Hotspots():
            names = listed(node.input.columns[slot].name for slot in node.slots)
            return f"finds dense regions of {names} among the last {node.window} rows"
    return type(node).__name__


def _grouped(node: Aggregate) -> str:
    keys = listed(words(each, node.input.columns) for each in node.keys)
    by = f" by {keys}" if keys else ""
    value = words(node.value, node.input.columns)
    step = period_words(node.period) if node.period else f"each value of {value}"
    return f"groups rows of {step}{by}: {_calls(node)}"


def _calls(node: Aggregate | Stagger) -> str:
    return listed(call_words(each, node.input.columns) for each in node.calls) or "no aggregates"


def _frame(node: Over, number: int, frame: Frame) -> str:
    columns = node.input.columns
    calls = listed(call_words(each, columns) for each in node.calls if each.frame == number)
    keys = listed(words(each, columns) for each in frame.partition)
    return f"adds {calls}: over {_reach(frame)}{f' of the same {keys}' if keys else ''}"


def _reach(frame: Frame | None) -> str:
    if frame is None:
        return "its current row"
    if frame.rows is not None:
        return f"the last {frame.rows} rows"
    return "all rows so far" if frame.range is None else f"the last {duration(frame.range).removeprefix('1 ')}"


def _keys(node: LookupJoin | StreamJoin) -> str:
    inputs: Sequence[Node] = node.inputs
    return listed(words(each[0], inputs[0].columns) for each in node.keys)


def _sides(node: StreamJoin) -> str:
    return f"left {_reach(node.left_frame)}, right {_reach(node.right_frame)}"


def _when(node: Node) -> str:
    """Returns when rows leave; an empty text if they leave at once."""
    match node:
        case Aggregate() | TopItems() | DistinctCount():
            period: Period | None = node.period
            return (
                f"rows leave at the end of {period_words(period)}" if period else "rows leave when that value changes"
            )
        case Stagger():
            return "a row leaves when its window closes"
        case Order() if node.period:
            return f"rows leave at the end of {period_words(node.period)}"
        case StreamJoin() if node.kind != "INNER":
            return "a pair leaves at its later row; a row without a match when its time is over"
        case StreamJoin():
            return "a pair leaves at its later row"
    return ""
