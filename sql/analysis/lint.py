"""Finds doubts: scripts that are allowed, and most likely do something else than was meant."""

import re

from sql.analysis.context import Context
from sql.analysis.names import shown
from sql.analysis.rewriting import parts_of
from sql.analysis.tree import walk
from sql.errors import Span
from sql.language import ast
from sql.language.parsing.expressions import COMPARISONS
from sql.plan.expressions import Apply, Const, Expr, Field
from sql.plan.nodes import Call, Filter, Node, Over, Plan, Project, Scan
from sql.plan.nodes import walk as walk_plan
from sql.plan.words import cut
from sql.types import Kind

_PATTERNS = {"CHAR_TO_TIMESTAMP", "CHAR_TO_TIME", "TIMESTAMP_TO_CHAR", "TIME_TO_CHAR"}
_QUOTED = re.compile(r"'[^']*'")
_SCALELESS = re.compile(r"\b(DECIMAL|DEC|NUMERIC)\b\s*(\(\s*\d+\s*\))?(?!\s*\()", re.IGNORECASE)
_CONSTANT_TIMES = {"CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME"}


def lint(context: Context, plan: Plan, script: ast.Script) -> None:
    """Writes down the doubts of a script that has no problem."""
    for statement in script.statements:
        for node in walk(statement):
            match node:
                case ast.Call():
                    _call(context, node)
                case ast.ColumnDef() | ast.Cast():
                    _decimal(context, node)
                case ast.Binary():
                    _null(context, node)
                case ast.ColumnRef():
                    _start_time(context, node)
    for pump in (*plan.pumps, *plan.peeks):
        for each in walk_plan(pump.root):
            if isinstance(each, Filter):
                _always_true(context, each)
    if not script.statements:
        context.problems.warn(Span(0, 0), "The script is empty, so that no row is computed.")
    elif all(isinstance(each, ast.CreateStream) for each in script.statements) and not context.application.outputs:
        context.problems.warn(
            script.statements[-1].span,
            "No pump runs, so that no row is computed; add CREATE PUMP … AS INSERT INTO … SELECT STREAM … FROM ….",
        )
    _unread(context, plan)
    _unwritten(context, plan)


def _call(context: Context, node: ast.Call) -> None:
    name = node.name.name
    if name in _PATTERNS and node.args and isinstance(node.args[0], ast.Literal):
        _pattern(context, node.args[0])
    if name == "TSDIFF" and [each.name.name for each in node.args if isinstance(each, ast.Call)] == ["MAX", "MIN"]:
        context.problems.warn(
            node.span,
            "TSDIFF(a, b) is b - a, so that TSDIFF(MAX(…), MIN(…)) is negative; write TSDIFF(MIN(…), MAX(…)).",
        )


def _null(context: Context, node: ast.Binary) -> None:
    """Finds `= NULL` and its like."""
    operands = (node.left, node.right)
    if node.op in COMPARISONS and any(isinstance(each, ast.Literal) and each.value is None for each in operands):
        test = "IS NOT NULL" if node.op == "<>" else "IS NULL"
        context.problems.warn(node.span, f"A comparison with NULL is never true; write {test}.")


def _pattern(context: Context, node: ast.Literal) -> None:
    """Finds the hours of a twelve-hour clock without am or pm."""
    letters = _QUOTED.sub("", node.value) if isinstance(node.value, str) else ""
    if ("h" in letters or "K" in letters) and "a" not in letters:
        context.problems.warn(
            node.span, "hh counts hours from 1 to 12, and the pattern has no a for am or pm; HH counts from 0 to 23."
        )


def _decimal(context: Context, node: ast.ColumnDef | ast.Cast) -> None:
    if node.type.kind != Kind.DECIMAL or node.type.scale:
        return
    text = context.problems.text[node.span.start : node.span.end]
    tail = text[-40:] if isinstance(node, ast.Cast) else text[len(node.name.written) :]
    if _SCALELESS.search(tail):
        context.problems.warn(
            node.span, f"{node.type} keeps no digits after the point: 4.7 becomes 5; write DECIMAL({node.type.size},2)."
        )


def _start_time(context: Context, node: ast.ColumnRef) -> None:
    name = node.parts[0]
    starts = context.application.switches.current_timestamp == "start"
    if starts and len(node.parts) == 1 and name.name in _CONSTANT_TIMES and not name.quoted:
        context.problems.warn(
            node.span,
            f"{name.name} is the time at which the application started, as in the service; write"
            " CURRENT_ROW_TIMESTAMP, or set the switch current_timestamp to row.",
        )


def _always_true(context: Context, node: Filter) -> None:
    """Finds `n >= 1` and `n > 0` of a count over a window that ends at the row itself."""
    for each in parts_of(node.condition):
        if not isinstance(each, Apply) or each.function not in {">=", ">"}:
            continue
        left, right = each.args
        least = 1 if each.function == ">=" else 0
        if isinstance(right, Const) and right.value == least and _counts_rows(left, node.input):
            words = cut(each.written) or "the condition"
            context.problems.warn(
                each.span,
                f"A window contains the row at its end, so that its count is at least 1 and {words} is true for every"
                f" row; to let the first row of each window pass, write {cut(left.written) or 'the count'} = 1.",
            )


def _counts_rows(expr: Expr, node: Node) -> bool:
    """Follows a column down to the call that computes it."""
    while isinstance(expr, Field):
        match node:
            case Project():
                expr = node.items[expr.slot]
                node = node.input
            case Filter():
                node = node.input
            case Over() if expr.slot >= len(node.input.columns):
                call: Call = node.calls[expr.slot - len(node.input.columns)]
                return call.function == "COUNT" and not call.args
            case Over():
                node = node.input
            case _:
                return False
    return False


def _unread(context: Context, plan: Plan) -> None:
    """Finds inputs that no pump reads, if there are several: each has only a part of the records."""
    pumps = (*plan.pumps, *plan.peeks)
    read = {each.stream for pump in pumps for each in walk_plan(pump.root) if isinstance(each, Scan)}
    left = [each for each in plan.inputs if each not in read]
    if len(plan.inputs) > 1 and left and len(left) < len(plan.inputs):
        names = ", ".join(map(shown, left[:5]))
        context.problems.warn(
            None,
            f"The records are dealt out to {len(plan.inputs)} input streams, and no pump reads {names}.",
        )


def _unwritten(context: Context, plan: Plan) -> None:
    """Finds streams that a pump reads, or an output names, and that no pump fills."""
    filled = {pump.target for pump in plan.pumps}
    empty = [name for name in plan.streams if name not in filled]
    read = {each.stream for pump in plan.pumps for each in walk_plan(pump.root) if isinstance(each, Scan)}
    outputs = {each.stream for each in context.application.outputs}
    for name in empty:
        if name in read or name in outputs:
            user = "the pumps that read it get" if name in read else "its output gets"
            context.problems.warn(
                context.places.get(name), f"No started pump fills {shown(name)}, so that {user} no rows."
            )
