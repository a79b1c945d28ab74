"""Declares the source of lines."""

from common.later import later
from streams.applications import SourceKind

SOURCE = SourceKind(
    name="lines",
    help="lines of a file or of standard input (JSON, CSV or plain text)",
    open=later("ingest.files.source:open_source"),
    add_options=later("ingest.files.options:add_options"),
    names_stream=False,
    rate=0,
    makes_up=False,
)
