"""Keeps live boards from look to look, and builds a panel anew after a commit of its stream.

Things that change seldom are looked up every few seconds: which data there are, and the streams of applications.
"""

from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from dashboard.boards import panels
from dashboard.boards.asking import PanelError, Sources
from dashboard.boards.spec import Content, Panel
from dashboard.held.looks import one_look
from dashboard.ranges import Span
from streams.core import topics
from streams.models.progress import read_versions

MOVES = 5  # seconds after which a live range has moved on, though no record came
MOST = 100  # ranges and values of one board


class Built(NamedTuple):
    """Holds a panel's snapshot, and the state from which it was built."""

    version: int | None  # version of the panel's topic; None if the panel has no topic
    moves: int  # number of the time of MOVES seconds
    snapshot: dict[str, Any]


class KeptPanels:
    """Keeps the panels of one board as they were built last, for each range and value of its topics."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._lock = Lock()
        self._sources, self._moves = Sources(), 0
        self._built: dict[tuple[str, str, str], list[Built]] = {}  # in the order of use

    def panels(self, span: Span, value: str, now: datetime) -> list[dict[str, Any]]:
        """Returns the snapshots of the panels for a live range."""
        with self._lock, one_look():
            self._look_up(int(now.timestamp()) // MOVES)
            versions = read_versions()  # before the rows are read
            key = span.text, value, str(span.zone)
            before: list[Built] | list[None] = self._built.pop(key, [None] * len(self._content.panels))
            found = [
                self._current(panel, kept, versions, (span, value))
                for panel, kept in zip(self._content.panels, before, strict=True)
            ]
            self._built[key] = found
            while len(self._built) > MOST:
                del self._built[next(iter(self._built))]
        return [each.snapshot for each in found]

    def _look_up(self, moves: int) -> None:
        if moves != self._moves:
            self._sources, self._moves = Sources(), moves
        self._sources.forget_progress()

    def _current(self, panel: Panel, kept: Built | None, versions: dict[str, int], shown: tuple[Span, str]) -> Built:
        version = versions.get(topic_of(panel, self._sources))
        if kept and (kept.version, kept.moves) == (version, self._moves):
            return kept
        span, value = shown
        return Built(version, self._moves, panels.panel(panel, span, self._content.variable, value, self._sources))


def topic_of(panel: Panel, sources: Sources) -> str:
    """Returns the topic of the commits that change a panel's rows; "" for a panel without data, which says why."""
    dataset = sources.datasets.get(panel.data)
    try:
        return topics.of(dataset.application, sources.stream(dataset.application, panel.stream)) if dataset else ""
    except PanelError:
        return ""
