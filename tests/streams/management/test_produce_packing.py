"""When produce packs many records in one."""

import pytest

from streams.backends.base import Stream
from streams.core.records import TRIM_HORIZON
from streams.management.commands import produce
from tests.fakes import MemoryStream
from tests.packing import deaggregate


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> MemoryStream:
    """A stream of two shards that returns the places of its records, as Kinesis does; produce opens it."""
    stream = MemoryStream()
    stream.create(2)
    monkeypatch.setattr(produce, "open_stream", lambda name: stream)
    return stream


def packed(stream: MemoryStream, *words: str) -> bool:
    """Whether 40 trades went into fewer records."""
    with pytest.raises(SystemExit) as end:
        produce.Command().run_from_argv(["manage.py", "produce", "trades", "--count", "40", *words])
        raise SystemExit(0)
    assert end.value.code == 0
    pages = [stream.read(shard.id, TRIM_HORIZON, 100) for shard in stream.describe().shards]
    records = [record for page in pages for b in page.batches for record in zip(b.keys, b.datas, strict=True)]
    assert sum(len(deaggregate(*record) or [record]) for record in records) == 40
    return len(records) < 40


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--rate", "2000"], False),
        (["--rate", "2001"], True),
        (["--rate", "0"], True),
        (["--rate", "2000", "--aggregate"], True),
    ],
)
def test_records_are_packed_on_request_or_when_the_shards_are_full(
    stream: MemoryStream, words: list[str], expected: bool
) -> None:
    assert packed(stream, *words) == expected


def test_stream_that_stores_batches_is_used_without_packing() -> None:
    class Plain(MemoryStream):
        put_located = None  # type: ignore[assignment]

    plain: Stream = Plain()
    assert produce._packing(plain, 0, asked=True) is plain
