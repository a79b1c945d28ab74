"""Starts the instrumentation of a process once it runs: after a fork, since threads do not survive one."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

from monitoring import errors, recorder, tracing


def begin(gauges: Mapping[str, Callable[[], float]] | None = None) -> None:
    """Starts the recorder and the exporters. `gauges` are figures that only this process knows, by name."""
    errors.begin()
    tracing.begin()
    recorder.begin(gauges)


def begin_after_fork() -> None:
    """Starts at once; where uWSGI loads us before it forks (without lazy-apps), in each worker once it runs."""
    if "uwsgi" in sys.modules and not import_module("uwsgi").worker_id():
        import_module("uwsgidecorators").postfork(begin)
    else:
        begin()
