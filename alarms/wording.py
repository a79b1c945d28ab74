"""Writes rules and lengths of time in words, and reads lengths of time that people type."""

import re
from collections.abc import Iterator

from alarms.spec import RuleSpec, SpecError
from common.text import quoted
from streams.core.clock import MINUTE, SECOND

UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE}
_LENGTH = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|min|m|h|d)?")
SHOWN = ("d", "h", "m", "s", "ms")
# The stored names of kinds are older than these words: a value that equals the level raises, too.
KINDS = {"above": "at least", "below": "at most", "absent": "no row", "row": "each row"}
SIDES = {"above": (KINDS["above"], "below"), "below": (KINDS["below"], "above")}  # of the raise and the clear level


def length(text: str, name: str) -> int:
    """Returns the milliseconds of a length such as 30s, 5m, 1h or 2d; a number alone is in seconds, "" is 0.

    Raises SpecError with `name`, the field.
    """
    if not text.strip():
        return 0
    found = _LENGTH.fullmatch(text.strip().lower())
    if found is None:
        raise SpecError(f"{name}: {quoted(text)} is no length of time such as 30s, 5m, 1h or 2d.")
    return round(float(found[1]) * UNITS[found[2] or "s"])


def short(milliseconds: int) -> str:
    """Returns a length as it is typed: 90000 as 90s, 300000 as 5m, 0 as ""."""
    if not milliseconds:
        return ""
    unit = next(unit for unit in SHOWN if milliseconds % UNITS[unit] == 0)
    return f"{milliseconds // UNITS[unit]}{unit}"


def number(text: str, name: str) -> float | None:
    """Returns a number, None for "". Raises SpecError with `name`, the field."""
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    try:
        return float(plain)
    except ValueError:
        raise SpecError(f"{name}: {quoted(text)} is no number.") from None


def plain(value: float) -> str:
    """Returns a number as it is typed, without loss: 45.0 as 45."""
    return repr(value).removesuffix(".0")


def sentences(spec: RuleSpec) -> Iterator[str]:
    """Yields a rule as sentences for people."""
    keys = " and ".join(spec.by)
    each = f" for each {keys}" if keys else ""
    yield f"Watches {spec.dataset}{_where(spec)}{each}."
    if spec.kind in ("above", "below"):
        side, clears = SIDES[spec.kind]
        held = f" for {short(spec.hold)}" if spec.hold else ""
        level, cleared = plain(spec.level or 0.0), plain(spec.clears_at)
        yield f"Raises when {_value(spec)} is {side} {level}{held}, and clears {clears} {cleared}."
    elif spec.kind == "absent":
        yield f"Raises when no row has come for {short(spec.after)}."
    else:
        yield f"Raises with each row, and clears after {short(spec.quiet)} without one."
    if spec.suppress == "episode":
        yield "Calls for one notice in an episode."
    else:
        yield f"Calls for at most one notice in {short(spec.interval) or '0 s'} while it lasts."
    yield f"An alarm that would begin again within {short(spec.quiet)} of its end goes on."


def condition(spec: RuleSpec) -> str:
    """Returns what raises an alarm, and what clears it, in a few words for a row of a table."""
    if spec.level is not None and spec.kind in SIDES:
        side, clears = SIDES[spec.kind]
        held = f" for {short(spec.hold)}" if spec.hold else ""
        return f"{_value(spec)} {side} {plain(spec.level)}{held}, clears {clears} {plain(spec.clears_at)}"
    return _of_rows(spec)


def reached(spec: RuleSpec | None, level: float | None, value: float | None) -> str:
    """Returns what an episode reached, in words: "orders at least 5". An application's own rule has no `spec`."""
    if spec is None:
        side = KINDS["below" if level is not None and value is not None and value < level else "above"]
        return "" if level is None else f"{side} {plain(level)}"
    if level is not None and spec.kind in SIDES:
        return f"{_value(spec)} {SIDES[spec.kind][0]} {plain(level)}"
    return _of_rows(spec)


def _of_rows(spec: RuleSpec) -> str:
    """Returns the condition of a rule without a level: that rows come, or that none does."""
    return f"no row for {short(spec.after)}" if spec.kind == "absent" else KINDS[spec.kind]


def _value(spec: RuleSpec) -> str:
    if not spec.window:
        return spec.column
    name = "the number of rows" if spec.function == "count" else f"the {spec.function} of {spec.column}"
    return f"{name} in {short(spec.window)}"


def _where(spec: RuleSpec) -> str:
    parts = [f"{column} is {' or '.join(values[:5])}" for column, values in spec.where.items()]
    return f" where {' and '.join(parts)}" if parts else ""


def differences(before: RuleSpec | None, after: RuleSpec) -> str:
    """Returns the fields that changed from one version to the next: "level 30 instead of 28"."""
    if before is None:
        return "the first version"
    parts = []
    for name in RuleSpec.__struct_fields__:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            parts.append(f"{name} {_shown(name, now)} instead of {_shown(name, was)}")
    return ", ".join(parts) or "only the title"


def _shown(name: str, value: object) -> str:
    if name in ("hold", "after", "window", "quiet", "interval", "lapse"):
        return short(int(str(value))) or "0"
    if name == "kind":
        return KINDS[str(value)]
    if isinstance(value, tuple):
        return " and ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{column}: {' or '.join(values)}" for column, values in value.items()) or "none"
    return plain(value) if isinstance(value, float) else "none" if value in (None, "") else str(value)
