"""Reads the stored steps of an application between edges, such as those of the days of a zone."""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet

from dashboard.steps.pieces import RUNS, batched, days_and_others
from streams.models.kept import Kept


class Between:
    """Asks a table of steps, mostly by one query, of which the SQL is kept."""

    def __init__(self, model: type[Model], of: str, columns: Sequence[str]) -> None:
        """`of` is the lookup of the keys, such as "site__in"; the model has `stream`, `step` and `start`, too."""

        def asked(stream: str, keys: Any, parts: Iterable[Mapping[str, Any]]) -> QuerySet[Any, Any]:
            # Each part has the stream and `of`, so that SQLite, too, looks into an index for each.
            which = reduce(or_, (Q(stream=stream, **{of: keys}, **part) for part in parts))
            return model._default_manager.filter(which).values_list(*columns)

        def of_runs(stream: str, keys: Any, *runs: Sequence[Any]) -> QuerySet[Any, Any]:
            parts = zip(*runs, strict=True)
            return asked(
                stream, keys, [{"step": step, "start__gte": at, "start__lte": last} for step, at, last in parts]
            )

        self._of_runs = Kept(of_runs)
        self._of_moments = Kept(
            lambda stream, keys, step, starts: asked(stream, keys, [{"step": step, "start__in": starts}])
        )

    def rows(
        self, stream: str, keys: str | list[str], edges: Sequence[int], levels: Sequence[int], kept: Container[int]
    ) -> list[tuple[Any, ...]]:
        """Returns the rows of the steps that together are the times between edges, as days_and_others finds them."""
        runs, others = days_and_others(edges, levels, kept)
        found: list[tuple[Any, ...]] = []
        for few in batched(runs, RUNS):
            found += self._of_runs.rows(stream, keys, *map(list, zip(*few, strict=True)))
        for step, starts in others:
            found += self._of_moments.rows(stream, keys, step, starts)
        return found
