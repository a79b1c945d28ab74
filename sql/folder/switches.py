"""Lists the switches: where an application may run as the service did, and where it may not.

Each is a field of Switches, with its default, the words that it takes, a sentence, and the word that an imported
application gets if that differs.
"""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, cast

from sql.folder.errors import FolderError, hint

_SEED_MOST = (1 << 63) - 1
_DISTINCT_MOST = 10_000_000


class Switch(NamedTuple):
    """Describes a switch. `words` are its values; a number has none, but a greatest value."""

    name: str
    default: str | int
    words: tuple[str, ...]
    says: str
    imported: str | int
    most: int


def _word(*words: str, says: str, imported: str = "") -> Any:
    """Returns a field that takes one of the words; the first is the default."""
    return field(default=words[0], metadata={"words": words, "says": says, "imported": imported or words[0], "most": 0})


def _number(default: int, most: int, says: str) -> Any:
    return field(default=default, metadata={"words": (), "says": says, "imported": default, "most": most})


@dataclass(frozen=True, slots=True)
class Switches:
    """Holds the word of each switch."""

    close_on: str = _word("clock", "row", says="A window closes at its time, or with the next row after it.")
    integer_avg: str = _word(
        "kda", "exact", says="AVG of whole numbers is a whole number, as in the service, or has a fraction."
    )
    current_timestamp: str = _word(
        "row",
        "start",
        says="CURRENT_TIMESTAMP is the time of the row, or that of the application's start.",
        imported="start",
    )
    on_truncate: str = _word(
        "cut", "error", says="A text longer than its column is cut and counted, or its row is refused."
    )
    tsdiff: str = _word("signed", "absolute", says="TSDIFF(a, b) is b - a, or its absolute value.", imported="absolute")
    outer_join: str = _word(
        "once", "kda", says="A row that found a match comes out matched only, or at its window's end unmatched too."
    )
    distinct_limit: int = _number(
        100_000, _DISTINCT_MOST, says="The number of values up to which COUNT(DISTINCT) is exact."
    )
    seed: int = _number(0, _SEED_MOST, says="The number that the random forests start from.")


SWITCHES = tuple(Switch(each.name, cast(str | int, each.default), **each.metadata) for each in fields(Switches))


def as_imported() -> Switches:
    """Returns the switches of an application that came from the service."""
    return Switches(**{each.name: each.imported for each in SWITCHES})  # type: ignore[arg-type]  # of each its own type


def read_switches(values: dict[str, Any], file: str) -> Switches:
    """Returns the switches of a folder's file, with the defaults of the others. Raises FolderError."""
    known = {each.name: each for each in SWITCHES}
    for name, value in values.items():
        if name not in known:
            raise FolderError(f"{file}: the switch {name!r} is not known; {hint(name, known)}")
        _check(known[name], value, file)
    return Switches(**values)


def _check(switch: Switch, value: object, file: str) -> None:
    """Raises FolderError if a switch does not take a value."""
    if switch.words and value not in switch.words:
        raise FolderError(f"{file}: the switch {switch.name!r} is {value!r}; {hint(str(value), switch.words)}")
    if not switch.words and (type(value) is not int or not 0 <= value <= switch.most):
        raise FolderError(
            f"{file}: the switch {switch.name!r} is {value!r}; it takes a whole number from 0 to {switch.most}."
        )
