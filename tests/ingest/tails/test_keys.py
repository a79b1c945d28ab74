"""Partition keys come from the data, or from its content."""

from hashlib import md5
from unittest.mock import patch

import pytest

from common.expressions import compiled
from ingest.tails import keys
from ingest.tails.tallies import Tally

LINES = {
    '{"user":{"id":"u1"},"x":[1,2]}': "u1",
    '{"x":{"id":"no"},"user":{"a":{},"id":17}}': "17",
    '{"user":{"id":1.50}}': "1.50",
    '{"user":{"id":true}}': "true",
    '{"user":{"id":"a\\"b\\u00e9"}}': 'a"bé',
}
WITHOUT = ['{"user":{"id":null}}', '{"user":"u1"}', '{"user":{"id":""}}', '{"user":{}}', "{", "[]", "no JSON",
           '{"x":' + "[" * 5000 + "]" * 5000 + ',"user":{"id":1}}', '{"user":{"id":"\\ud800"}}',
           '{"user":{"id":"' + "x" * 257 + '"}}', '{"user":{"id":{"a":1}}}']  # fmt: skip


@pytest.mark.parametrize(("line", "key"), LINES.items())
def test_key_of_a_field_is_its_text(line: str, key: str) -> None:
    assert keys.from_field("user.id")([line.encode()], "", Tally()) == [key]


@pytest.mark.parametrize("line", WITHOUT)
def test_record_without_the_field_gets_the_key_of_its_content_and_is_counted(line: str) -> None:
    tally = Tally()
    assert keys.from_field("user.id")([line.encode()], "", tally) == [md5(line.encode()).hexdigest()]
    assert tally.keyless == 1


def test_key_of_a_field_of_any_name_is_its_text() -> None:
    lines = [b'{"a\\"b":{"c\\\\":"k"}}', b'{"a\\"b":{"c\\\\":null}}', b'{"a\\"b":1}', b"[]", b"[" * 5000]
    tally = Tally()
    assert keys.from_field('a"b.c\\')(lines, "", tally) == ["k", *map(keys.by_content, lines[1:])]
    assert tally.keyless == 4


def test_key_of_a_pattern_is_its_group() -> None:
    key = keys.from_pattern(compiled(r"user=(\w+)", searched=True))
    assert key([b"a user=bob", b"user="], "", Tally()) == ["bob", keys.by_content(b"user=")]


def test_key_of_a_text_names_host_and_file() -> None:
    with patch("socket.gethostname", return_value="web-1"):
        assert keys.from_text("{host}/{file}")([b"1", b"2"], "/var/log/a.log", Tally()) == ["web-1/a.log"] * 2


def test_random_keys_differ() -> None:
    assert len(set(keys.at_random([b"same"] * 100, "", Tally()))) == 100
