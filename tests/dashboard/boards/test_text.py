"""A board and its text say the same, and no text does harm."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import KINDS, SIZES, Content, Panel, Variable
from dashboard.boards.writing import write
from streams.declarations import FUNCTIONS

FULL = '''
# A comment	with ‮ stays as long as nobody edits the board on its page.
title = "Shops"
description = "Orders as they come"
range = "6h"

[variable]
data = "orders/seconds"
column = "site"

[[panels]]
kind = "number"
title = "Order lines"
size = "S"
data = "orders/seconds"
column = "lines"
function = "sum"
window = "1m"
unit = "lines"

[[panels]]
kind = "text"
text = """
[[panels]]
is no head here"""

[[panels]]
kind = "top"
data = "orders/seconds"
by = "site"
where = { site = ["london", "paris"] }
most = 3
'''
PANEL = 'title = "B"\n[[panels]]\nkind = "lines"\ndata = "d"\n'
MAP = PANEL.replace("lines", "map") + 'lat = "a"\nlon = "b"\nby = "c"\n'
signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
line = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20)
words = st.text(signs, min_size=1, max_size=40)
filters = st.dictionaries(
    st.text(signs, max_size=9), st.lists(st.text(signs, max_size=9), min_size=1, max_size=3), max_size=3
)
panels = st.builds(
    Panel,
    kind=st.sampled_from(KINDS),
    title=line,
    size=st.sampled_from(SIZES),
    data=line.filter(bool),
    stream=line,
    column=line.filter(bool),
    function=st.sampled_from(FUNCTIONS),
    by=line.filter(bool),
    where=filters,
    window=st.sampled_from(["", "10s", "1m", "12h"]),
    unit=line,
    most=st.integers(0, 100),
    lat=line.filter(bool),
    lon=line.filter(bool),
    trail=st.integers(0, 240),
    text=words,
)
variables = st.none() | st.builds(Variable, data=line, column=line, label=line)
contents = st.builds(
    Content,
    title=line.filter(bool),
    description=line,
    range=st.sampled_from(["1h", "now-1d", "2026-11-22T14:00Z..2026-11-22T15:00Z"]),
    variable=variables,
    panels=st.lists(panels, max_size=4),
)


@given(contents)
def test_board_is_the_same_after_it_was_written_and_read(content: Content) -> None:
    text = write(content)
    assert read(text) == content
    assert write(read(text)) == text


def test_text_of_many_dots_is_the_same_after_it_was_written_and_read() -> None:
    dotted = Panel(kind="text", text="\n." * 3 + "." * 3_000, where={".": ["." * 200] * 9})
    content = Content(title="B", panels=[dotted])
    assert read(write(content)) == content


def test_text_is_read_with_its_defaults() -> None:
    found = read(FULL)
    assert (found.title, found.range, [panel.kind for panel in found.panels]) == (
        "Shops",
        "6h",
        ["number", "text", "top"],
    )
    assert found.panels[2] == Panel(
        kind="top", data="orders/seconds", by="site", where={"site": ["london", "paris"]}, most=3
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('title = "B"\nrange = ', 2, "This is no TOML: Invalid value"),
        ('title = "B"\n[[panels]]\nkind = "pie"\n', 3, "Invalid enum value 'pie' in kind"),
        (PANEL + 'colour = "red"\n', 5, "The panel contains unknown field `colour`"),
        (PANEL + PANEL.partition("\n")[2] + "most = 101\n", 8, "Panel 2: most is at most 100; only a map takes more"),
        (MAP + "most = 5001\n", 8, "Expected a whole number <= 5000 in most"),
        (MAP + "trail = 241\n", 8, "Expected a whole number <= 240 in trail"),
        (PANEL.replace("lines", "map"), 2, "Panel 1, of the kind map, needs lat"),
        (PANEL + 'window = "soon"\n', 5, "Panel 1: 'soon' is no window such as 10s, 1m, 6h or 1d"),
        (PANEL + 'function = "sum"\n', 5, "Panel 1 needs a column for its function sum"),
        ('title = "B"\n\n[[panels]]\nkind = "top"\ndata = "d"\n', 3, "Panel 1, of the kind top, needs by"),
        ('range = "1h"\n', 0, "The board missing required field `title`"),
        ('title = "a\\nb"\n', 1, "The title holds a character that cannot be shown on one line"),
        ('title = "B"\nrange = "lately"\n', 2, "is no range such as 6h"),
        ("title = " + "9" * 5000, 0, "This is no TOML: "),
        ('title = "B"\na = ' + "[" * 20_000, 0, "This is no TOML: it is nested too deeply"),
        ('title = "B"\n' + "[[panels]]\nkind = 'text'\ntext = 'a'\n" * 25, 0, "Expected a list of length <= 24"),
        ('title = "' + "x" * 70_000 + '"', 0, "A board's text has at most 64 KiB"),
        ('title = "' + "x" * 121 + '"', 1, "Expected a text of length <= 120"),
        (PANEL + 'where = { a = ["\\u0000"] }\n', 2, "Panel 1 holds a NUL character"),
    ],
)
def test_bad_text_is_refused_at_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(BoardError) as raised:
        read(text)
    assert (raised.value.line, says in str(raised.value)) == (line, True), str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 32_000 + " = 1",
        "[" + "a." * 32_000 + "a]",
        "".join(f"[a.b{n}]\n" for n in range(6_000)),
        "a = {" + "b = {" * 12_000,
        'a = "' + "\\u0041" * 10_000 + '"',
        "a = [" + "1," * 32_000 + "]",
        "\n" * 65_000,
        "[[panels]]\n" * 5_000,
    ],
)
def test_hostile_text_is_refused_soon(text: str) -> None:
    began = thread_time()
    with pytest.raises(BoardError):
        read(text[: 64 * 1024])
    assert thread_time() - began < 2
