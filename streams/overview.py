"""Looks at all streams of the service, and into one, for pages that reload often: each look is bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import closing
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings

from streams import wiring
from streams.backends.embedded.survey import EmbeddedSurvey
from streams.backends.embedded.url import parse_embedded
from streams.core import clock, sampling
from streams.core.facts import Facts, History, Listed
from streams.core.records import Description, StreamError
from streams.core.sampling import Sample

SAMPLES_A_LOOK = 8  # streams whose records one look at the list reads
SAMPLE_SECONDS = 30.0  # that a sample is shown before newer records are looked at
SAMPLES_KEPT = 1000
NOT_TOLD = "not told by Kinesis"


class _Kept(NamedTuple):
    tip: int
    at: float  # monotonic seconds
    sample: Sample


class Samples:
    """Keeps the newest samples of streams, SAMPLES_KEPT at most, and takes few new ones at a time."""

    def __init__(self, take: Callable[[str], Sample], monotonic: Callable[[], float]) -> None:
        self._take = take
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    def of(self, url: str, streams: Sequence[Facts], most: int = SAMPLES_A_LOOK) -> dict[str, Sample]:
        """Returns the known samples by stream, after taking at most `most` anew: those never taken, then the oldest.

        While another thread takes samples, the known ones are returned at once.
        """
        if self._lock.acquire(blocking=False):
            try:
                self._renew(url, streams, most)
            finally:
                self._lock.release()
        return {each.name: kept.sample for each in streams if (kept := self._kept.get((url, each.name)))}

    def _renew(self, url: str, streams: Sequence[Facts], most: int) -> None:
        now = self._monotonic()
        due = [each for each in streams if self._is_due(self._kept.get((url, each.name)), each.tip, now)]
        due.sort(key=lambda each: kept.at if (kept := self._kept.get((url, each.name))) else float("-inf"))
        for each in due[:most]:
            try:
                self._kept[url, each.name] = _Kept(each.tip, now, self._take(each.name))
            except StreamError:  # it was deleted a moment ago, or is damaged
                self._kept[url, each.name] = _Kept(each.tip, now, Sample())
            self._kept.move_to_end((url, each.name))
        while len(self._kept) > SAMPLES_KEPT:
            self._kept.popitem(last=False)

    def _is_due(self, kept: _Kept | None, tip: int, now: float) -> bool:
        return kept is None or (kept.tip != tip and now - kept.at >= SAMPLE_SECONDS)


def listed(having: str = "") -> Listed:
    """Returns the streams of the service with `having` in their names. Does not raise: `trouble` has the reason."""
    try:
        if wiring.is_kinesis():
            found: Listed = _kinesis().listed(settings.STREAM_URL, having)
            return found
        with closing(_survey("")) as survey:
            return survey.listed(having)
    except StreamError as error:
        return Listed([], 0, str(error))


def facts(name: str) -> Facts:
    """Returns the facts of one stream. Raises StreamError."""
    if wiring.is_kinesis():
        found: Facts = _kinesis().facts(settings.STREAM_URL, name)
        return found
    with closing(_survey(name)) as survey:
        return survey.facts()


def describe(name: str) -> Description:
    """Returns the shards of one stream, closed ones included. Raises StreamError."""
    return wiring.open_stream(name).describe()


def history(name: str, minutes: int) -> History:
    """Returns the arrivals of a stream in the last minutes. Raises StreamError."""
    if wiring.is_kinesis():
        until = clock.now() // clock.MINUTE
        return History(None, [], until, f"How many records arrive is {NOT_TOLD}.")
    with closing(_survey(name)) as survey:
        return survey.history(minutes)


def samples(streams: Sequence[Facts], most: int = SAMPLES_A_LOOK) -> dict[str, Sample]:
    """Returns the known samples of streams by name; none on Kinesis, where a read costs the readers."""
    return {} if wiring.is_kinesis() else _SAMPLES.of(settings.STREAM_URL, streams, most)


def sample(name: str) -> Sample:
    """Looks at the newest records of one stream. Raises StreamError."""
    if wiring.is_kinesis():
        return sampling.sample(wiring.newest_records(name, sampling.RECORDS))
    with closing(_survey(name)) as survey:
        return sampling.sample(survey.newest(sampling.RECORDS))


def _survey(name: str) -> EmbeddedSurvey:
    return EmbeddedSurvey(parse_embedded(settings.STREAM_URL).path, name)


def _kinesis() -> Any:
    from streams.backends.kinesis import overview  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

    return overview


_SAMPLES = Samples(sample, time.monotonic)
