"""Compares two versions of an application: their files, their plans, and the state that a switch keeps."""

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from sql.folder import FolderError
from sql.live import files
from sql.live.deployed import Compiled, compiled
from sql.live.models import SqlApplication, SqlVersion
from sql.plan.explain import explain

BINARY = "Binary contents differ."


def version(application: SqlApplication, number: int) -> SqlVersion:
    """Returns a version. Raises FolderError."""
    found = application.versions.filter(number=number).first()
    if found is None:
        known = ", ".join(map(str, application.versions.order_by("number").values_list("number", flat=True)))
        raise FolderError(f"{application.name} has no version {number}. There are: {known}.")
    return found


def differences(before: SqlVersion, after: SqlVersion) -> Iterator[str]:
    """Yields the lines that differ, file by file, then those of the plans, then the operators that begin anew.

    Raises ScriptError for a version that no longer compiles.
    """
    name = before.application.name
    contents = files.load(before), files.load(after)
    labels = f"version {before.number}", f"version {after.number}"
    yield from _files(*contents, *labels)
    plans = [compiled(name, content, each.digest) for content, each in zip(contents, (before, after), strict=True)]
    texts = [explain(each.program.plan).splitlines() for each in plans]
    yield from _diff(texts[0], texts[1], *(f"plan of {label}" for label in labels))
    yield from _state(*plans)


def _files(before: Mapping[str, bytes], after: Mapping[str, bytes], old: str, new: str) -> Iterator[str]:
    for name in sorted({*before, *after}):
        contents = before.get(name, b""), after.get(name, b"")
        if contents[0] == contents[1]:
            continue
        try:
            lines = [content.decode("utf-8-sig").splitlines() for content in contents]
        except UnicodeDecodeError:
            yield from (f"--- {name}, {old}", f"+++ {name}, {new}", BINARY)
        else:
            yield from _diff(lines[0], lines[1], f"{name}, {old}", f"{name}, {new}")


def _diff(before: list[str], after: list[str], old: str, new: str) -> Iterator[str]:
    return unified_diff(before, after, old, new, lineterm="", n=2)


def _state(before: Compiled, after: Compiled) -> Iterator[str]:
    """Yields a sentence for each operator that does not keep its state in a switch from one to the other."""
    old, new = _operators(before), _operators(after)
    kept = old.keys() & new.keys()
    if old or new:
        yield f"State: {len(kept)} of {len(new)} operators with state go on with it."
    yield from (f"State: {new[name]} begins anew." for name in new if name not in kept)
    yield from (f"State: {old[name]} is dropped." for name in old if name not in kept)


def _operators(found: Compiled) -> dict[str, str]:
    """Returns the operators in words, by their names: those that compute the same have the same name."""
    program: Any = found.program
    names, graph = getattr(program, "identities", ()), getattr(program, "graph", None)
    if graph is None:
        return {}
    return {
        name: f"{type(each.node).__name__} at line {each.node.line}"
        for name, each in zip(names, graph.operators, strict=True)
    }
