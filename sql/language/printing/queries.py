"""Writes queries, sources and windows."""

from sql.language import ast
from sql.language.parsing.forms import COMPARISON
from sql.language.printing.base import in_parentheses, listed, to_text, writes


@writes(ast.Star)
def star(node: ast.Star) -> str:
    return f"{to_text(node.qualifier)}.*" if node.qualifier else "*"


@writes(ast.Item)
def item(node: ast.Item) -> str:
    return to_text(node.expr) + (f" AS {to_text(node.alias)}" if node.alias else "")


@writes(ast.OrderKey)
def order_key(node: ast.OrderKey) -> str:
    nulls = {None: "", True: " NULLS FIRST", False: " NULLS LAST"}[node.nulls_first]
    return to_text(node.expr) + (" DESC" if node.descending else "") + nulls


@writes(ast.Within)
def within(node: ast.Within) -> str:
    return f"{to_text(node.expr)} WITHIN {to_text(node.interval)}"


@writes(ast.Stagger)
def stagger(node: ast.Stagger) -> str:
    return f"WINDOWED BY STAGGER (PARTITION BY {listed(node.keys)} RANGE {to_text(node.length)})"


@writes(ast.Bound)
def bound(node: ast.Bound) -> str:
    if node.kind == "CURRENT ROW":
        return node.kind
    return f"{in_parentheses(node.amount, COMPARISON + 1) if node.amount else 'UNBOUNDED'} {node.kind}"


@writes(ast.Frame)
def frame(node: ast.Frame) -> str:
    unit = "ROWS" if node.rows else "RANGE"
    if node.end.kind == "CURRENT ROW":
        return f"{unit} {to_text(node.start)}"
    return f"{unit} BETWEEN {to_text(node.start)} AND {to_text(node.end)}"


@writes(ast.WindowSpec)
def window_spec(node: ast.WindowSpec) -> str:
    partition = f"PARTITION BY {listed(node.partition)}" if node.partition else ""
    base, last = (to_text(part) if part else "" for part in (node.base, node.frame))
    return f"({' '.join(filter(None, (base, partition, _order(node.order), last)))})"


@writes(ast.WindowRef)
def window_ref(node: ast.WindowRef) -> str:
    return to_text(node.name)


@writes(ast.NamedWindow)
def named_window(node: ast.NamedWindow) -> str:
    return f"{to_text(node.name)} AS {to_text(node.spec)}"


def _order(keys: tuple[ast.OrderKey | ast.Within, ...]) -> str:
    return f"ORDER BY {listed(keys)}" if keys else ""


def _named(source: str, node: ast.NamedSource | ast.SubquerySource | ast.FunctionSource) -> str:
    over = f" OVER {to_text(node.over)}" if node.over else ""
    alias = f" AS {to_text(node.alias)}" if node.alias else ""
    return source + over + alias + (f" ({listed(node.columns)})" if node.columns else "")


@writes(ast.NamedSource)
def named_source(node: ast.NamedSource) -> str:
    return _named(to_text(node.name), node)


@writes(ast.SubquerySource)
def subquery_source(node: ast.SubquerySource) -> str:
    return _named(f"({to_text(node.query)})", node)


@writes(ast.FunctionSource)
def function_source(node: ast.FunctionSource) -> str:
    cursor = [f"CURSOR({to_text(node.cursor)})"] if node.cursor else []
    return _named(f"TABLE({to_text(node.name)}({', '.join(cursor + list(map(to_text, node.args)))}))", node)


@writes(ast.Join)
def join(node: ast.Join) -> str:
    condition = f" ON {to_text(node.on)}" if node.on else f" USING ({listed(node.using)})" if node.using else ""
    kind = ("NATURAL " if node.natural else "") + node.kind
    return f"{to_text(node.left)} {kind} JOIN {to_text(node.right)}{condition}"


@writes(ast.Select)
def select(node: ast.Select) -> str:
    head = f"SELECT{' STREAM' if node.stream else ''}{' DISTINCT' if node.distinct else ''}"
    parts = [
        f"{head} {listed(node.items)}",
        f"FROM {listed(node.sources)}",
        f"WHERE {to_text(node.where)}" if node.where else "",
        f"GROUP BY {listed(node.group)}" if node.group else "",
        to_text(node.stagger) if node.stagger else "",
        f"HAVING {to_text(node.having)}" if node.having else "",
        f"WINDOW {listed(node.windows)}" if node.windows else "",
        _order(node.order),
    ]
    return " ".join(filter(None, parts))


@writes(ast.SetQuery)
def set_query(node: ast.SetQuery) -> str:
    left = f"({to_text(node.left)})" if _sorted(node.left) else to_text(node.left)
    nested = _sorted(node.right) or isinstance(node.right, ast.SetQuery)
    right = f"({to_text(node.right)})" if nested else to_text(node.right)
    text = f"{left} {node.op}{' ALL' if node.all else ''} {right}"
    return f"{text} {_order(node.order)}" if node.order else text


def _sorted(query: ast.Query) -> bool:
    return isinstance(query, ast.Select | ast.SetQuery | ast.Values) and bool(query.order)


@writes(ast.Values)
def values(node: ast.Values) -> str:
    text = f"VALUES {', '.join(f'({listed(row)})' for row in node.rows)}"
    return f"{text} {_order(node.order)}" if node.order else text
