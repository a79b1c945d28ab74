"""JSON lines as records: their bytes, their keys, and the lines that are skipped."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.base import SourceError
from tests.ingest.files.opened import all_of, opened, read

KEYS: dict[str, tuple[bytes, str, str]] = {  # by name: a line, a path, the key
    "a text": (b'{"id": "caf\xc3\xa9"}', "id", "caf\u00e9"),
    "an escaped text": (rb'{"id": "\u00e9\n\ud83d\ude00"}', "id", "\u00e9\n\U0001f600"),
    "a number": (b'{"id": 42}', "id", "42"),
    "a number as it is written": (b'{"id": 1.10 }', "id", "1.10"),
    "a huge number": (b'{"id":123456789012345678901234567890}', "id", "123456789012345678901234567890"),
    "a boolean": (b'{"id":true}', "id", "true"),
    "a nested field": (b'{"a":{"b":{"c":"x"}}}', "a.b.c", "x"),
    "an index": (b'{"items": [{"id": 1}, {"id": "two"}]}', "items.1.id", "two"),
    "a field of digits": (b'{"0": "zero"}', "0", "zero"),
    "an item of a bare array": (b'[1, "b"]', "1", "b"),
    "a name with a dot": (b'{"a.b": "x", "a": {"b": "y"}}', r"a\.b", "x"),
    "a name with a quote": (rb'{"a\"": 1}', 'a"', "1"),
    "the last of two": (b'{"id":"x","id":"y"}', "id", "y"),
}


@pytest.mark.parametrize("name", KEYS)
def test_the_key_is_read_from_the_field(name: str, tmp_path: Path) -> None:
    line, path, key = KEYS[name]
    assert read(tmp_path / "a.jsonl", "--key", path, "--format", "json", data=line + b"\n") == ([(key, line)], [])


BAD = {
    b'{"id":"a"': "it is not JSON (Input data was truncated)",
    b'{"id":"a"}}': "it is not JSON (trailing characters (byte 11))",
    b'{"id":NaN}': "it is not JSON (invalid character (byte 6))",
    b'{"id":"a","z":"\xff"}': "it is not UTF-8 (byte 15; say --encoding if all lines are)",
    b'{"id":"a\x00"}': "it is not JSON (invalid character (byte 8))",
    b"plain": "it is not JSON (invalid character (byte 0))",
    b'{"i":"a"}': "it has no field 'id' (there are: 'i')",
    b"[1]": "it has no field 'id'",
    b'"id"': "it has no field 'id'",
    b'{"id":null}': "its field 'id' is null, which is no key",
    b'{"id":{"a":1}}': "its field 'id' is an object, which is no key",
    b'{"id":[]}': "its field 'id' is an array, which is no key",
    b'{"id":""}': "its partition key has not 1 to 256 characters (0 characters)",
    b'{"id":"%s"}' % (b"k" * 257): "its partition key has not 1 to 256 characters (257 characters)",
    rb'{"id":"\ud800"}': "it is not JSON (Input data was truncated)",
    b'{"id":1,"a":%s1%s}' % (b"[" * 9999, b"]" * 9999): "it is JSON of too many levels",
    b'{"id":"a","z":"%s"}' % bytes(1 << 20).replace(b"\0", b"z"): (
        "its record is larger than 1,048,576 bytes with its key (1,048,594 bytes)"
    ),
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:20].decode("latin-1"))
def test_a_bad_line_is_told_by_its_number_and_skipped(line: bytes, tmp_path: Path) -> None:
    good = b'{"id":"a"}'
    entries, said = read(tmp_path / "a.jsonl", "--key", "id", "--format", "json", data=b"\n".join([good, line, good]))
    assert entries == [("a", good)] * 2
    assert said == [f"FILE, line 2: {BAD[line]}; the line is skipped."]


def test_lines_come_byte_by_byte_without_their_ends(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf {"a" : 1} \r\n\n \t\r\n{"a":"\xc3\xa9\r"}\n[ ]'.replace(b'\r"', b'"')
    entries, said = read(tmp_path / "a.jsonl", "--random-key", "--format", "json", data=data)
    assert [line for _, line in entries] == [b' {"a" : 1} ', b'{"a":"\xc3\xa9"}', b"[ ]"]
    assert (len({key for key, _ in entries}), said) == (3, [])


def test_random_keys_are_told_and_the_same_for_each_seed(tmp_path: Path) -> None:
    first, said = read(tmp_path / "a.json", data=b"{}\n" * 9)
    assert said == [
        "FILE is read as JSON lines, judged by its name; --format names another.",
        "FILE has records with random partition keys; --key FIELD takes them from a field.",
    ]
    assert first == all_of(opened(tmp_path / "a.json"), limit=2)


@pytest.mark.parametrize("data", [b'[\n{"a":1}\n]', b'{\n "a": 1\n}\n', b'[{"a":1},{"a":2}]\n'])
def test_json_that_is_no_line_each_is_refused_with_the_remedy(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"line.*jq -c"):
        read(tmp_path / "a.json", data=data)


@pytest.mark.parametrize("path", ["", "a..b", ".", ".".join("a" * 33)])
def test_a_path_without_names_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a path of 1 to 32 names"):
        read(tmp_path / "a.json", "--key", path, data=b"{}\n")


def test_keys_of_all_kinds_in_one_file(tmp_path: Path) -> None:
    keys = [b"1", b"-2.50e+1", b"true", b" 3 ", b'"4"', b'"\\u0035\\n6"']
    for some in (keys[:3], keys[:4], keys, keys[4:]):
        lines = [b'{"a":{"b":%s}}' % key for key in some * 2]
        entries, _ = read(tmp_path / "a.jsonl", "--key", "a.b", data=b"\n".join(lines))
        expected = [("5\n6" if b"u0035" in key else key.strip(b' "').decode()) for key in some * 2]
        assert entries == list(zip(expected, lines, strict=True))


VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abé0"), inner, max_size=3),
    max_leaves=6,
)
LINE = st.builds(
    lambda value, ascii_only, blanks: blanks + json.dumps(value, ensure_ascii=ascii_only).encode() + blanks,
    VALUE, st.booleans(), st.sampled_from([b"", b" "]),
)  # fmt: skip
GARBAGE = st.binary(max_size=12).map(lambda data: data.replace(b"\n", b""))


def naive(line: bytes, path: str) -> str | None:
    """Returns the key of a line by Python's own json, None for a bad line."""
    try:
        value: Any = json.loads(line.decode(), parse_constant=lambda _: 1 / 0, parse_int=Number, parse_float=Number)
        for step in path.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (ValueError, LookupError, TypeError, ZeroDivisionError):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) and 1 <= len(value) <= 256 else None


class Number(str):
    """A number as it is written; it has no fields."""

    def __getitem__(self, _: Any) -> Any:
        raise TypeError


@given(lines=st.lists(LINE | GARBAGE, max_size=30), path=st.sampled_from(["a", "a.b", "b.0", "0.a", "é"]))
def test_keys_and_bytes_are_those_of_a_naive_reader(lines: list[bytes], path: str) -> None:
    with TemporaryDirectory() as folder:
        entries, _ = read(Path(folder) / "a", "--format", "json", "--key", path, data=b"[0]\n" + b"\n".join(lines))
    stripped = [line.removesuffix(b"\r") for line in lines]
    expected = [(key, line) for line in stripped if (key := naive(line, path)) is not None]
    assert entries == expected
