"""Builds the runner of `manage.py produce tail`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from ingest.tails.configuration import read_configuration
from ingest.tails.files import Descriptors
from ingest.tails.flows import Flow
from ingest.tails.locks import Locks
from ingest.tails.report import report
from ingest.tails.runner import TailRunner
from ingest.tails.tailer import Tailer
from ingest.tails.targets import BesideTarget, EmbeddedTarget, Target
from ingest.tails.tracking import Tracker
from ingest.tails.trial import check
from streams.applications import Runner
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import StreamExistsError, StreamNotFoundError
from streams.sources.base import SourceError
from streams.wiring import open_stream


def open_runner(options: Mapping[str, Any]) -> Runner:
    """Returns the runner for the options. Raises SourceError and StreamError."""
    config = read_configuration(options["config"])
    folder = Path(settings.VAR_DIR) / "tails"
    if options["check"]:
        return check(config)
    if options["report"]:
        return report([(flow, _existing(flow, folder)) for flow in config.flows])
    for sentence in config.not_taken:
        _say(sentence)
    locks = Locks(folder)
    locks.take(config.flows)
    descriptors = Descriptors()
    tailers = [_tailer(flow, folder, descriptors) for flow in config.flows]
    return _Locked(tailers, locks, until_caught_up=options["until_caught_up"])


class _Locked(TailRunner):
    """Keeps the locks as long as the runner lives."""

    def __init__(self, tailers: list[Tailer], locks: Locks, *, until_caught_up: bool) -> None:
        super().__init__(tailers, until_caught_up=until_caught_up)
        self._locks = locks


def _tailer(flow: Flow, folder: Path, descriptors: Descriptors) -> Tailer:
    target = open_target(flow, folder)
    if not target.exactly_once:
        _say(f"Positions of {flow.name} are stored after each put: after a crash, lines may come twice.")
    tracker = Tracker(flow.patterns, from_end=flow.from_end, headers=flow.headers, descriptors=descriptors)
    try:
        return Tailer(flow, target, tracker)
    except ValueError as error:
        raise SourceError(f"The positions of {flow.name} cannot be read: {error}.") from None


def _existing(flow: Flow, folder: Path) -> Target | None:
    """Returns the target of a flow; None if its stream does not exist yet."""
    try:
        return open_target(flow, folder, create=False)
    except StreamNotFoundError:
        return None


def open_target(flow: Flow, folder: Path, *, create: bool = True) -> Target:
    """Returns the stream of a flow, made if it is absent. Raises StreamError."""
    stream = open_stream(flow.stream)
    try:
        stream.describe()
    except StreamNotFoundError:
        if not create:
            raise
        try:
            stream.create()
            _say(f"Created the stream {stream.name} with 1 shard.")
        except StreamExistsError:
            pass
    if isinstance(stream, EmbeddedStream):
        return EmbeddedTarget(stream)
    return BesideTarget(stream, folder / f"{flow.stream}-{flow.prefix.strip('/').replace('/', '-')}.json")


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the runner has no other way to the terminal
