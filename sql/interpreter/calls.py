"""Computes an aggregate or analytic call from all rows of its window, by its definition."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from common.percentiles import nearest_rank
from sql.errors import Fault, RowError
from sql.functions.rules import PERCENTILES
from sql.plan.nodes import Call
from sql.types import Family, Type

Args = Sequence[tuple[Any, ...]]  # the call's arguments for each row of the window, oldest first


def computed(call: Call, window: Args, *, truncates: bool = True) -> Any:
    """Returns the value of a call over a window. `truncates` says that AVG of whole numbers is a whole number.

    Raises RowError for a value that its type does not hold.
    """
    if call.function == "COUNT" and not call.args:
        return len(window)
    if call.function in _POSITIONS:
        return _POSITIONS[call.function](call, window)
    values = [args[0] for args in window if args[0] is not None]
    if call.distinct:
        values = list(dict.fromkeys(values))
    if call.function == "COUNT":
        return len(values)
    if not values:
        return None
    return _held(_folded(call.function, values, truncates=truncates), call.type, values[0])


def _folded(function: str, values: list[Any], *, truncates: bool) -> Any:
    match function:
        case "MIN":
            return min(values)
        case "MAX":
            return max(values)
        case "EVERY":
            return all(values)
        case "ANY":
            return any(values)
        case name if name in PERCENTILES:
            return sorted(values)[nearest_rank(PERCENTILES[name], len(values)) - 1]
    exact = [Fraction(value) for value in values]
    total, count = sum(exact, Fraction()), len(values)
    match function:
        case "SUM":
            return total
        case "AVG":
            mean = total / count
            return Fraction(int(mean)) if truncates and isinstance(values[0], int) else mean
    squares = sum((value - total / count) ** 2 for value in exact)
    divisor = count - function.endswith("_SAMP")
    if not divisor:
        return None
    spread = squares / divisor
    return Fraction(float(spread) ** 0.5) if function.startswith("STDDEV") else spread


def _held(value: Any, target: Type, example: Any) -> Any:
    """Returns an exact number in the form of a type."""
    if not isinstance(value, Fraction):
        return value
    if target.family == Family.APPROXIMATE:
        return float(value)
    if target.family == Family.EXACT:
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-target.scale))
    least, greatest = target.bounds
    if not least <= value <= greatest:
        raise RowError(Fault.ARITHMETIC, f"{int(value)} does not fit in {target}.")
    return int(value)


def _first(call: Call, window: Args) -> Any:
    values = _kept(call, window)
    return values[0] if values else None


def _last(call: Call, window: Args) -> Any:
    values = _kept(call, window)
    return values[-1] if values else None


def _nth(call: Call, window: Args) -> Any:
    values, number = _kept(call, window), window[-1][1]
    if not 1 <= number <= len(values):
        return None
    return values[-number] if call.from_last else values[number - 1]


def _lag(call: Call, window: Args) -> Any:
    """Returns the value `n` rows back in the window; its third argument where there is no such row."""
    current = window[-1]
    back = current[1] if len(current) > 1 else 1
    before = [args[0] for args in window[:-1] if not call.ignore_nulls or args[0] is not None]
    values = [*before, current[0]]
    if back < len(values):
        return values[-1 - back]
    return current[2] if len(current) > 2 else None


def _kept(call: Call, window: Args) -> list[Any]:
    return [args[0] for args in window if not call.ignore_nulls or args[0] is not None]


_POSITIONS = {"FIRST_VALUE": _first, "LAST_VALUE": _last, "NTH_VALUE": _nth, "LAG": _lag}
