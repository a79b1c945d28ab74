"""Decides which types go together: common types, assignability, the results of aggregates."""

from collections.abc import Callable, Sequence

from sql.functions.function import TypeProblem
from sql.types import (
    BIGINT,
    BITS,
    BOOLEAN,
    DIGITS_MOST,
    DOUBLE,
    LENGTH_MOST,
    NULL,
    REAL,
    Family,
    Kind,
    Type,
    decimal,
    interval,
    varchar,
)

DIGITS = {Kind.TINYINT: 3, Kind.SMALLINT: 5, Kind.INTEGER: 10, Kind.BIGINT: DIGITS_MOST}
UNITS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
TIMES = frozenset({Family.DATE, Family.TIME, Family.TIMESTAMP})


def as_decimal(of: Type) -> Type:
    """Returns the DECIMAL that a whole number counts as, or the DECIMAL itself."""
    return decimal(DIGITS[of.kind]) if of.family == Family.WHOLE else of


def units(of: Type) -> tuple[str, str]:
    """Returns the leading and the trailing unit of an INTERVAL."""
    leading, _, trailing = of.unit.partition(" TO ")
    return leading, trailing or leading


def is_months(of: Type) -> bool:
    """Returns whether an INTERVAL is held in months, not in milliseconds."""
    return units(of)[0] in UNITS[:2]


def joined_interval(one: Type, other: Type) -> Type:
    """Returns the INTERVAL from the greater leading to the lesser trailing unit of two."""
    if is_months(one) != is_months(other):
        raise TypeProblem(f"{one} and {other} do not mix: months have no fixed length.")
    places = [UNITS.index(unit) for of in (one, other) for unit in units(of)]
    leading, trailing = UNITS[min(places)], UNITS[max(places)]
    return interval(leading if leading == trailing else f"{leading} TO {trailing}")


def wider(types: Sequence[Type]) -> Type:
    """Returns the widest of whole numbers' types."""
    return max(types, key=lambda each: BITS[each.kind])


def common_number(types: Sequence[Type]) -> Type:
    """Returns the type that holds the numbers of all the types; a DECIMAL keeps its scale before its whole digits."""
    families = {each.family for each in types}
    if Family.APPROXIMATE in families:
        return REAL if {each.kind for each in types} == {Kind.REAL} else DOUBLE
    if Family.EXACT not in families:
        return wider(types)
    decimals = [as_decimal(each) for each in types]
    scale = max(each.scale for each in decimals)
    return decimal(min(DIGITS_MOST, max(each.size - each.scale for each in decimals) + scale), scale)


def common_text(types: Sequence[Type]) -> Type:
    """Returns CHAR(n) for texts that are all CHAR(n), otherwise VARCHAR of the longest."""
    return types[0] if len(set(types)) == 1 else varchar(max(each.size for each in types))


def common_type(types: Sequence[Type]) -> Type:
    """Returns the type of a CASE, COALESCE, IN or UNION over the types; raises TypeProblem if there is none."""
    known = [each for each in types if each.kind != Kind.NULL]
    families = {each.family for each in known}
    if not known:
        return NULL
    if all(each.is_numeric for each in known):
        return common_number(known)
    if len(families) > 1:
        other = next(each for each in known if each.family != known[0].family)
        raise TypeProblem(f"{known[0]} and {other} have no common type; CAST one to the other's type.")
    if families == {Family.TEXT}:
        return common_text(known)
    if families == {Family.BYTES}:
        return Type(Kind.VARBINARY, max(each.size for each in known)) if len(set(known)) > 1 else known[0]
    if families == {Family.INTERVAL}:
        found = known[0]
        for each in known[1:]:
            found = joined_interval(found, each)
        return found
    return known[0]


def assignable(source: Type, target: Type) -> bool:
    """Returns whether INSERT converts a value of `source` for a column of `target` without a CAST."""
    if source.kind == Kind.NULL or (source.is_numeric and target.is_numeric):
        return True
    return source.family == target.family and source.family not in {Family.ROW, Family.NULL, Family.INTERVAL}


def concatenated(one: Type, other: Type) -> int:
    return min(LENGTH_MOST, one.size + other.size)


def number_needed(name: str, of: Type) -> None:
    if not of.is_numeric:
        raise TypeProblem(f"{name} needs a number, not {of}; CAST it to DOUBLE or DECIMAL.")


def aggregate_sum(name: str, of: Type, integer_avg: str) -> Type:
    """Returns the type of SUM: whole numbers are added in 64 bits, decimals with 18 digits."""
    number_needed(name, of)
    if of.family == Family.WHOLE:
        return BIGINT
    return decimal(DIGITS_MOST, of.scale) if of.family == Family.EXACT else DOUBLE


def aggregate_average(name: str, of: Type, integer_avg: str) -> Type:
    """Returns the type of AVG: whole numbers' is a whole number, cut, unless `integer_avg` is "exact"."""
    number_needed(name, of)
    if of.family == Family.WHOLE:
        return of if integer_avg == "kda" else DOUBLE
    return of if of.family == Family.EXACT else DOUBLE


def aggregate_spread(name: str, of: Type, integer_avg: str) -> Type:
    number_needed(name, of)
    return DOUBLE


def aggregate_truth(name: str, of: Type, integer_avg: str) -> Type:
    if of.family != Family.BOOLEAN:
        raise TypeProblem(f"{name} needs a condition, not {of}.")
    return BOOLEAN


def aggregate_extreme(name: str, of: Type, integer_avg: str) -> Type:
    if of.family in {Family.BYTES, Family.ROW}:
        raise TypeProblem(f"{name} does not order {of}.")
    return of


def aggregate_same(name: str, of: Type, integer_avg: str) -> Type:
    return of


PERCENTILES = {"P50": 50, "P90": 90, "P95": 95, "P99": 99}  # of Millrace's own: the dialect has none


def aggregate_percentile(name: str, of: Type, integer_avg: str) -> Type:
    number_needed(name, of)
    return of


AGGREGATES: dict[str, Callable[[str, Type, str], Type]] = {
    "COUNT": lambda name, of, integer_avg: BIGINT,
    "SUM": aggregate_sum,
    "AVG": aggregate_average,
    **dict.fromkeys(("MIN", "MAX"), aggregate_extreme),
    **dict.fromkeys(("STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "EXP_AVG"), aggregate_spread),
    **dict.fromkeys(("FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG"), aggregate_same),
    **dict.fromkeys(("EVERY", "ANY"), aggregate_truth),
    **dict.fromkeys(PERCENTILES, aggregate_percentile),
}


def aggregate_result(name: str, of: Type, integer_avg: str = "kda") -> Type:
    """Returns the type of an aggregate over values of a type; raises TypeProblem if it does not take them.

    `integer_avg` is "kda" (an average of whole numbers is cut to a whole number) or "exact" (it is a DOUBLE).
    """
    return AGGREGATES[name](name, BIGINT if of.kind == Kind.NULL else of, integer_avg)
