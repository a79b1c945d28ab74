"""Reads the addresses to check: from a TOML file, or from the rows that operators edit."""

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec

from common import guarded, toml
from streams.core import names
from streams.sources.base import SourceError

PROBES = 500  # of one producer
MOST_TEXT = 200
_STATUS = re.compile(r"[1-5][0-9]{2}(?:-[1-5][0-9]{2})?")


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Describes an address to check. Its interval and time-out are in seconds."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    address: Annotated[str, msgspec.Meta(max_length=guarded.MOST_URL)]
    interval: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 60
    timeout: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10
    status: Annotated[str, msgspec.Meta(max_length=100)] = "200-299"
    text: Annotated[str, msgspec.Meta(max_length=MOST_TEXT)] = ""

    def expects(self, status: int) -> bool:
        """Returns whether a status is one that the address should answer."""
        return any(low <= status <= high for low, high in ranges(self.status))


def ranges(text: str) -> list[tuple[int, int]]:
    """Reads "200-299,401". Raises ValueError, in a sentence."""
    found = []
    for each in text.split(","):
        if not _STATUS.fullmatch(each.strip()):
            raise ValueError("Give the status as numbers from 100 to 599, such as 200-299,401.")
        low, _, high = each.strip().partition("-")
        found.append((int(low), int(high or low)))
    return found


def fault(target: Target) -> str:
    """Returns the reason against a target, in a sentence; "" if there is none."""
    if reason := names.name_fault(target.name, "the name"):
        return reason
    try:
        guarded.place(target.address)
        ranges(target.status)
    except ValueError as error:  # RefusedError is one
        return str(error)
    return ""


def read_file(path: Path) -> list[Target]:
    """Returns the targets of a TOML file, a table [[probe]] for each. Raises SourceError, in a sentence."""
    try:
        tables = toml.parsed(path.read_text(encoding="utf-8"))
        found = msgspec.convert(tables, dict[str, list[Target]])
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, toml.TomlError, msgspec.ValidationError) as error:
        raise SourceError(f"{path} cannot be read: {str(error).rstrip('.')}.") from None
    if found.keys() != {"probe"}:
        raise SourceError(f"{path} should have tables [[probe]], and nothing else.")
    return _checked(found["probe"], str(path))


def of_rows(rows: list[dict[str, Any]]) -> list[Target]:
    """Returns the targets of rows of the database. Raises SourceError."""
    return _checked(msgspec.convert(rows, list[Target]), "The list of probes")


def _checked(found: list[Target], where: str) -> list[Target]:
    if len(found) > PROBES:
        raise SourceError(f"{where} has {len(found)} probes; one producer checks {PROBES} at most.")
    known: set[str] = set()
    for target in found:
        if reason := fault(target):
            raise SourceError(f"{where}: the probe {target.name!r} cannot be used. {reason}")
        if target.name in known:
            raise SourceError(f"{where} has two probes with the name {target.name!r}.")
        known.add(target.name)
    return found
