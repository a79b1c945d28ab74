"""Has the patterns of common logs. Each runs in linear time: no two parts beside each other can match the same text.

The names of the fields are those of Kinesis Agent.
"""

import re
from typing import NamedTuple

# Inside quotes a backslash takes the next character with it, as Apache writes \" and \\.
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_COMMON = rf"(\S+) (\S+) ([^\[ ][^\[]*) \[([^\]]+)\] {_QUOTED} (\d+|-) (\d+|-)"
_PROGRAM = r"([^\s:\[]+)(?:\[(\d+)\])?: ?(.*)"
_FACILITY = r"(?:<\d+(?:\.\d+)?> )?"
_COMMON_FIELDS = ("host", "ident", "authuser", "datetime", "request", "response", "bytes")
_SYSLOG_FIELDS = ("timestamp", "hostname", "program", "processid", "message")


class LogFormat(NamedTuple):
    """Describes a kind of log."""

    pattern: re.Pattern[bytes]
    fields: tuple[str, ...]
    dash_is_null: bool = False  # a field of "-" is absent


def _format(pattern: str, fields: tuple[str, ...], *, dash_is_null: bool = False) -> LogFormat:
    return LogFormat(re.compile(pattern.encode(), re.DOTALL), fields, dash_is_null)


FORMATS = {
    "COMMONAPACHELOG": _format(rf"{_COMMON}(?: .*)?", _COMMON_FIELDS, dash_is_null=True),
    "COMBINEDAPACHELOG": _format(
        rf"{_COMMON} {_QUOTED} {_QUOTED}(?: .*)?", (*_COMMON_FIELDS, "referer", "agent"), dash_is_null=True
    ),
    # Apache 2.4 writes [core:error] [pid 1:tid 2] [client …]; the client is absent in messages of the server itself.
    "APACHEERRORLOG": _format(
        r"\[([^\]]+)\] \[(?:([\w-]*):)?(\w+)\] \[pid (\d+)(?::tid (\d+))?\] (?:\[client ([^\]]+)\] )?(.*)",
        ("timestamp", "module", "severity", "processid", "threadid", "client", "message"),
        dash_is_null=True,
    ),
    "SYSLOG": _format(
        rf"([A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?) {_FACILITY}(\S+) {_PROGRAM}", _SYSLOG_FIELDS
    ),
    "RFC3339SYSLOG": _format(
        r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))" + rf" {_FACILITY}(\S+) {_PROGRAM}",
        _SYSLOG_FIELDS,
    ),
}
