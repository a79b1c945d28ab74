"""Turns the form of a rule into its text and back, and collects the choices that the form offers."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify

from alarms import curves, recounting
from alarms.models import Rule
from alarms.spec import KINDS, SEVERITIES, RuleSpec, SpecError
from alarms.wording import SIDES, length, number, plain, short
from common.text import counted
from dashboard import ranges
from streams import applications
from streams.core import clock
from streams.declarations import Dataset
from streams.models.readers import default_stream, progress_of, streams_of

KIND_WORDS = {
    "above": "it is at least a level",
    "below": "it is at most a level",
    "absent": "no row comes for a time",
    "row": "a row appears",
}
FUNCTIONS = {"sum": "sum", "count": "number of rows", "max": "greatest value"}
SUPPRESS = {"interval": "one in an interval", "episode": "one in an episode"}
VALUES, TEXT = 100, 4000  # offered of a column; characters of a field
SPANS = {"1h": "the last hour", "24h": "the last day", "7d": "the last week"}
assert tuple(KIND_WORDS) == KINDS
USUAL = {
    "kind": "above",
    "severity": "warning",
    "function": "sum",
    "suppress": "interval",
    "interval": "1m",
    "quiet": "1m",
}

Given = dict[str, Any]
NAMES = (
    "title",
    "name",
    "dataset",
    "kind",
    "severity",
    "column",
    "window",
    "function",
    "level",
    "clear",
    "hold",
    "after",
    "where_column",
    "where_values",
    "suppress",
    "interval",
    "quiet",
    "show",
    "span",
)
# Every name has a text: in a template `given.clear` would else call the method of the dictionary.
EMPTY: Given = dict.fromkeys(NAMES, "")


def given_of(form: Any, usual: Mapping[str, Any]) -> Given:
    """Returns the fields of a form, each bounded; `by` is a list. `usual` has those of an empty form."""
    if not form:
        return EMPTY | USUAL | {"by": []} | dict(usual)
    given: Given = {name: str(value)[:TEXT] for name, value in form.items() if name != "csrfmiddlewaretoken"}
    # Fields that the form did not have, as it had no output yet, have their usual values.
    return EMPTY | USUAL | given | {"by": [str(name)[:TEXT] for name in form.getlist("by")][:10]}


def of_spec(spec: RuleSpec, title: str) -> Given:
    """Returns the fields of the form for a rule that exists."""
    [where] = [*spec.where.items()][:1] or [("", ())]
    lengths = {name: short(getattr(spec, name)) for name in ("hold", "after", "window", "quiet", "interval")}
    return {
        "title": title,
        "dataset": spec.dataset,
        "kind": spec.kind,
        "severity": spec.severity,
        "column": spec.column,
        "by": list(spec.by),
        "where_column": where[0],
        "where_values": "\n".join(where[1]),
        "level": "" if spec.level is None else plain(spec.level),
        "clear": "" if spec.clear is None else plain(spec.clear),
        "function": spec.function,
        "suppress": spec.suppress,
        **lengths,
        "interval": lengths["interval"] or "0",  # an empty field has its usual value
    }


def spec_of(given: Given, before: RuleSpec | None = None) -> RuleSpec:
    """Returns the rule that a form describes. Raises SpecError for fields that cannot be read.

    Fields that a kind does not have are left out, so that a change of the kind refuses nothing. Filters by a second
    column, which only the command line makes, stay.
    """
    kind = given.get("kind", "above")
    if kind not in KINDS or given.get("severity", "warning") not in SEVERITIES:
        raise SpecError("Choose what raises the alarm, and its severity.")
    found: dict[str, Any] = {"dataset": given.get("dataset", ""), "kind": kind, "severity": given.get("severity", "")}
    found |= {"by": tuple(given.get("by", ())), "where": _where(given, before)}
    found["suppress"] = "episode" if given.get("suppress") == "episode" else "interval"
    found |= {"interval": length(given.get("interval", "") or USUAL["interval"], "Interval")}
    found |= {"quiet": length(given.get("quiet", "") or USUAL["quiet"], "Goes on within")}
    if kind in ("above", "below"):
        found |= {"level": number(given.get("level", ""), "Raise level")}
        found |= {"clear": number(given.get("clear", ""), "Clear level")}
        found |= {
            "hold": length(given.get("hold", ""), "Held for"),
            "window": length(given.get("window", ""), "Window"),
        }
        found["function"] = given.get("function") if given.get("function") in FUNCTIONS else "sum"
        counts = found["window"] and found["function"] == "count"
        found["column"] = "" if counts else given.get("column", "")
    if kind == "absent":
        found["after"] = length(given.get("after", ""), "For how long")
    if before:
        found["lapse"] = before.lapse
    return RuleSpec(**found)


def _where(given: Given, before: RuleSpec | None) -> dict[str, tuple[str, ...]]:
    column = given.get("where_column", "")
    values = tuple(filter(None, (line.strip() for line in given.get("where_values", "").splitlines())))
    others = dict([*before.where.items()][1:]) if before else {}
    return ({column: values} if column and values else {}) | others


def name_of(given: Given) -> str:
    """Returns the name of a new rule: the given one, or one made of the title."""
    return str(given.get("name", "")).strip() or slugify(given.get("title", ""))[:64].strip("-_")


def choices(given: Given) -> dict[str, Any]:
    """Returns the choices that the form offers: outputs, columns and values that exist."""
    dataset = curves.dataset_of(given.get("dataset", ""))
    texts = [each for each in dataset.columns if each.kind == "text"] if dataset else []
    values: list[str] = []
    if dataset and given.get("where_column") in [each.name for each in texts]:
        values = dataset.values(given["where_column"], stream_of(dataset), "", VALUES)
    return {
        "datasets": [each for each in applications.datasets() if not each.episodes and watchable(each)],
        "dataset": dataset,
        "kinds": KIND_WORDS,
        "sides": SIDES.get(given.get("kind", "")),
        "functions": FUNCTIONS,
        "suppressions": SUPPRESS,
        "severities": SEVERITIES,
        "numbers": [each for each in dataset.columns if each.kind == "number"] if dataset else [],
        "texts": texts,
        "values": values,
        "keys": _keys(dataset, given) if dataset else [],
        "spans": SPANS,
    }


def watchable(dataset: Dataset) -> bool:
    """Returns whether rules can watch a dataset: whether its rows become final."""
    return dataset.delay is not None


def stream_of(dataset: Dataset) -> str:
    """Returns the stream of a dataset's application that the form shows."""
    return default_stream(dataset.application, streams_of(dataset.application))


def _keys(dataset: Dataset, given: Given) -> list[str]:
    """Returns values of the first column of the key, for the curve."""
    by = [name for name in given.get("by", ()) if dataset.column(name)]
    return dataset.values(by[0], stream_of(dataset), "", VALUES) if by else []


def preview(spec: RuleSpec | None, given: Given, rule: Rule | None, keys: list[str], now: int) -> dict[str, Any]:
    """Returns the curve of a rule in the chosen time, for one of its keys."""
    dataset = curves.dataset_of(spec.dataset) if spec else None
    shown = given.get("show") if given.get("show") in keys else keys[0] if keys else ""
    if spec is None or dataset is None or (spec.kind in ("above", "below") and not _shows(spec, dataset)):
        return {"curve": None, "shown": shown}
    stream = stream_of(dataset)
    span = _span(dataset, stream, given, now)
    where = dict(spec.where) | ({spec.by[0]: (shown,)} if shown and spec.by else {})
    curve = curves.drawn(dataset, spec, [(0, spec)], stream, where, span._replace(live=False))
    found = {"curve": curve if curve.known else None, "curve_json": curves.json(curve, spec)}
    return found | {"shown": shown, "reach": _reach(curve)}


def recounted(spec: RuleSpec | None, given: Given, now: int) -> dict[str, Any] | None:
    """Returns the alarms that a rule makes in the chosen time, of all its keys; None where nothing can be counted."""
    dataset = curves.dataset_of(spec.dataset) if spec else None
    if spec is None or dataset is None or dataset.cells is None:
        return None
    stream = stream_of(dataset)
    found = recounting.count(dataset, spec, stream, _span(dataset, stream, given, now))
    words = f"{counted(found.made.alarms, 'alarm')}, {counted(found.made.notices + found.made.ends, 'message')}"
    note = f"{counted(found.made.ends, 'message')} of an end; {found.made.open:,} still open; {found.rows:,} rows"
    partial = found.cut or found.older
    since = f"; rows from {clock.to_iso(found.since)[:16].replace('T', ' ')} UTC on" if partial else ""
    since += f"; the older ones computed from {counted(found.records, 'record')}" if found.records else ""
    return {**found.made._asdict(), "rows": found.rows, "took": found.took, "words": words, "note": f"{note}{since}."}


def _span(dataset: Dataset, stream: str, given: Given, now: int) -> ranges.Span:
    """Returns the time that the form chooses, up to the time to which the stream is read."""
    watermark = progress_of(dataset.application, stream).watermark
    reached = min(now, clock.from_datetime(watermark) if watermark else now)
    return ranges.parse(next((each for each in SPANS if each == given.get("span")), "1h"), reached)


def _shows(spec: RuleSpec, dataset: Dataset) -> bool:
    """Returns whether a rule has the column that its curve needs."""
    column = dataset.column(spec.column)
    return bool(spec.window and spec.function == "count") or (column is not None and column.kind == "number")


def _reach(curve: curves.Curve) -> dict[str, float]:
    """Returns the ends and the step of the sliders: from 0, or the least value, to well above the greatest."""
    values = [value for value in [*curve.values, *curve.raises, *curve.clears] if value is not None]
    low, high = min([0.0, *values]), max([1.0, *values])
    size = (high - low) * 1.25 or 1.0
    whole = all(float(value).is_integer() for value in values) and size > 20
    return {"least": low, "most": low + (-(-size // 1) if whole else size), "step": 1 if whole else size / 200}
