"""Sample records are read as `archive replay` and `streams tail --json` print them."""

from pathlib import Path

import pytest

from sql.folder import FolderError
from sql.offline.records import Sample, read


def test_read_takes_the_bytes_and_the_key_of_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(
        '{"arrived": 7, "key": "a", "data": {"n": 1}}\n'
        '{"shard": "s", "sequence": "1", "partition_key": "b", "arrived": 8, "data_base64": "/w=="}\n'
    )
    assert list(read(path)) == [Sample(7, "a", b'{"n": 1}'), Sample(8, "b", b"\xff")]


@pytest.mark.parametrize("line", ['{"arrived": 7}', '{"arrived": 7, "data_base64": "?"}'])
def test_read_refuses_a_line_without_data(tmp_path: Path, line: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(line)
    with pytest.raises(FolderError, match="line 1 is no record: it has neither data nor a data_base64"):
        list(read(path))
