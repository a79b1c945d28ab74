"""Lists the differences of two versions of an application: their files, their plans, and the state that is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from sql.plan.explain import explain

BINARY = "Binary contents differ."
WORDS = {  # as the user writes the operators
    "Aggregate": "GROUP BY",
    "Over": "OVER",
    "Stagger": "WINDOWED BY STAGGER",
    "Distinct": "SELECT DISTINCT",
    "Order": "ORDER BY",
    "LookupJoin": "JOIN",
    "StreamJoin": "JOIN",
    "TopItems": "TOP_K_ITEMS_TUMBLING",
    "DistinctCount": "COUNT_DISTINCT_ITEMS_TUMBLING",
    "Forest": "RANDOM_CUT_FOREST",
    "Hotspots": "HOTSPOTS",
}


@dataclass(frozen=True, slots=True)
class Side:
    """Holds one of two versions: its name in sentences, its files, and its program."""

    label: str
    files: Mapping[str, bytes]
    program: Any  # a sql.program.Program


def differences(before: Side, after: Side) -> Iterator[str]:
    """Yields the lines that differ, file by file, then those of the plans, then the operators that begin anew."""
    yield from _files(before, after)
    plans = [explain(side.program.plan).splitlines() for side in (before, after)]
    yield from _diff(plans[0], plans[1], f"plan of {before.label}", f"plan of {after.label}")
    yield from _state(before.program, after.program)


def _files(before: Side, after: Side) -> Iterator[str]:
    for name in sorted({*before.files, *after.files}):
        contents = before.files.get(name, b""), after.files.get(name, b"")
        if contents[0] == contents[1]:
            continue
        labels = f"{name}, {before.label}", f"{name}, {after.label}"
        try:
            lines = [content.decode("utf-8-sig").splitlines() for content in contents]
        except UnicodeDecodeError:
            yield from (f"--- {labels[0]}", f"+++ {labels[1]}", BINARY)
        else:
            yield from _diff(lines[0], lines[1], *labels)


def _diff(before: list[str], after: list[str], old: str, new: str) -> Iterator[str]:
    return unified_diff(before, after, old, new, lineterm="", n=2)


def _state(before: Any, after: Any) -> Iterator[str]:
    """Yields a sentence for each operator whose state is not kept by a switch from one to the other."""
    old, new = _operators(before), _operators(after)
    kept = old.keys() & new.keys()
    if old or new:
        yield f"State: {len(kept)} of {len(new)} operators with state go on with it."
    yield from (f"State: {new[name]} begins anew." for name in new if name not in kept)
    yield from (f"State: {old[name]} is dropped." for name in old if old[name] not in new.values())


def _operators(program: Any) -> dict[str, str]:
    """Returns the operators in words, by their names: those that compute the same have the same name."""
    names, graph = getattr(program, "identities", ()), getattr(program, "graph", None)
    if graph is None:
        return {}
    return {
        name: f"{WORDS.get(kind := type(each.node).__name__, kind)} at line {each.node.line}"
        for name, each in zip(names, graph.operators, strict=True)
    }
