"""Defines the tables that a question can name, and finds those that it names. Each kind of table has a provider.

A provider registers with `provide` when its app is ready. Of two tables with one name, that of the provider that
registered first counts; names are compared without regard to case, as DuckDB does.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from msgspec import Struct

from archive.questions.request import Column

MOST_NAMED = 50  # tables of one question


class TableError(Exception):
    """Means that a table cannot be read now; the message is a sentence for people."""


class Table(Struct, frozen=True, kw_only=True):
    """Describes a table: its columns with DuckDB's types, and its Parquet files."""

    name: str
    columns: Sequence[Column]
    files: Sequence[str] = ()  # paths within ARCHIVE_URL, as FileStore takes them; none: the table has no rows
    size: int = 0  # bytes of the files, as far as they are known
    rows: int | None = None  # None: unknown
    # Makes the table's files in a folder that lasts as long as the question, and returns their paths; for tables that
    # lie elsewhere than in ARCHIVE_URL. It bounds what it writes, and may raise TableError.
    make: Callable[[Path], Sequence[Path]] | None = None


class Provider(Struct, frozen=True, kw_only=True):
    """Offers tables of one kind. Both functions are called for each question, so they read little."""

    title: str  # heading for people, such as "Archived streams"
    names: Callable[[], Collection[str]]
    table: Callable[[str], Table | None]  # of one of the names; None: it has just gone
    rank: int = 0  # providers of a higher one come later, whenever they registered


@dataclass(frozen=True)
class Group:
    """Holds the names of the tables of one provider, and the provider's function that finds one."""

    title: str
    names: list[str]
    table: Callable[[str], Table | None] = field(compare=False)


_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Adds a provider after those that registered before."""
    _providers.append(provider)


def groups() -> list[Group]:
    """Returns the names of all tables, in groups of one provider each, sorted. A name that is taken is left out."""
    taken: set[str] = set()
    found = []
    for provider in sorted(_providers, key=attrgetter("rank")):
        names = sorted(name for name in provider.names() if name.casefold() not in taken)
        taken.update(name.casefold() for name in names)
        found.append(Group(provider.title, names, provider.table))
    return found


def names() -> list[str]:
    """Returns the names of all tables."""
    return [name for group in groups() for name in group.names]


def named(sql: str) -> list[Table]:
    """Returns the tables that a question names, be it in a comment. Raises TableError for more than MOST_NAMED."""
    known = _known()
    words = _mentioned(sql, known)
    if len(words) > MOST_NAMED:
        raise TableError(f"A question may name {MOST_NAMED} tables; this one names {len(words)}.")
    return [table for name, find_table in map(known.__getitem__, words) if (table := find_table(name))]


def _known() -> dict[str, tuple[str, Callable[[str], Table | None]]]:
    """Returns each name, and the function that finds its table, by the name without regard to case."""
    return {name.casefold(): (name, group.table) for group in groups() for name in group.names}


def _mentioned(sql: str, known: Collection[str]) -> list[str]:
    """Returns the names that stand in a text as whole words. The longest counts: a/b is not a mention of a."""
    if not known:
        return []
    longest = sorted(known, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
    return list(dict.fromkeys(re.findall(pattern, sql.casefold())))
