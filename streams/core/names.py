"""Says what a stream, a partition key, a ticker and a site may be called; everything that takes such a name asks here.

Each `…_fault` returns the reason why a name will not do as a sentence for people, or "" for one that will.
Kinesis' rules are from the Amazon Kinesis API reference: CreateStream (StreamName) and PutRecord (PartitionKey).
"""

import re

from common.text import quoted

MOST_STREAM = 128  # characters, as Kinesis has it
MOST_KEY = 256  # characters, as Kinesis has it: up to 1,024 bytes of UTF-8
# A ticker and a site are partition keys, so they have as many characters; the columns that keep them are as wide.
MOST_NAME = MOST_KEY

_STREAM = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def is_stream(name: str) -> bool:
    """Returns whether Kinesis would take the name for a stream."""
    return _STREAM.fullmatch(name) is not None


def stream_fault(name: str) -> str:
    """Returns why a stream cannot have this name."""
    if is_stream(name):
        return ""
    return f"{quoted(name)} is not a stream's name: 1 to {MOST_STREAM} letters, digits, '_', '.' or '-'."


def key_fault(key: str) -> str:
    """Returns why a record cannot have this partition key."""
    if 1 <= len(key) <= MOST_KEY:
        return ""
    return f"A partition key has 1 to {MOST_KEY} characters; this one has {len(key)}."


def is_name(name: str) -> bool:
    """Returns whether a ticker or a site can have this name: printable, of 1 to 256 characters, no space at its ends.

    `str.isprintable` refuses control characters, lone surrogates, direction marks and every space but U+0020.
    Spaces at the end are refused because MariaDB compares text without them, so that two names would be one.
    """
    return 1 <= len(name) <= MOST_NAME and name.isprintable() and name[0] != " " and name[-1] != " "


def name_fault(name: str, what: str) -> str:
    """Returns why a ticker or a site cannot have this name; `what` is the word for it, such as "site"."""
    if is_name(name):
        return ""
    if not name.isprintable():
        return f"{what} has characters that cannot be printed."
    if not 1 <= len(name) <= MOST_NAME:
        return f"{what} has 1 to {MOST_NAME} characters; this one has {len(name)}."
    return f"{what} is {quoted(name)}; it must have no space at its ends."


def folded(name: str) -> str:
    """Returns the form under which a ticker is found whatever its case, at most as long as a name may be."""
    return name.casefold()[:MOST_NAME]
