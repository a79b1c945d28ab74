"""Exports the parts of `streams` that the dashboard may use besides the models and core.

The dashboard knows neither backends nor workers. It imports this module, `streams.models`, `streams.core` and the
registry `streams.applications`, and import-linter holds it to that.
"""

from streams import changes, overview
from streams.coordination.process_identity import on_this_machine
from streams.operations import deadletters
from streams.operations.deadletters import Choice, Group, Letters
from streams.operations.lag_curve import lags
from streams.operations.retention import forget_reader
from streams.wiring import (
    count_waiting,
    inspect_stream,
    is_kinesis,
    names_for_a_look,
    open_stream,
    read_record,
    stream_names,
)

__all__ = [
    "Choice",
    "Group",
    "Letters",
    "changes",
    "count_waiting",
    "deadletters",
    "forget_reader",
    "inspect_stream",
    "is_kinesis",
    "lags",
    "names_for_a_look",
    "on_this_machine",
    "open_stream",
    "overview",
    "read_record",
    "stream_names",
]
