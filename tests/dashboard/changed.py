"""Applies changes, as changes.js does in the browser."""

from typing import Any


def changed(state: Any, change: Any) -> Any:
    """Returns the state after a change; both are JSON."""
    if isinstance(change, list):
        return change[0]
    if isinstance(state, dict):
        return {key: _part(value, change, key) for key, value in state.items()}
    kept = state[slice(*change.get("keep", [None]))]
    items = [*change.get("before", []), *kept, *change.get("after", [])]
    return [_part(value, change, str(place)) for place, value in enumerate(items)]


def _part(value: Any, change: dict[str, Any], key: str) -> Any:
    return changed(value, change[key]) if key in change else value
