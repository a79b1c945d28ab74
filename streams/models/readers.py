"""Lists the streams that an application reads or has read, from its leases."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db.models import Max, Model, Subquery

from streams import applications
from streams.models.kept import Kept
from streams.models.leases import current_leases
from streams.models.progress import progress_of as progress_of


def readers(**names: str) -> list[tuple[str, str]]:
    """Returns each (application, stream) that has leases, in order."""
    return sorted(_readers(*names).rows(*names.values()))


@cache
def _readers(*names: str) -> Kept:
    """Returns the question for the readers with values of these columns."""
    return Kept(
        lambda *values: (
            current_leases(**dict(zip(names, values, strict=True))).values_list("application", "stream").distinct()
        )
    )


class Reading(NamedTuple):
    """Holds one stream that an application has leases on; the times are None where none is known."""

    application: str
    stream: str
    identity: str  # of the stream; "" if it is not known
    watermark: datetime | None  # the latest of a shard
    newest: datetime | None


def readings() -> list[Reading]:
    """Returns what the leases say of each stream of each application."""
    return [Reading(*row) for row in _READINGS.rows()]


_READINGS = Kept(
    lambda: (
        current_leases()
        .order_by()
        .values_list("application", "stream", "identity")
        .annotate(Max("watermark"), Max("newest"))
    )
)


def streams_of(application: str) -> list[str]:
    """Returns the streams that an application reads or has results of, by name, its own first."""
    found = {stream for _, stream in readers(application=application)}
    for model, _ in _results(application):
        found.update(streams_in(model))
    own = applications.stream_of(application)
    return sorted(found, key=lambda stream: (stream != own, stream))


def default_stream(application: str, known: Sequence[str]) -> str:
    """Returns the stream that is shown unless another is named.

    That is the application's own; if that has no lease and no result, the one with the newest result.
    """
    own = applications.stream_of(application)
    if not known or known[0] == own:
        return own
    return max(known, key=lambda stream: (_newest(application, stream), stream))


def streams_in(model: type[Model]) -> Iterator[str]:
    """Yields the streams in a table of results, one look into its index for each: DISTINCT would read every row."""
    ends, following = _ends_and_following(model)
    [(stream, last)] = ends.rows() or [(None, None)]
    while stream is not None:
        yield stream
        stream = following.first(stream) if stream != last else None  # most tables have one stream


@cache
def _ends_and_following(model: type[Model]) -> tuple[Kept, Kept]:
    """Returns the questions for the first and the last stream of a table, and for the one that follows another."""
    streams = model._default_manager.order_by("stream").values_list("stream")
    last = Subquery(model._default_manager.order_by("-stream").values("stream")[:1])
    return Kept(lambda: streams.values_list("stream", last)[:1]), Kept(
        lambda stream: streams.filter(stream__gt=stream)[:1]
    )


def _results(application: str) -> Sequence[tuple[type[Model], str]]:
    """Returns the models with results of an application; none if it was removed."""
    found = applications.look_up(application)
    return found.results if found else ()


def _newest(application: str, stream: str) -> str:
    """Returns the time of the newest result of a stream, as text that sorts as time does; "" for none."""
    moments: list[datetime] = []
    for model, field in _results(application):
        rows = model._default_manager.filter(stream=stream)
        moments += filter(None, rows.aggregate(newest=Max(field)).values())
    return max(moments).isoformat() if moments else ""
