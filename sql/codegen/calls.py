"""Writes the value of an analytic call from the running values of its window.

`n` is the number of rows in the window, the current one too; `g` is the place of its first row in the columns, and `t`
the row time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from common.percentiles import nearest_rank
from sql.codegen.exact import decaying, deviation, sum_of, variance
from sql.codegen.names import Names
from sql.codegen.running import Argument, Running
from sql.codegen.templates import filled
from sql.functions.rules import PERCENTILES
from sql.functions.values import fit_template, fitter
from sql.plan.expressions import Const
from sql.plan.nodes import Call
from sql.types import Family, Type

PLACES = {"FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG"}
SPREADS = {
    "VAR_POP": (variance, 0),
    "VAR_SAMP": (variance, 1),
    "STDDEV_POP": (deviation, 0),
    "STDDEV_SAMP": (deviation, 1),
}


@dataclass(slots=True)
class Site:
    """Holds one call with the names of its arguments' values in the current row."""

    call: Call
    args: list[Argument]
    values: list[str]  # of all arguments: names, or literals


def result(names: Names, running: Running, site: Site) -> str:
    """Returns the Python expression of a call's value."""
    call = site.call
    if not call.args:
        return "n"
    arg = site.args[0]
    if call.distinct and call.function in {"COUNT", "SUM", "AVG"}:
        return _distinct(names, running, call, arg)
    if call.function in SPREADS:
        return _spread(names, running, call, arg)
    if call.function in PLACES:
        return _place(running, site, arg)
    return PLAIN[call.function](names, running, call, arg)


def _number(running: Running, arg: Argument) -> str:
    """Returns the number of values that are not NULL."""
    return running.count(arg) if arg.nullable else "n"


def _or_null(arg: Argument, number: str, text: str) -> str:
    """Returns NULL where there are no values; without NULLs the current row is one."""
    return f"({text} if {number} else None)" if arg.nullable else text


def fitted(names: Names, of: Type, text: str) -> str:
    """Returns an expression that fits a computed number into a type, or raises."""
    if of.family == Family.WHOLE:
        return filled(names, fit_template(of, "{0}"), [text])
    return f"{names.bind(fitter(of), 'f')}({text})"


def _count(names: Names, running: Running, call: Call, arg: Argument) -> str:
    return _number(running, arg)


def _sum(names: Names, running: Running, call: Call, arg: Argument) -> str:
    number, below = running.total(arg)
    text = fitted(names, call.type, f"{number} / {below}" if below else number)
    return _or_null(arg, _number(running, arg), text)


def _average(names: Names, running: Running, call: Call, arg: Argument) -> str:
    total, below = running.total(arg)
    number = _number(running, arg)
    if below:
        text = f"{total} / ({below} * {number})"
    elif call.type.family == Family.WHOLE:
        text = f"divide_whole({total}, {number})"
    elif call.type.family == Family.EXACT or arg.type.family == Family.EXACT:
        text = f"decimal_divide({total}, {number})"
    else:
        text = f"{total} / {number}"
    if call.type.family == Family.APPROXIMATE and arg.type.family == Family.EXACT:
        text = f"float({text})"
    return _or_null(arg, number, fitted(names, call.type, text))


def _least(names: Names, running: Running, call: Call, arg: Argument) -> str:
    return running.extreme(arg, "<")


def _greatest(names: Names, running: Running, call: Call, arg: Argument) -> str:
    return running.extreme(arg, ">")


def _every(names: Names, running: Running, call: Call, arg: Argument) -> str:
    return _or_null(arg, _number(running, arg), f"({running.holding(arg, truth=False)} == 0)")


def _any(names: Names, running: Running, call: Call, arg: Argument) -> str:
    return _or_null(arg, _number(running, arg), f"({running.holding(arg, truth=True)} > 0)")


def _percentile(names: Names, running: Running, call: Call, arg: Argument) -> str:
    values, number = running.ordered(arg), _number(running, arg)
    return _or_null(
        arg, number, f"{values}[{names.bind(nearest_rank, 'f')}({PERCENTILES[call.function]}, {number}) - 1]"
    )


def _decaying(names: Names, running: Running, call: Call, arg: Argument) -> str:
    half = call.args[1]
    assert isinstance(half, Const)
    return f"{names.bind(decaying, 'f')}(w.t, w.{arg.column}, g, t, {names.bind(half.value)})"


PLAIN: dict[str, Callable[[Names, Running, Call, Argument], str]] = {
    "COUNT": _count,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _least,
    "MAX": _greatest,
    "EVERY": _every,
    "ANY": _any,
    "EXP_AVG": _decaying,
    **dict.fromkeys(PERCENTILES, _percentile),
}


def _distinct(names: Names, running: Running, call: Call, arg: Argument) -> str:
    counted = running.distinct(arg)
    if call.function == "COUNT":
        return f"len({counted})"
    total = f"{names.bind(sum_of, 'f')}({counted})"
    if call.function == "AVG":
        whole = call.type.family == Family.WHOLE
        total = f"{'divide_whole' if whole else names.bind(quotient, 'f')}({total}, len({counted}))"
    return f"({fitted(names, call.type, total)} if {counted} else None)"


def quotient(total: object, number: int) -> object:
    """Returns an average of decimals or floats."""
    return total / number  # type: ignore[operator]


def _spread(names: Names, running: Running, call: Call, arg: Argument) -> str:
    function, sample = SPREADS[call.function]
    (total, below), (square, under) = running.total(arg), running.squares(arg)
    number = _number(running, arg)
    sums = f"({total}, {below or 1}), ({square}, {under or 1})"
    text = f"{names.bind(function, 'f')}({number}, {sums}, {number} - {sample})"
    if call.type.family == Family.EXACT:
        text = f"{names.bind(str, 'f')}({text})"
    return f"({fitted(names, call.type, text)} if {number} > {sample} else None)"


def _place(running: Running, site: Site, arg: Argument) -> str:
    call = site.call
    number = call.args[1] if len(call.args) > 1 else None
    place = int(str(number.value)) if isinstance(number, Const) else 1
    if call.function == "LAG":
        return _lag(running, site, arg, place)
    last = call.function == "LAST_VALUE" or (call.function == "NTH_VALUE" and call.from_last)
    condition, text = running.position(arg, place, last=last, ignores=call.ignore_nulls)
    return text if not arg.nullable and place == 1 else f"({text} if {condition} else None)"


def _lag(running: Running, site: Site, arg: Argument, back: int) -> str:
    """Returns the value some rows back; the current row is not counted, and where it is NULL and ignored, not there."""
    absent = site.values[2] if len(site.values) > 2 else "None"
    ignores = site.call.ignore_nulls and arg.nullable
    condition, text = running.position(arg, back + 1, last=True, ignores=ignores)
    if not ignores:
        return f"({text} if {condition} else {absent})"
    nearer, other = running.position(arg, back, last=True, ignores=True)
    if back == 0:
        nearer, other = "False", "None"
    return f"(({text} if {condition} else {absent}) if {arg.now} is not None else ({other} if {nearer} else {absent}))"
