"""Makes the chart of an answer: its first column of times or texts across, and its columns of numbers upwards."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from archive.questions import kinds
from archive.questions.request import Column

LINES = 5
BARS = 40
Rows = Sequence[Sequence[Any]]


def chart(columns: Sequence[Column], rows: Rows, numbers: Sequence[bool]) -> dict[str, Any] | None:
    """Returns lines over times, or bars of texts; None where the columns make no chart."""
    figures = [place for place, number in enumerate(numbers) if number]
    time = next((place for place, each in enumerate(columns) if kinds.is_time(each.kind)), None)
    text = next((place for place, each in enumerate(columns) if each.kind == "VARCHAR"), None)
    if not figures or len(rows) < 2:
        return None
    if time is not None and (lines := _lines(columns, rows, time, figures[:LINES])):
        return lines
    if text is not None:
        return _bars(columns, rows, text, figures[0])
    return None


def _lines(columns: Sequence[Column], rows: Rows, time: int, figures: Sequence[int]) -> dict[str, Any] | None:
    """Returns a line for each column of numbers; None where a time occurs twice."""
    found = [(at, row) for row in rows if (at := kinds.seconds(row[time])) is not None]
    dated = sorted(found, key=itemgetter(0))
    times = [at for at, _ in dated]
    if len(set(times)) != len(times) or len(times) < 2:
        return None
    data = [times, *([row[place] for _, row in dated] for place in figures)]
    return {
        "kind": "lines",
        "over": columns[time].name,
        "names": [columns[each].name for each in figures],
        "data": data,
    }


def _bars(columns: Sequence[Column], rows: Rows, text: int, figure: int) -> dict[str, Any] | None:
    """Returns a bar for each text; None where one occurs twice, or a number is missing or below 0."""
    found = [(row[text], row[figure]) for row in rows if isinstance(row[figure], int | float)]
    if len({key for key, _ in found}) != len(rows) or min(value for _, value in found) < 0:
        return None
    most = max(value for _, value in found) or 1
    bars = [
        {"name": "null" if key is None else key, "value": value, "width": round(100 * value / most, 2)}
        for key, value in found[:BARS]
    ]
    left = len(found) - len(bars)
    return {"kind": "bars", "over": columns[text].name, "names": [columns[figure].name], "bars": bars, "left_out": left}
