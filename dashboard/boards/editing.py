"""Changes the content of a board: each function returns another content."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from dashboard.boards.reading import BoardError
from dashboard.boards.spec import TRAIL, Content, Panel, Variable

PLAIN = ("kind", "title", "size", "data", "stream", "column", "function", "by", "window", "unit", "text", "lat", "lon")


def move(content: Content, place: int, way: int) -> Content:
    """Moves a panel by one place, -1 or 1; at the end it stays."""
    order = list(range(len(content.panels)))
    if 0 <= place < len(order) and 0 <= place + way < len(order):
        order[place], order[place + way] = order[place + way], order[place]
    return reorder(content, order)


def reorder(content: Content, order: Sequence[int]) -> Content:
    """Puts the panels into another order; one that does not name each of them once changes nothing."""
    if sorted(order) != list(range(len(content.panels))):
        return content
    return structs.replace(content, panels=[content.panels[place] for place in order])


def remove(content: Content, place: int) -> Content:
    """Removes a panel; a place without one changes nothing."""
    panels = [panel for number, panel in enumerate(content.panels) if number != place]
    return structs.replace(content, panels=panels)


def put(content: Content, panel: Panel, place: int | None) -> Content:
    """Replaces a panel, or adds one at the end."""
    if place is None:
        return structs.replace(content, panels=[*content.panels, panel])
    return structs.replace(content, panels=[*content.panels[:place], panel, *content.panels[place + 1 :]])


def settings(content: Content, given: Mapping[str, str]) -> Content:
    """Returns the content with another title, description, range and variable, as a form gives them."""
    data, _, column = given.get("variable", "").rpartition(" ")
    label = content.variable.label if content.variable else ""
    variable = Variable(data=data, column=column, label=label) if data and column else None
    return structs.replace(
        content,
        title=given.get("title", "").strip() or content.title,
        description=" ".join(given.get("description", "").split()),
        range=given.get("range", "").strip() or "1h",
        variable=variable,
    )


def panel_of(given: Mapping[str, str], before: Panel | None) -> Panel:
    """Returns the panel that a form describes. Filters of other columns stay as they were. Raises BoardError."""
    fields: dict[str, Any] = {name: given.get(name, "").strip() for name in PLAIN if given.get(name, "").strip()}
    fields["text"] = given.get("text", "").replace("\r\n", "\n").strip()
    fields["most"] = _whole(given, "most", 0)
    fields["trail"] = _whole(given, "trail", TRAIL)
    fields["where"] = _filters(given, before.where if before else {})
    try:
        return msgspec.convert({"kind": "lines"} | fields, Panel)
    except msgspec.ValidationError as error:
        raise BoardError(f"{str(error).replace('`', '')}.") from None


def _whole(given: Mapping[str, str], name: str, usual: int) -> int:
    text = given.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 9 else usual


def _filters(given: Mapping[str, str], before: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Returns the filters: that of the form, which has a value a line, and those before of other columns."""
    shown = next(iter(before), "")
    column = given.get("where_column", "")
    kept = {name: list(values) for name, values in before.items() if name not in (shown, column)}
    values = [line.strip() for line in given.get("where_values", "").splitlines() if line.strip()]
    return ({column: values} if column and values else {}) | kept


def as_form(panel: Panel) -> dict[str, str]:
    """Returns a panel as a form gives it."""
    found = {name: str(getattr(panel, name)) for name in PLAIN}
    found |= {"most": str(panel.most or ""), "trail": str(panel.trail)}
    column = next(iter(panel.where), "")
    return found | {"where_column": column, "where_values": "\n".join(panel.where.get(column, []))}
