"""Parses TOML that people write, in bounded time, with one error for every text that cannot be read."""

import re
import tomllib
from typing import Any

MOST_DOTS = 500  # on a line: tomllib takes the square of a dotted key's length in time
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class TomlError(ValueError):
    """Means that a text cannot be read; the message says why, without a full stop.

    `says` is the message without its place, `line` the number of the line from 1, or 0 if it is not known.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        found = _AT.search(message)
        super().__init__(message)
        self.says, self.line = _AT.sub("", message), line or int((found and found[1]) or 0)


def parsed(text: str) -> dict[str, Any]:
    """Returns the values of a text. Raises TomlError."""
    lines = text.split("\n")
    if crowded := [number for number, line in enumerate(lines, 1) if line.count(".") > MOST_DOTS]:
        raise TomlError(f"line {crowded[0]} has more than {MOST_DOTS} dots; write others as \\u002e", crowded[0])
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = len(text.splitlines()) if "(at end of document)" in str(error) else 0
        raise TomlError(str(error), last) from None
    except RecursionError:
        raise TomlError("it is nested too deeply") from None
    except ValueError:  # of int(), which refuses more digits
        raise TomlError("it has a number of more than 4,300 digits") from None
