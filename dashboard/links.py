"""Makes the addresses of pages that are about a name out of a record; nothing else builds one from data.

A name may hold anything that can be printed. In a path, proxies merge slashes and browsers resolve dots, so a path has
only names of plain characters, and every other name goes into the query.
"""

import re
from urllib.parse import urlencode

from django.urls import reverse

# Neither "." nor ".." nor anything that a proxy, a browser or a shell reads in its own way.
_PLAIN = re.compile(r"[A-Za-z0-9^][A-Za-z0-9._^=&-]{0,63}")

# Parts of an address that a stream's name would hide.
_TAKEN = frozenset({"act", "dead-letters", "forget", "new", "record", "records", "stream"})


def to_stream(stream: str, view: str = "stream") -> str:
    """Returns the address of a stream's page, or of another view of it."""
    if view == "stream" and _PLAIN.fullmatch(stream) and stream not in _TAKEN:
        return reverse(view, args=[stream])
    return asking(f"{view}-by-name", stream=stream)


def to_act(act: str, stream: str, **query: str) -> str:
    """Returns the address of the page that changes a stream."""
    return f"{reverse('stream-act', args=[act])}?{urlencode({'stream': stream, **query})}"


def to_records(stream: str, view: str = "records", **query: str) -> str:
    """Returns the address of the page with a stream's records, or of another view of the whole stream.

    `query` has the parameters of dashboard.operators.inspector, such as `from` and `key`.
    """
    if _PLAIN.fullmatch(stream):
        return asking(view, stream, **query)
    return asking(f"{view}-by-name", stream=stream, **query)


def to_record(stream: str, shard: str, sequence: int, view: str = "record") -> str:
    """Returns the address of the page of one record, or of another view of it."""
    if _PLAIN.fullmatch(stream) and _PLAIN.fullmatch(shard):
        return reverse(view, args=[stream, shard, sequence])
    return asking(f"{view}-by-name", stream=stream, shard=shard, sequence=str(sequence))


def is_plain(name: str) -> bool:
    """Returns whether an address has the name in its path."""
    return _PLAIN.fullmatch(name) is not None


def stream_parameters(application: str, stream: str) -> dict[str, str]:
    """Returns the parameters that keep an address on a stream: none on the application's own."""
    return {} if stream == application else {"stream": stream}


def asking(view: str, *names: str, **query: str) -> str:
    return f"{reverse(view, args=names)}?{urlencode(query)}".removesuffix("?")
