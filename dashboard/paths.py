"""Draws curves as SVG paths."""

from collections.abc import Sequence


def path(values: Sequence[float | None], low: float, high: float, box: tuple[int, int]) -> str:
    """Returns a path through values from `low` to `high` in a box of width and height, interrupted at each gap."""
    width, height = box
    across, scale = width / max(1, len(values) - 1), (height - 2) / ((high - low) or 1)
    parts, down = [], False
    for place, value in enumerate(values):
        if value is not None:
            parts.append(f"{'L' if down else 'M'}{place * across:.1f} {height - 1 - (value - low) * scale:.1f}")
        down = value is not None
    return "".join(parts)
