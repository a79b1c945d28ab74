"""Parses the STREAM_URL of an embedded stream: embedded:PATH?limits=kinesis&faults=throttle:0.05,partial:0.1&seed=7.

A folder in PATH may have a ? in its name: options never hold a /.
"""

import random
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

from streams.backends.embedded.limits import Faults, LimitedStream
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import StreamError

SCHEME = "embedded"


class EmbeddedUrl(NamedTuple):
    """Holds the parts of the URL."""

    path: Path
    limited: bool = False  # by the limits of Kinesis
    faults: Faults = Faults()
    seed: int | None = None  # seed of the random faults


def parse_embedded(url: str) -> EmbeddedUrl:
    """Parses the URL. Raises StreamError in words for people."""
    scheme, _, rest = url.partition(":")
    path, mark, query = rest.rpartition("?")
    if not mark or "/" in query:
        path, query = rest, ""
    if scheme != SCHEME or not path:
        raise StreamError(f"STREAM_URL is {url!r}; it should be embedded:PATH of an SQLite file, or kinesis://REGION.")
    options = dict(parse_qsl(query, keep_blank_values=True))
    limits, faults, seed = (options.pop(name, "") for name in ("limits", "faults", "seed"))
    if options or limits not in ("", "kinesis") or not re.fullmatch("[0-9]{0,18}", seed):
        raise StreamError(
            f"STREAM_URL is {url!r}; its options are limits=kinesis, faults=NAME:PROBABILITY,… and seed=NUMBER."
        )
    return EmbeddedUrl(Path(path), bool(limits), _faults(faults), int(seed) if seed else None)


def open_embedded(url: str, name: str) -> EmbeddedStream:
    """Opens the named stream in the store of the URL. Raises StreamError."""
    path, limited, faults, seed = parse_embedded(url)
    if not limited and faults == Faults():
        return EmbeddedStream(path, name)
    return LimitedStream(path, name, limited=limited, faults=faults, chance=random.Random(seed))  # noqa: S311 - not secret


def _faults(text: str) -> Faults:
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, probability = part.partition(":")
        if name not in Faults._fields or not re.fullmatch(r"0?\.[0-9]+|[01]", probability):
            raise StreamError(
                f"STREAM_URL has the fault {part!r}; it should be throttle, partial, slow or expire with a number from"
                " 0 to 1, such as throttle:0.05."
            )
        found[name] = float(probability)
    return Faults(**found)
