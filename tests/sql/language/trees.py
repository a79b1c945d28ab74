"""Strategies that make trees of the language, for property tests."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sql.language import ast
from sql.language.words import UNITS
from sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    NULL,
    REAL,
    SMALLINT,
    TIME,
    TIMESTAMP,
    Kind,
    Type,
    decimal,
    interval,
    varchar,
)  # fmt: skip

DAY = 86_400_000
WORDS = [
    "A",
    "PRICE",
    "price",
    "ROWTIME",
    "VALUE",
    "COUNT",
    "ORDER",
    "SECOND",
    "two words",
    'a"b',
    "größe",
    "STEP",
    "FLOOR",
]
names = st.sampled_from(WORDS).map(ast.Identifier)
quoted = st.sampled_from(WORDS).map(lambda name: ast.Identifier(name, quoted=True))
identifiers = names | quoted


def _decimal(digits: int, scale: int) -> ast.Literal:
    scale = min(scale, len(str(abs(digits))))
    return ast.Literal(Decimal(digits).scaleb(-scale), decimal(len(str(abs(digits)).lstrip("0") or "0"), scale))


def _whole(value: int) -> ast.Literal:
    return ast.Literal(value, INTEGER if -(1 << 31) <= value < 1 << 31 else BIGINT)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
literals: SearchStrategy[ast.Expression] = st.one_of(
    st.integers(-(1 << 63), (1 << 63) - 1).map(_whole),
    st.builds(_decimal, st.integers(10**3, 10**18 - 1), st.integers(0, 4)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: ast.Literal(value, DOUBLE)),
    texts.map(lambda value: ast.Literal(value, varchar(max(1, len(value))))),
    st.binary(max_size=4).map(lambda value: ast.Literal(value, Type(Kind.BINARY, max(1, len(value))))),
    st.sampled_from([True, False, None]).map(lambda value: ast.Literal(value, BOOLEAN)),
    st.just(ast.Literal(None, NULL)),
    st.integers(-700_000, 2_900_000).map(lambda day: ast.Literal(day * DAY, DATE)),
    st.integers(0, DAY - 1).map(lambda value: ast.Literal(value, TIME)),
    st.integers(-700_000 * DAY, 2_900_000 * DAY).map(lambda value: ast.Literal(value, TIMESTAMP)),
)
sizes = st.none() | st.integers(0, 10)


@st.composite
def qualifiers(draw: st.DrawFn) -> tuple[ast.Unit, ast.Unit, int | None, int | None]:
    family = draw(st.sampled_from([UNITS[:2], UNITS[2:]]))
    first = draw(st.integers(0, len(family) - 1))
    last = draw(st.integers(first, len(family) - 1))
    precision, fraction = draw(sizes), draw(sizes)
    if family[last] != "SECOND" or (first == last and precision is None):
        fraction = None
    return family[first], family[last], precision, fraction  # type: ignore[return-value]


@st.composite
def intervals(draw: st.DrawFn) -> ast.IntervalLiteral:
    leading, trailing, precision, fraction = draw(qualifiers())
    size = {"YEAR": 12, "MONTH": 1, "DAY": DAY, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1}
    value = draw(st.integers(-1000, 1000)) * size[trailing]
    months = value if leading in {"YEAR", "MONTH"} else 0
    return ast.IntervalLiteral(0 if months else value, months, leading, trailing, precision, fraction)


columns = st.lists(identifiers, min_size=1, max_size=3).map(lambda parts: ast.ColumnRef(tuple(parts)))
types = st.sampled_from(
    [INTEGER, SMALLINT, DOUBLE, REAL, decimal(5, 2), varchar(16), Type(Kind.CHAR, 3), TIMESTAMP, interval("HOUR")]
)
leaves: SearchStrategy[ast.Expression] = literals | intervals() | columns


def _tuples(of: SearchStrategy[ast.Expression], least: int = 1) -> SearchStrategy[tuple[ast.Expression, ...]]:
    return st.lists(of, min_size=least, max_size=3).map(tuple)


def _specs(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.WindowSpec]:
    kinds = st.sampled_from(["PRECEDING", "FOLLOWING"])
    bounds = st.builds(ast.Bound, kinds, st.none() | expr) | st.just(ast.Bound("CURRENT ROW"))
    frames = st.builds(ast.Frame, st.booleans(), bounds, bounds)
    keys = st.builds(ast.OrderKey, expr, st.booleans(), st.sampled_from([None, True, False]))
    orders = st.lists(keys, max_size=2).map(tuple)
    return st.builds(ast.WindowSpec, st.none() | quoted, _tuples(expr, 0), orders, st.none() | frames)


def _calls(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Expression]:
    over = st.none() | _specs(expr) | identifiers.map(ast.WindowRef)
    name = st.sampled_from(["SUM", "LAG", "two words"]).map(ast.Identifier)
    return st.one_of(
        st.builds(ast.Call, name, _tuples(expr), st.booleans(), ignore_nulls=st.booleans(), over=over),
        st.builds(ast.Call, st.just(ast.Identifier("NTH_VALUE")), _tuples(expr), from_last=st.booleans(), over=over),
        over.map(lambda window: ast.Call(ast.Identifier("COUNT"), star=True, over=window)),
    )


def _forms(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Expression]:
    unit = st.sampled_from(UNITS)
    maybe = st.none() | expr
    return st.one_of(
        st.builds(ast.Rounding, st.sampled_from(["FLOOR", "CEIL"]), expr, st.none() | unit),
        st.builds(ast.Step, expr, expr),
        st.builds(ast.Extract, unit, expr),
        st.builds(ast.Substring, expr, expr, maybe, st.booleans()),
        st.builds(ast.SubstringSimilar, expr, expr, expr),
        st.builds(ast.Position, expr, expr),
        st.builds(ast.Trim, st.sampled_from(["LEADING", "TRAILING", "BOTH"]), maybe, expr),
        st.builds(ast.Overlay, expr, expr, expr, maybe),
        st.builds(ast.Cast, expr, types),
    )


def _predicates(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Expression]:
    negated = st.booleans()
    query = _selects(expr)
    period = st.builds(ast.Period, expr, expr)
    tests = st.sampled_from(["CONTAINS", "OVERLAPS", "PRECEDES", "SUCCEEDS", "LEADS", "LAGS"])
    return st.one_of(
        st.builds(ast.IsTest, expr, st.sampled_from(["NULL", "TRUE", "FALSE", "UNKNOWN"]), negated),
        st.builds(ast.Distinctness, expr, expr, negated),
        st.builds(ast.Between, expr, expr, expr, negated, st.booleans()),
        st.builds(ast.InList, expr, _tuples(expr), negated),
        st.builds(ast.InQuery, expr, query, negated),
        st.builds(ast.Like, st.sampled_from(["LIKE", "SIMILAR"]), expr, expr, st.none() | expr, negated),
        st.builds(ast.PeriodTest, tests, period, period | expr, st.sampled_from(["", "STRICTLY", "IMMEDIATELY"])),
        query.map(ast.Exists),
        query.map(ast.ScalarQuery),
    )


def _operators(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Expression]:
    ops = st.sampled_from(["+", "-", "*", "/", "||", "=", "<>", "<", "<=", ">", ">=", "AND", "OR"])
    whens = st.lists(st.builds(ast.When, expr, expr), min_size=1, max_size=2).map(tuple)
    units = st.tuples(expr, qualifiers()).map(lambda pair: ast.Qualified(pair[0], *pair[1]))
    signs = st.builds(ast.Unary, st.sampled_from(["+", "-"]), expr)
    binaries = st.builds(ast.Binary, ops, expr, expr)
    return st.one_of(
        binaries,
        binaries,
        signs,
        st.builds(ast.Not, expr),
        units,
        st.builds(ast.Case, st.none() | expr, whens, st.none() | expr),
    )


def _sources(expr: SearchStrategy[ast.Expression], query: SearchStrategy[ast.Query]) -> SearchStrategy[ast.Source]:
    over = st.none() | _specs(expr)
    named: SearchStrategy[ast.Source] = st.one_of(
        st.builds(ast.NamedSource, identifiers, over, st.none() | identifiers),
        st.builds(ast.SubquerySource, query, over, identifiers, st.lists(identifiers, max_size=2).map(tuple)),
        st.builds(ast.FunctionSource, identifiers, query, _tuples(expr, 0), over, st.none() | identifiers),
    )
    joins = st.builds(ast.Join, st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"]), named, named, expr)
    return named | joins | st.builds(ast.Join, st.just("CROSS"), joins, named)


def _selects(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Query]:
    item = st.builds(ast.Item, expr, st.none() | identifiers) | st.builds(ast.Star, st.none() | identifiers)
    plain: SearchStrategy[ast.Query] = st.builds(
        ast.Select, st.tuples(item), st.tuples(st.builds(ast.NamedSource, identifiers)), st.booleans(), st.booleans()
    )
    keys = st.builds(ast.OrderKey, expr, st.booleans(), st.sampled_from([None, True, False]))
    orders = st.tuples(keys) | st.tuples(st.builds(ast.Within, expr, expr), keys)
    rich: SearchStrategy[ast.Query] = st.builds(
        ast.Select,
        st.lists(item, min_size=1, max_size=2).map(tuple),
        st.lists(_sources(expr, plain), min_size=1, max_size=2).map(tuple),
        where=st.none() | expr,
        group=_tuples(expr, 0),
        having=st.none() | expr,
        windows=st.lists(st.builds(ast.NamedWindow, identifiers, _specs(expr)), max_size=1).map(tuple),
        order=st.just(()) | orders,
    )
    values = st.builds(ast.Values, st.lists(_tuples(expr), min_size=1, max_size=2).map(tuple))
    one = plain | rich | values
    return one | st.builds(ast.SetQuery, st.sampled_from(["UNION", "EXCEPT", "INTERSECT"]), st.booleans(), one, one)


def _grown(expr: SearchStrategy[ast.Expression]) -> SearchStrategy[ast.Expression]:
    return st.one_of(_operators(expr), _operators(expr), _forms(expr), _calls(expr), _predicates(expr))


expressions = st.recursive(leaves, _grown, max_leaves=8)
queries = _selects(expressions)
