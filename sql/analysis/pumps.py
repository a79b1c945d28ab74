"""Orders pumps so that each stands after those that write the streams which it reads."""

from collections.abc import Mapping
from heapq import heappop, heappush

from sql.analysis.context import Context
from sql.analysis.names import shown
from sql.analysis.statements import Written
from sql.plan.nodes import Pump


def ordered_pumps(context: Context, pumps: Mapping[str, Written]) -> tuple[Pump, ...]:
    """Returns the started pumps in their order; a circle of pumps is a problem."""
    for name, each in pumps.items():
        if not each.started:
            context.problems.warn(each.statement.span, f"Pump {shown(name)} is stopped and does nothing.")
    started = {name: each for name, each in pumps.items() if each.started}
    writers: dict[str, list[str]] = {}
    for name, each in started.items():
        target = each.statement.insert.target.name
        if target not in context.inputs:
            writers.setdefault(target, []).append(name)
    before = {
        name: {writer for stream in each.read for writer in writers.get(stream, ())} for name, each in started.items()
    }
    order = _sorted(before)
    if len(order) < len(started):
        _refuse_circle(context, started, [name for name in started if name not in set(order)], writers)
    return tuple(pump for name in order if (pump := started[name].pump) is not None)


def _sorted(before: Mapping[str, set[str]]) -> list[str]:
    """Returns names after those that stand before them, otherwise in their order; those of a circle are left out."""
    places = {name: place for place, name in enumerate(before)}
    after: dict[str, list[str]] = {}
    for name, earlier in before.items():
        for each in earlier:
            after.setdefault(each, []).append(name)
    left = {name: len(earlier) for name, earlier in before.items()}
    ready = [(places[name], name) for name, count in left.items() if count == 0]
    order: list[str] = []
    while ready:
        _, name = heappop(ready)
        order.append(name)
        for each in after.get(name, ()):
            left[each] -= 1
            if left[each] == 0:
                heappush(ready, (places[each], each))
    return order


def _refuse_circle(
    context: Context, pumps: Mapping[str, Written], waiting: list[str], writers: Mapping[str, list[str]]
) -> None:
    """Follows the streams back from one pump until a pump comes again, and names the pumps between."""
    path = [waiting[0]]
    while True:
        before = [writer for stream in pumps[path[-1]].read for writer in writers.get(stream, ()) if writer in waiting]
        if before[0] in path:
            circle = path[path.index(before[0]) :][::-1]
            break
        path.append(before[0])
    first = min(range(len(circle)), key=lambda place: waiting.index(circle[place]))
    circle = circle[first:] + circle[:first]
    names = ", ".join(shown(each) for each in circle)
    span = pumps[circle[0]].statement.span
    context.problems.add(span, f"Pumps read each other's rows in a circle: {names}; each row would go round for ever.")
