"""Tests the STREAM_URL of an embedded stream and the refusals of invalid ones."""

from pathlib import Path

import pytest

from streams.backends.embedded.limits import Faults, LimitedStream
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.url import EmbeddedUrl, open_embedded, parse_embedded
from streams.core.records import TRIM_HORIZON, StreamError


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("embedded:var/streams.sqlite3", EmbeddedUrl(Path("var/streams.sqlite3"))),
        ("embedded:/a b/%20", EmbeddedUrl(Path("/a b/%20"))),
        ("embedded:/a?b#c/x", EmbeddedUrl(Path("/a?b#c/x"))),
        ("embedded:/a?b/x?seed=7", EmbeddedUrl(Path("/a?b/x"), seed=7)),
        ("embedded:x?limits=kinesis", EmbeddedUrl(Path("x"), limited=True)),
        ("embedded:x?faults=throttle:0.05,expire:1&seed=7", EmbeddedUrl(Path("x"), False, Faults(0.05, 0, 0, 1), 7)),
        ("embedded:x?limits=&faults=&seed=", EmbeddedUrl(Path("x"))),
    ],
)
def test_url_names_the_file_and_its_options(url: str, found: EmbeddedUrl) -> None:
    assert parse_embedded(url) == found


@pytest.mark.parametrize(
    "url",
    [
        *["", "embedded", "embedded:", "embedded:?limits=kinesis", "redis://localhost"],
        *["embedded:x?limits=other", "embedded:x?colour=red", "embedded:x?seed=-1", "embedded:x?seed=many"],
        *["embedded:x?faults=throttle", "embedded:x?faults=throttle:2", "embedded:x?faults=fire:0.5"],
        *["embedded:x?faults=slow:nan", "embedded:x?faults=slow:1e-3", "embedded:x?faults=throttle:0.1;slow:1"],
    ],
)
def test_invalid_url_is_one_sentence(url: str) -> None:
    with pytest.raises(StreamError, match=r"^STREAM_URL (is|has) .*; .*\.$"):
        parse_embedded(url)


def test_limits_and_faults_are_off_by_default(tmp_path: Path) -> None:
    url = f"embedded:{tmp_path}/streams.sqlite3"
    assert type(open_embedded(url, "trades")) is EmbeddedStream
    assert type(open_embedded(f"{url}?limits=kinesis", "trades")) is LimitedStream
    assert type(open_embedded(f"{url}?faults=slow:0.1", "trades")) is LimitedStream


def test_one_file_may_be_opened_with_limits_and_without(tmp_path: Path) -> None:
    url = f"embedded:{tmp_path}/streams.sqlite3"
    plain, limited = open_embedded(url, "trades"), open_embedded(f"{url}?limits=kinesis", "trades")
    plain.create()
    limited.put([("a", b"1")])
    plain.put([("a", b"2")])
    [first, second] = [data for b in limited.read("shardId-000000000000", TRIM_HORIZON, 9).batches for data in b.datas]
    assert (first, second) == (b"1", b"2")
    plain.delete()
