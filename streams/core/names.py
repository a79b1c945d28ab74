"""Checks the names of streams, partition keys, tickers and sites. All code that accepts such a name calls this module.

Each `…_fault` returns the reason against a name as a sentence for people, or "" if the name is allowed.
Kinesis' rules are from the Amazon Kinesis API reference: CreateStream (StreamName) and PutRecord (PartitionKey).
"""

import re

from common.text import quoted

MOST_STREAM = 128  # characters, Kinesis' limit
MOST_KEY = 256  # characters, Kinesis' limit: up to 1,024 bytes of UTF-8
# Tickers and sites are partition keys, so they have the same limit; their columns are as wide.
MOST_NAME = MOST_KEY

_STREAM = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def is_stream(name: str) -> bool:
    """Returns whether Kinesis would accept the name for a stream."""
    return _STREAM.fullmatch(name) is not None


def stream_fault(name: str) -> str:
    """Returns the reason against a stream name."""
    if is_stream(name):
        return ""
    return f"{quoted(name)} is not a stream's name: 1 to {MOST_STREAM} letters, digits, '_', '.' or '-'."


def key_fault(key: str) -> str:
    """Returns the reason against a partition key."""
    if 1 <= len(key) <= MOST_KEY:
        return ""
    return f"A partition key has 1 to {MOST_KEY} characters; this one has {len(key)}."


def is_name(name: str) -> bool:
    """Returns whether a ticker or a site can have this name: printable, of 1 to 256 characters, no space at its ends.

    `str.isprintable` refuses control characters, lone surrogates, direction marks and every space but U+0020.
    Spaces at the end are refused because MariaDB compares text without them, so that two names would be one.
    """
    return 1 <= len(name) <= MOST_NAME and name.isprintable() and name[0] != " " and name[-1] != " "


def name_fault(name: str, noun: str) -> str:
    """Returns the reason against the name of a ticker or a site; `noun` is the word for it, such as "site"."""
    if is_name(name):
        return ""
    if not name.isprintable():
        return f"{noun} has characters that cannot be printed."
    if not 1 <= len(name) <= MOST_NAME:
        return f"{noun} has 1 to {MOST_NAME} characters; this one has {len(name)}."
    return f"{noun} is {quoted(name)}; it must have no space at its ends."


def folded(name: str) -> str:
    """Returns the case-insensitive form of a ticker, by which it is found; it is at most as long as a name may be."""
    return name.casefold()[:MOST_NAME]
