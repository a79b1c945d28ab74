"""Records are converted as Kinesis Agent converts them."""

import json
import time
from typing import Any

import pytest

from common.expressions import compiled
from ingest.tails import conversions
from ingest.tails.log_formats import FORMATS
from ingest.tails.tallies import Tally

COMMON = '64.242.88.10 - frank [07/Mar/2004:16:10:02 -0800] "GET /list HTTP/1.1" 200 6291'
HOST = {"host": "64.242.88.10", "ident": None, "authuser": "frank", "datetime": "07/Mar/2004:16:10:02 -0800",
        "request": "GET /list HTTP/1.1", "response": "200", "bytes": "6291"}  # fmt: skip
SYSLOG = {"timestamp": "Oct  5 08:01:02", "hostname": "web-1", "program": "sshd", "processid": "42", "message": "hi: x"}
TIME = "2026-10-05T08:01:02.5+02:00"
ERROR = "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187] File does not"
LOGS = [
    ("COMMONAPACHELOG", COMMON, HOST),
    ("COMBINEDAPACHELOG", COMMON + ' "http://a/" "M \\"x\\""', HOST | {"referer": "http://a/", "agent": 'M \\"x\\"'}),
    ("APACHEERRORLOG", ERROR, {"timestamp": "Fri Sep 09 10:42:29.902022 2011", "module": "core", "severity": "error",
     "processid": "35708", "threadid": "4328636416", "client": "72.15.99.187", "message": "File does not"}),
    ("SYSLOG", "Oct  5 08:01:02 web-1 sshd[42]: hi: x", SYSLOG),
    ("RFC3339SYSLOG", TIME + " web-1 sshd[42]: hi: x", SYSLOG | {"timestamp": TIME}),
]  # fmt: skip


def converted(convert: Any, *records: bytes) -> tuple[list[Any], Tally]:
    tally = Tally()
    return [json.loads(made) for made in convert(list(records), tally)], tally


@pytest.mark.parametrize(("name", "line", "wanted"), LOGS)
def test_log_becomes_the_fields_of_the_agent(name: str, line: str, wanted: dict[str, Any]) -> None:
    assert converted(conversions.log_to_json(name, None, ()), line.encode())[0] == [wanted]


def test_log_that_does_not_match_is_left_out_counted_and_shown() -> None:
    found, tally = converted(conversions.log_to_json("SYSLOG", None, ()), b"no syslog", b"nor this")
    assert (found, tally.unmatched, tally.sample) == ([], 2, "no syslog")


def test_own_pattern_names_its_groups() -> None:
    convert = conversions.log_to_json(None, compiled(r"(\w+) (\d+|-)"), ("word", "number"))
    assert converted(convert, b"a 1", b"b -")[0] == [{"word": "a", "number": "1"}, {"word": "b", "number": None}]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("part", [b" ", b"a ", b'"', b"\\", b"[", b"[a] ", b"1", b'"\\" ', b' [x] "a" 1 '])
def test_formats_take_linear_time_for_hostile_lines(name: str, part: bytes) -> None:
    line = (part * 65_536)[: conversions.MOST_MATCHED]
    began = time.process_time()
    for head in (b"", COMMON.encode()[:30], b"Oct  5 08:01:02 w ", b"[x] [a:b] [pid 1] "):
        conversions.log_to_json(name, None, ())([(head + line)[: conversions.MOST_MATCHED]], Tally())
    assert time.process_time() - began < 1


def test_csv_takes_text_null_for_absent_columns_and_counts_extra_ones() -> None:
    found, tally = converted(conversions.csv_to_json(("a", "b"), ","), b'1,"x, y"\r', b"2", b"3,4,5")
    assert found == [{"a": "1", "b": "x, y"}, {"a": "2", "b": None}, {"a": "3", "b": "4"}]
    assert tally.extra == 1


def test_metadata_stands_beside_the_data() -> None:
    assert converted(conversions.add_metadata({"env": "prod"}), b"line")[0] == [
        {"metadata": {"env": "prod"}, "data": "line"}
    ]


def test_single_line_joins_trimmed_lines() -> None:
    assert conversions.single_line([b'{\n  "a": 1\n}'], Tally()) == [b'{"a": 1}']
