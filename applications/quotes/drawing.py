"""Draws curves as SVG paths: those of the list of tickers, and that of a ticker's page without JavaScript."""

from collections.abc import Sequence

WIDTH, HEIGHT = 800, 200
SPARK = (100, 24)
CLASSES = ("line-0", "line-1", "line-2", "line-3", "line-4")


def path(values: Sequence[float | None], low: float, high: float, box: tuple[int, int] = (WIDTH, HEIGHT)) -> str:
    """Returns a path through values from `low` to `high` in a box, with an interruption for each gap."""
    width, height = box
    across, scale = width / max(1, len(values) - 1), (height - 2) / ((high - low) or 1)
    parts, down = [], False
    for place, value in enumerate(values):
        if value is not None:
            parts.append(f"{'L' if down else 'M'}{place * across:.1f} {height - 1 - (value - low) * scale:.1f}")
        down = value is not None
    return "".join(parts)


def spark(values: Sequence[float]) -> str:
    """Returns the path of a spark; "" for fewer than two values."""
    return path(values, min(values), max(values), SPARK) if len(values) > 1 else ""


def lines(columns: dict[str, Sequence[float | None]]) -> list[tuple[str, str, str]]:
    """Returns name, class and path of each line, all on one scale."""
    known = [value for column in columns.values() for value in column if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    return [
        (name, kind, path(column, low, high)) for (name, column), kind in zip(columns.items(), CLASSES, strict=False)
    ]
