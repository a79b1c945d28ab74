"""Scores rows by a random cut forest, and says how much each column contributes to a score.

The forest is that of the package krcf: the algorithm of Guha, Mishra, Roy and Schrijvers, "Robust Random Cut Forest
Based Anomaly Detection On Streams", 2016. The same seed and the same rows give the same scores, bit for bit.

A model has about a megabyte, too much for each commit. So it is stored once in EVERY rows, and the points since then
one by one; a restart learns these again.
"""

import zlib
from collections.abc import Sequence
from hashlib import blake2b
from math import isfinite, isnan
from typing import Any

from krcf import RandomCutForest

from sql.engine.coding import pack, row_parts, unpack, unpack_rows
from sql.engine.contract import Change, Kept, Key, Row
from sql.engine.operators.explanation import explainer
from sql.engine.operators.report import Report
from sql.errors import Fault, RowError
from sql.plan.nodes import Forest

EVERY = 4096  # rows between two stored models; a restart learns up to as many again, at about 9,000 in a second
LARGEST = 1e30  # a greater number is taken for this one: the forest computes with 32 bits
PART = 128 << 10  # bytes of a part of a stored model
POINT_SIZE = 24  # bytes of a number of a point that a tree may hold, and of its part of the tree
NULLS = "null:RANDOM_CUT_FOREST"  # the count of rows without a score, because a number is NULL


def seed_of(*words: str) -> int:
    """Returns a seed that follows from words, such as the names of an application and of an operator."""
    return int.from_bytes(blake2b("\n".join(words).encode(), digest_size=8).digest(), "big") >> 1


class ForestOperator:
    """Takes prepared rows `(*numbers, *row)`; an output row is `(*row, score[, explanation])`.

    The first `sample` rows have the score 0. A row with a NULL among its numbers has the score NULL, and the forest
    does not learn it.
    """

    def __init__(self, node: Forest, kept: Kept, report: Report, seed: int, *, every: int = EVERY) -> None:
        """Makes the operator; the names in explanations are those of the node's input columns."""
        self._node, self._report, self._every = node, report, every
        self._width = len(node.slots)
        self._explain = explainer([node.input.columns[slot].name for slot in node.slots], directed=node.directed)
        self._forest = self._new(seed)
        self._seen = 0
        self._start = 0  # points that came before the forest began to learn
        self._points: list[Row] = []  # learnt since the last call of changes()
        self._model: bytes | None = None  # to be stored by the next one
        self._learnt = 0  # points that the last model has
        self._point_keys: set[Key] = set()
        self._model_keys: set[Key] = set()
        self._removed: set[Key] = set()
        if kept.entries:
            self._restore(kept)

    def _new(self, seed: int) -> RandomCutForest:
        node = self._node
        options: Any = {
            "dimensions": self._width,
            "shingle_size": node.shingle,
            "num_trees": node.trees,
            "sample_size": node.sample,
            "output_after": node.sample,
            "random_seed": seed,
            "lambda": 1 / node.decay,  # a word of Python, so that the package's own type has no such key
            "internal_shingling": True,
        }
        return RandomCutForest(options)

    def _restore(self, kept: Kept) -> None:
        models = {int(key[2]): data for key, data in kept.entries.items() if key[1] == "model"}
        points = {int(key[2]): data for key, data in kept.entries.items() if key[1] == "points"}
        self._model_keys = {key for key in kept.entries if key[1] == "model"}
        self._point_keys = {key for key in kept.entries if key[1] == "points"}
        if models:
            (self._learnt,) = unpack(models.pop(-1))
            data = b"".join(models[place] for place in sorted(models))
            try:
                self._forest = RandomCutForest.from_msgpack(zlib.decompress(data))
            except (RuntimeError, zlib.error):
                self._lost()
        self._seen = self._learnt
        for start in sorted(points):
            for point in unpack_rows(points[start]):
                self._forest.update(list(point))
                self._seen += 1

    def _lost(self) -> None:
        self._start = self._learnt
        sentence = "The model of RANDOM_CUT_FOREST is of another release and cannot be read; the forest learns anew."
        self._report.fault(0, RowError(Fault.FUNCTION, sentence))

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Returns the rows with their scores, computed before the forest learns each."""
        width = self._width
        return [row[width:] + self._scored(row[:width]) for row in rows]

    def _scored(self, numbers: Row) -> tuple[Any, ...]:
        point = point_of(numbers)
        if point is None:
            self._report.count(NULLS)
            return (None, None) if self._node.explained else (None,)
        warm = self._seen - self._start >= self._node.sample
        score = self._forest.score(point) if warm else 0.0
        scored: tuple[Any, ...] = (score if isfinite(score) else None,)
        if self._node.explained:
            scored += (self._explain(self._forest.attribution(point) if warm else None),)
        self._learn(point)
        return scored

    def _learn(self, point: list[float]) -> None:
        self._forest.update(point)
        self._seen += 1
        self._points.append(tuple(point))
        if self._seen % self._every == 0:
            self._model = self._forest.to_msgpack()
            # From here on, this process computes with the same bytes as one that starts from them.
            self._forest = RandomCutForest.from_msgpack(self._model)
            self._learnt, self._points = self._seen, []

    def due(self) -> int | None:
        """Returns None: no row waits."""
        return None

    def fire(self, time: int) -> list[Row]:
        return []

    def changes(self) -> Change:
        """Returns the points since the last call; and the model, compressed and in parts, if a new one was made."""
        put: dict[Key, bytes] = {}
        removed: set[Key] = set()
        if self._model is not None:
            data = zlib.compress(self._model, 1)
            put["", "model", "-1"] = pack([self._learnt])
            put |= {("", "model", str(at // PART)): data[at : at + PART] for at in range(0, len(data), PART)}
            removed = self._point_keys | self._model_keys - put.keys()
            self._model_keys, self._point_keys, self._model = set(put), set(), None
        start = self._seen - len(self._points)
        for part in row_parts(self._points):
            key = ("", "points", str(start))
            put[key] = part
            self._point_keys.add(key)
            start += len(unpack_rows(part))
        self._points = []
        return Change(put, sorted(removed - put.keys()))

    def size(self) -> int:
        node = self._node
        return node.trees * node.sample * (POINT_SIZE + 4 * self._width * node.shingle)


def point_of(numbers: Sequence[Any]) -> list[float] | None:
    """Returns numbers as a point; None if one of them is NULL or no number."""
    if None in numbers:
        return None
    point = [float(number) for number in numbers]
    if any(map(isnan, point)):
        return None
    return [max(-LARGEST, min(LARGEST, number)) for number in point]
