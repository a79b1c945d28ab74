"""Computes an episode again, and says whether it comes out the same.

It uses the rows that are kept. Where they are gone, they are computed from the records of the stream or its archive.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from alarms import curves, recounting
from alarms.backtest import Series
from alarms.evaluation import CLEARED, LAPSED, Evaluation, Incident, KeyState, Seen
from alarms.models import Episode
from alarms.replaying import TooManyError
from alarms.spec import RuleSpec
from common.text import clause, counted
from streams.core import clock, replayed
from streams.core.records import StreamError
from streams.declarations import Dataset
from streams.models import DeadLetter

RECORDS = 500_000  # from which rows are computed again, for one proof
GONE = "It cannot be proved any more, since the rows of that time are not kept, or are too many to be read again"


class Proof(NamedTuple):
    """Holds the result: `equal` is None where it cannot be known, and `words` are sentences for people."""

    equal: bool | None
    words: str


def prove(episode: Episode, spec: RuleSpec, reached: datetime) -> Proof:
    """Computes an episode again by its own version of the rule; `reached` is the time up to which the stream is read.

    It begins so long before the episode that nothing older can change it.
    """
    dataset = curves.dataset_of(spec.dataset)
    if dataset is None or dataset.cells is None:
        return Proof(None, f"The rows of {spec.dataset} are not kept where they can be read again.")
    started = clock.from_datetime(episode.started)
    start = started - spec.hold - spec.window - spec.after - spec.quiet - dataset.step
    start = max(start, min(started, _in_force(episode)))  # the rule saw no row before
    final = clock.from_datetime(reached) - (dataset.delay or 0)  # rows after it were told to no rule yet
    end = clock.from_datetime(episode.ended) if episode.ended else final
    orders = [*_orders(dataset, spec, episode, start, end)]
    computed = not orders
    if computed:
        try:
            orders = [*_from_records(dataset, spec, episode, start, end)]
        except (TooManyError, StreamError) as error:
            return Proof(None, f"{GONE}, and its records are not there: {clause(str(error).partition('. ')[0])}.")
    letters = _replayed(dataset, episode, start - (dataset.delay or 0), end) if computed else 0
    if not orders:
        why = _replays(letters) if letters else f"{GONE}, and neither the stream nor an archive holds its records."
        return Proof(None, why)
    rows = f"{counted(len(orders[0].times), 'row')} {'computed from the records' if computed else 'that are kept'}"
    wrong = min((_wrong(episode, spec, each, end) for each in orders), key=len)
    if wrong and letters:
        return Proof(None, f"{_replays(letters)} Of {rows}, the rule makes {'; '.join(wrong)}.")
    if wrong:
        return Proof(equal=False, words=f"Not equal: of {rows}, the rule makes {'; '.join(wrong)}.")
    return Proof(equal=True, words=f"Equal: of {rows}, the rule makes the same beginning, end, values and calls again.")


def _in_force(episode: Episode) -> int:
    """Returns the time at which the version of the rule that raised an episode was made; 0 if it is not known."""
    made = episode.rule.versions.filter(number=episode.rule_version).values_list("at", flat=True).first()
    return clock.from_datetime(made) if made else 0


def _replayed(dataset: Dataset, episode: Episode, start: int, end: int) -> int:
    """Returns the number of replayed dead letters that may have counted in rows of a time.

    A letter that does not say when it counted may have done so at any time after its arrival.
    """
    applied = DeadLetter.objects.filter(status=DeadLetter.Status.APPLIED, arrived__lt=clock.to_datetime(end))
    applied = applied.filter(application=dataset.application, stream=episode.stream)
    times = map(replayed.counted_at, applied.values_list("error", flat=True).iterator())
    return sum(at is None or start <= at < end + dataset.step for at in times)


def _replays(letters: int) -> str:
    """Returns the reason for which records do not tell what a rule saw: a letter counts when it is replayed."""
    which = "a dead letter was" if letters == 1 else f"{letters:,} dead letters were"
    return (
        f"It cannot be computed again from the records: {which} replayed, and counted at a time that they do not tell."
    )


def _orders(dataset: Dataset, spec: RuleSpec, episode: Episode, start: int, end: int) -> Iterator[Series]:
    """Yields the rows of an episode's key in the order of the table, and with those of one time by their texts.

    Applications tell rows of one time in one of the two orders.
    """
    narrow = replace(spec, where=curves.where_of(spec, episode.key))
    texts = [column.name for column in dataset.columns if column.kind == "text"]
    for ties in ([], texts):
        read = recounting.read(dataset, narrow, episode.stream, start, end + 1, ties)
        series = read.keys.get(episode.key) or (next(iter(read.keys.values())) if len(read.keys) == 1 else None)
        if series is not None and not read.cut:
            yield series


def _from_records(dataset: Dataset, spec: RuleSpec, episode: Episode, start: int, end: int) -> Iterator[Series]:
    """Yields the rows of an episode's key, made again by the application. Raises TooManyError, StreamError."""
    narrow = replace(spec, where=curves.where_of(spec, episode.key))
    warm = start - (dataset.delay or 0)  # the first rows lack the records before them
    read = recounting.computed(dataset, narrow, episode.stream, warm, end + 1, RECORDS)
    if len(read.keys) == 1:
        yield next(iter(read.keys.values()))


def _wrong(episode: Episode, spec: RuleSpec, series: Series, end: int) -> list[str]:
    """Returns each fact that comes out otherwise."""
    started = clock.from_datetime(episode.started)
    found = {each.started: each for each in _incidents(spec, series, end)}.get(started)
    return ["no alarm at that time"] if found is None else [*_differences(episode, found)]


def _incidents(spec: RuleSpec, series: Series, end: int) -> Iterator[Incident]:
    evaluation = Evaluation(spec)
    state = KeyState(1)
    for time, value in zip(*series, strict=True):
        for found in evaluation.observe(state, Seen(time, value)):
            yield found.incident
    for found in evaluation.advance(state, end):
        yield found.incident


def _differences(episode: Episode, found: Incident) -> Iterator[str]:
    """Yields each fact that comes out otherwise; the end only where rows or their absence made it."""
    pairs = {"the value": (episode.value, found.value), "the peak": (episode.peak, found.peak)}
    by_rows = episode.ended is None or episode.ending in (CLEARED, LAPSED)
    if by_rows:
        ended = None if episode.ended is None else clock.from_datetime(episode.ended)
        pairs |= {"the end": (ended, found.ended), "the calls": (episode.calls, found.calls)}
    for name, (was, now) in pairs.items():
        if was != now:
            yield f"{name} {now} instead of {was}"
