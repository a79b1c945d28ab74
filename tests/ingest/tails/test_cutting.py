"""Records are cut from bytes: against a naive cut of the whole text, in any pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tails import cutting
from ingest.tails.cutting import Rules, State, cut

START = re.compile(rb"\[")
MOST = 40


@pytest.fixture(autouse=True)
def short_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_DATA", MOST)
    monkeypatch.setattr(cutting, "MOST_MATCHED", 8)


def naive(text: bytes, rules: Rules, headers: int) -> list[bytes]:
    lines = text.removesuffix(b"\n").split(b"\n")[headers:] if text else []
    if rules.start is None:
        return [cutting.cut_off(line, rules.terminator) for line in lines]
    blocks: list[list[bytes]] = []
    for line in lines:
        if not blocks or rules.start.match(line):
            blocks.append([])
        blocks[-1].append(line)
    return [cutting.cut_off(b"\n".join(block), rules.terminator) for block in blocks]


def by_pieces(text: bytes, sizes: list[int], rules: Rules, headers: int) -> list[bytes]:
    """Cuts as the tailer does: from the position on, as much as there is so far."""
    state, place, end, records = State(headers), 0, 0, []
    for size in [*sizes, len(text)]:
        end = min(len(text), end + size)
        while True:
            piece = text[place : min(end, place + 3 * MOST)]
            last = end == len(text) and place + len(piece) == end
            found = cut(piece, state, rules, final=last)
            records += found.records
            place, state = place + found.consumed, found.state
            if not found.consumed:
                break
    return records


lines = st.lists(st.sampled_from([b"a", b"[b", b"", b"[" + b"c" * 50, b"d" * 130, b"e e"]), max_size=12)


@given(lines, st.lists(st.integers(1, 90), max_size=12), st.integers(0, 2), st.booleans())
def test_cut_gives_the_records_of_the_whole_text(
    parts: list[bytes], sizes: list[int], headers: int, blocks: bool
) -> None:
    text = b"\n".join([*parts, b""]) if parts else b""
    rules = Rules(START if blocks else None, b"~")
    assert by_pieces(text, sizes, rules, headers) == naive(text, rules, headers)


def test_cut_keeps_the_newline_when_asked() -> None:
    assert cut(b"a\n\nb", State(), Rules(newline=True)).records == [b"a\n", b"\n"]


def test_cut_takes_windows_line_ends() -> None:
    assert cut(b"a\r\nb\r\nc", State(), Rules()) == ([b"a", b"b"], 6, State(), 0)


def test_cut_ends_a_long_record_with_the_terminator_and_counts_it() -> None:
    found = cut(b"x" * 50, State(), Rules(terminator=b"~"))
    assert found == ([b"x" * 39 + b"~"], 50, State(inside=True), 1)
