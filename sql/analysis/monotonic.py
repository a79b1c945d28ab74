"""Deduces how an expression moves while a stream runs (SQL Reference: monotonic expressions and operators)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from sql.analysis.rewriting import Declared, OutTime, parts_of, plain, rewrite
from sql.analysis.trends import CALENDAR, CONSTANT, ROW_TIME, UP, Clock, Trend
from sql.functions.rules import is_months, units
from sql.plan.expressions import Apply, Const, Convert, Expr, Field, RowTime, StartTime
from sql.types import TIMESTAMP, Family, Type, interval

MILLISECONDS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1_000}
# A difference is cut towards 0, so that its steps are those of the row time if it is above 0: if the time that is
# subtracted lies before any record, 2000-01-01.
_BEFORE_RECORDS = 946_684_800_000
_ROW_TIME = RowTime(type=TIMESTAMP, nullable=False)
_MILLISECOND = Const(type=interval(), nullable=False, value=1)
_BEFORE = Apply(type=TIMESTAMP, nullable=False, function="-", args=(_ROW_TIME, _MILLISECOND))
_LINEAR = frozenset({Family.WHOLE, Family.INTERVAL, Family.TIMESTAMP, Family.DATE})

Leaf = Callable[[Expr], Trend | None]


def trend(expr: Expr, leaf: Leaf) -> Trend | None:
    """Returns how an expression moves, or None if nothing is known. `leaf` knows the columns."""
    match expr:
        case Const() | StartTime():
            return CONSTANT
        case RowTime() | OutTime():
            return ROW_TIME
        case Declared():
            return trend(expr.arg, leaf) or UP
        case Convert():
            return _converted(expr, trend(expr.arg, leaf))
        case Apply():
            rule = _RULES.get(expr.function)
            return rule(expr, leaf) if rule else _constant(expr, leaf)
    return leaf(expr)


def timed_trend(expr: Expr, leaf: Leaf) -> Trend | None:
    """Returns how an expression moves; one with a clock is given as an expression of the row time alone, too."""
    of = trend(expr, leaf)
    if of is None or of.clock is None:
        return of

    def change(each: Expr) -> Expr | None:
        if isinstance(each, OutTime):
            return _ROW_TIME
        found = leaf(each) if isinstance(each, Field) else None
        return found.timed if found else None

    timed = rewrite(plain(expr), change)
    return Trend(of.direction) if any(isinstance(each, Field) for each in parts_of(timed)) else replace(of, timed=timed)


def seen_after(of: Trend) -> Trend:
    """Returns how a value moves in the row that leaves at the end of the value's step: a millisecond later."""
    if of.clock is None or of.timed is None:
        return Trend(of.direction)
    timed = rewrite(of.timed, lambda each: _BEFORE if isinstance(each, RowTime) else None)
    return Trend(of.direction, of.clock.seen_after(), timed)


def _constant(expr: Apply, leaf: Leaf) -> Trend | None:
    """Returns that a function of constants is constant."""
    return CONSTANT if expr.args and all(trend(each, leaf) == CONSTANT for each in expr.args) else None


def _up(of: Trend, clock: Clock | None = None) -> Trend:
    return Trend(of.direction, clock if of.direction > 0 else None)


def _converted(expr: Convert, of: Trend | None) -> Trend | None:
    """Casts keep the order of numbers and of times, but not that of texts."""
    source, target = expr.arg.type, expr.type
    if of is None or of.direction == 0:
        return of
    clock = of.clock
    if target.family == Family.DATE and source.family == Family.TIMESTAMP:
        return _up(of, clock and clock.cut(Fraction(MILLISECONDS["DAY"])))
    if source.family == Family.INTERVAL and target.family == Family.WHOLE and not is_months(source):
        unit = MILLISECONDS[units(source)[1]]
        return _up(of, _whole(clock and clock.scaled(Fraction(1, unit))))
    if source.family == target.family and target.family in _LINEAR:
        return of
    kept = {source.family, target.family} <= {Family.TIMESTAMP, Family.DATE} or (
        source.is_numeric and target.is_numeric and target.family != Family.WHOLE
    )
    return _up(of) if kept or (source.is_numeric and target.family == Family.WHOLE) else None


def _whole(clock: Clock | None) -> Clock | None:
    """Returns a clock of whole numbers; others would be rounded."""
    whole = clock and (clock.rate * clock.grain).denominator == clock.added.denominator == 1
    return clock if whole else None


def _number(expr: Expr) -> Fraction | None:
    """Returns a constant as a number: its milliseconds, if it is a length or a time."""
    value = expr.value if isinstance(expr, Const) else None
    if isinstance(value, bool) or (expr.type.family == Family.INTERVAL and is_months(expr.type)):
        return None
    return Fraction(value) if isinstance(value, int | float | Decimal) else None


def _sum(expr: Apply, leaf: Leaf) -> Trend | None:
    """m + c, c + m, m1 + m2 where both run the same way; with a minus, the second part is turned round."""
    sign = -1 if expr.function in {"-", "DIFFERENCE"} else 1
    left, right = trend(expr.args[0], leaf), trend(expr.args[1], leaf)
    if left is None or right is None:
        return None
    turned = right.direction * sign
    if right.direction == 0 and left.direction > 0:
        return _moved(expr, left, expr.args[1], sign)
    if left.direction == 0 and turned > 0:
        return _moved(expr, right, expr.args[0], 1)
    return Trend(left.direction or turned) if 0 in {left.direction, turned, left.direction - turned} else None


def _moved(expr: Apply, of: Trend, by: Expr, sign: int) -> Trend:
    amount = _number(by)
    if of.clock is None or amount is None or expr.type.family not in _LINEAR:
        return _up(of)
    if expr.type.family == Family.INTERVAL and by.type.family != Family.INTERVAL and amount > _BEFORE_RECORDS:
        return _up(of)
    clock = of.clock.moved(amount * sign)
    return _up(of, _cut(clock, expr.type) if expr.function == "DIFFERENCE" else clock)


def _cut(clock: Clock | None, to: Type) -> Clock | None:
    """Returns the clock of an interval that is cut to its trailing unit."""
    unit = MILLISECONDS.get(units(to)[1])
    return clock.cut(Fraction(unit)) if clock and unit else None


def _product(expr: Apply, leaf: Leaf) -> Trend | None:
    """m * c and m / c by the sign of c; c / m is left unknown, since m may change its sign."""
    left, right = trend(expr.args[0], leaf), trend(expr.args[1], leaf)
    of, by = (left, expr.args[1]) if right == CONSTANT else (right, expr.args[0])
    factor = _number(by)
    if of is None or left is None or right is None or (of is right and expr.function == "/"):
        return None
    if of.direction == 0:
        return CONSTANT
    if not factor:
        return CONSTANT if factor == 0 and expr.function == "*" else None
    if factor < 0:
        return Trend(-of.direction)
    scaled = of.clock and of.clock.scaled(factor if expr.function == "*" else 1 / factor)
    if scaled and expr.function == "/" and expr.type.family == Family.WHOLE:
        return _up(of, scaled.cut(Fraction(1)))
    return _up(of, _whole(scaled) if expr.type.family in _LINEAR else None)


def _negated(expr: Apply, leaf: Leaf) -> Trend | None:
    of = trend(expr.args[0], leaf)
    return of and Trend(-of.direction)


def _same(expr: Apply, leaf: Leaf) -> Trend | None:
    """UNIX_TIMESTAMP and TO_TIMESTAMP keep the milliseconds; a plus keeps all."""
    return trend(expr.args[0], leaf)


def _rounded(expr: Apply, leaf: Leaf) -> Trend | None:
    """FLOOR and CEIL of a number."""
    of = trend(expr.args[0], leaf)
    is_floor = expr.function == "FLOOR" and expr.args[0].type.family in {Family.WHOLE}
    return of and _up(of, of.clock if is_floor else None)


def _floor_time(expr: Apply, leaf: Leaf) -> Trend | None:
    of, unit = trend(expr.args[0], leaf), expr.args[1].value if isinstance(expr.args[1], Const) else ""
    if of is None or of.clock is None:
        return of and _up(of)
    if unit in CALENDAR:
        floors = expr.function == "FLOOR_TIME" and expr.type.family != Family.INTERVAL
        return _up(of, of.clock.of_calendar(str(unit)) if floors else None)
    width = Fraction(MILLISECONDS[str(unit)])
    return _up(of, of.clock.cut(width) if expr.function == "FLOOR_TIME" else of.clock.raised(width))


def _step(expr: Apply, leaf: Leaf) -> Trend | None:
    of, width = trend(expr.args[0], leaf), _number(expr.args[1])
    if of is None or trend(expr.args[1], leaf) != CONSTANT:
        return None
    return _up(of, of.clock.cut(width) if of.clock and width else None)


def _qualified(expr: Apply, leaf: Leaf) -> Trend | None:
    of = trend(expr.args[0], leaf)
    return of and _up(of, _cut(of.clock, expr.type))


def _substring(expr: Apply, leaf: Leaf) -> Trend | None:
    """SUBSTRING(m FROM 0 FOR c) and FROM 1: the beginning of a text keeps the texts' order."""
    start = _number(expr.args[1])
    return _constant(expr, leaf) or (trend(expr.args[0], leaf) if start is not None and start <= 1 else None)


_RULES: dict[str, Callable[[Apply, Leaf], Trend | None]] = {
    **dict.fromkeys(("+", "-", "DIFFERENCE"), _sum),
    **dict.fromkeys(("*", "/"), _product),
    **dict.fromkeys(("PLUS", "UNIX_TIMESTAMP", "TO_TIMESTAMP"), _same),
    **dict.fromkeys(("FLOOR", "CEIL", "CEILING", "ROUND", "TRUNC"), _rounded),
    **dict.fromkeys(("FLOOR_TIME", "CEIL_TIME"), _floor_time),
    **dict.fromkeys(("SUBSTRING_FROM", "SUBSTRING"), _substring),
    "NEGATE": _negated,
    "STEP": _step,
    "QUALIFY": _qualified,
}
