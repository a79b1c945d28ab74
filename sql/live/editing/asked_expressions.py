"""Translates expressions of a question, from DuckDB's parse tree, into those of applications. Pure.

DuckDB gives the tree by json_serialize_sql: objects with a `class`, and others by it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from common.text import quoted
from sql.types import BIGINT, BOOLEAN, DOUBLE, NUMERIC, TIMESTAMP, Family, Type, varchar

Tree = Mapping[str, Any]
INPUT_ALIAS = '"S"'
KEY = varchar(256)
OWN = {
    "_arrived": (f"{INPUT_ALIAS}.ROWTIME", TIMESTAMP),
    "_key": (f"{INPUT_ALIAS}.PARTITION_KEY", KEY),
    "_shard": (f"{INPUT_ALIAS}.SHARD_ID", KEY),
}  # columns of the archive that a stream has too
COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
LIKES = {"~~": "LIKE", "!~~": "NOT LIKE"}
TEXTS = {"upper": "UPPER", "lower": "LOWER"}
AGGREGATES = frozenset({"count", "count_star", "sum", "min", "max", "avg"})
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
ORIGIN = 946_857_600  # 3 January 2000 in seconds since 1970, from which time_bucket counts; STEP counts from 1970
MOST_DEPTH = 100
MOST_DIGITS = 10  # of a place in the SELECT list, or of an interval; int() takes no more than 4,300


class NotStreamingError(Exception):
    """Says in a sentence which part of a question cannot run on a stream."""


class Made(NamedTuple):
    """Holds an expression of the dialect, and the type of its values."""

    text: str
    type: Type


class Translator:
    """Translates the expressions of one question over the columns of its stream."""

    def __init__(self, columns: Mapping[str, Type]) -> None:
        self._columns = {name.casefold(): (name, type_) for name, type_ in columns.items()}
        self._spellings = Counter(name.casefold() for name in columns)
        self.used: dict[str, Type] = {}  # the columns of the stream that the question reads
        self._depth = 0

    def made(self, tree: Tree) -> Made:
        """Returns the expression. Raises NotStreamingError."""
        by_class: dict[str, Callable[[Tree], Made]] = {
            "COLUMN_REF": self._column,
            "CONSTANT": _constant,
            "COMPARISON": self._comparison,
            "CONJUNCTION": self._conjunction,
            "BETWEEN": self._between,
            "OPERATOR": self._operator,
            "FUNCTION": self._function,
            "CASE": self._case,
            "CAST": self._cast,
        }
        if tree["class"] not in by_class:
            raise NotStreamingError(_REFUSED.get(tree["class"], f"{tree['class'].lower()} cannot run on a stream."))
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise NotStreamingError("Its expressions are nested too deeply.")
        found = by_class[tree["class"]](tree)
        self._depth -= 1
        return found

    def _column(self, tree: Tree) -> Made:
        name = str(tree["column_names"][-1])
        if name.casefold() in OWN:
            return Made(*OWN[name.casefold()])
        if self._spellings[name.casefold()] > 1:
            raise NotStreamingError(
                f"{quoted(name)} could be several columns of the stream, by the case of its letters."
            )
        if name.casefold() not in self._columns:
            raise NotStreamingError(f"The records of the stream have no column {quoted(name)}.")
        known, type_ = self._columns[name.casefold()]
        self.used[known] = type_
        return Made(f"{INPUT_ALIAS}.{named(known)}", type_)

    def _comparison(self, tree: Tree) -> Made:
        if tree["type"] not in COMPARISONS:
            raise NotStreamingError("IS DISTINCT FROM cannot be translated.")
        left, right = self._alike(tree["left"], tree["right"])
        return Made(f"{left} {COMPARISONS[tree['type']]} {right}", BOOLEAN)

    def _alike(self, *trees: Tree) -> list[str]:
        """Returns expressions that can be compared with each other, in brackets where they need them."""
        if any(map(_is_arrival, trees)):
            raise NotStreamingError("A stream runs from now on: leave out the bounds on _arrived.")
        found = [self.made(each) for each in trees]
        kinds = {each.type.family in NUMERIC or each.type.family for each in found if each.text != "NULL"}
        if len(kinds) > 1:
            raise NotStreamingError("It compares a text with a number; on a stream both sides are of one kind.")
        return [_bracketed(tree, each.text) for tree, each in zip(trees, found, strict=True)]

    def _conjunction(self, tree: Tree) -> Made:
        word = " AND " if tree["type"] == "CONJUNCTION_AND" else " OR "
        return Made(word.join(_bracketed(each, self.made(each).text) for each in tree["children"]), BOOLEAN)

    def _between(self, tree: Tree) -> Made:
        value, low, high = self._alike(tree["input"], tree["lower"], tree["upper"])
        return Made(f"{value} BETWEEN {low} AND {high}", BOOLEAN)

    def _operator(self, tree: Tree) -> Made:
        kind, children = tree["type"], tree["children"]
        if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
            word = "IS NULL" if kind == "OPERATOR_IS_NULL" else "IS NOT NULL"
            return Made(f"{_bracketed(children[0], self.made(children[0]).text)} {word}", BOOLEAN)
        if kind == "OPERATOR_NOT":
            return Made(f"NOT ({self.made(children[0]).text})", BOOLEAN)
        if kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
            value, *among = self._alike(*children)
            return Made(f"{value} {'NOT IN' if 'NOT' in kind else 'IN'} ({', '.join(among)})", BOOLEAN)
        if kind == "OPERATOR_COALESCE":
            texts = self._alike(*children)
            return Made(f"COALESCE({', '.join(texts)})", _widest([self.made(each).type for each in children]))
        raise NotStreamingError(f"{kind.removeprefix('OPERATOR_').lower()} cannot run on a stream.")

    def _function(self, tree: Tree) -> Made:
        name, given = tree["function_name"], [each["expression"] for each in tree.get("arguments", [])]
        if step := step_of(tree):
            return Made(step, TIMESTAMP)
        if name in AGGREGATES:
            return self._aggregate(tree, name, given)
        if name in LIKES:
            left, right = self._alike(*given)
            return Made(f"{left} {LIKES[name]} {right}", BOOLEAN)
        if name in ("+", "-", "*", "/"):
            return self._arithmetic(name, given)
        if name in TEXTS and len(given) == 1:
            of = self.made(given[0])
            return Made(f"{TEXTS[name]}({of.text})", of.type)
        raise NotStreamingError(f"{name}() is not translated into the language of streams.")

    def _arithmetic(self, name: str, given: list[Tree]) -> Made:
        found = [self.made(each) for each in given]
        if any(each.type.family not in NUMERIC for each in found):
            raise NotStreamingError(f"It computes {name} of a value that is no number.")
        texts = [_bracketed(tree, each.text) for tree, each in zip(given, found, strict=True)]
        if len(texts) == 1:
            return Made(f"{name} {texts[0]}", found[0].type)
        if name == "/":  # of whole numbers DuckDB gives a number with a point
            return Made(f"CAST({found[0].text} AS DOUBLE) / {texts[1]}", DOUBLE)
        return Made(f"{texts[0]} {name} {texts[1]}", _widest([each.type for each in found]))

    def _aggregate(self, tree: Tree, name: str, given: list[Tree]) -> Made:
        if tree.get("filter"):
            raise NotStreamingError("FILTER cannot run on a stream: write CASE WHEN … THEN … END in the function.")
        if name == "count_star" or not given:
            return Made("COUNT(*)", BIGINT)
        if len(given) > 1 or tree.get("export_state"):
            raise NotStreamingError(f"{name}() takes one value on a stream.")
        of = self.made(given[0])
        distinct = "DISTINCT " if tree.get("distinct") and name not in ("min", "max") else ""
        if distinct and name != "count":
            raise NotStreamingError(f"{name}(DISTINCT …) cannot run on a stream.")
        if name == "count":
            return Made(f"COUNT({distinct}{of.text})", BIGINT)
        if name in ("sum", "avg") and of.type.family not in NUMERIC:
            raise NotStreamingError(f"It computes {name} of a value that is no number.")
        if name == "avg":
            return Made(f"AVG(CAST({of.text} AS DOUBLE))", DOUBLE)
        return Made(f"{name.upper()}({of.text})", of.type)

    def _case(self, tree: Tree) -> Made:
        pairs = [(self.made(each["when_expr"]), self.made(each["then_expr"])) for each in tree["case_checks"]]
        last = self.made(tree["else_expr"]) if tree.get("else_expr") else Made("NULL", pairs[0][1].type)
        text = " ".join(f"WHEN {when.text} THEN {then.text}" for when, then in pairs)
        types = [each.type for each in (*(then for _, then in pairs), last) if each.text != "NULL"]
        return Made(f"CASE {text} ELSE {last.text} END", _widest(types))

    def _cast(self, tree: Tree) -> Made:
        of, wanted = self.made(tree["child"]), tree["type_expr"].get("type_name", "")
        if wanted != "DOUBLE" or of.type.family not in NUMERIC:
            raise NotStreamingError("Of casts, only those of numbers to DOUBLE are translated.")
        return Made(f"CAST({of.text} AS DOUBLE)", DOUBLE)


def step_of(tree: Tree) -> str:
    """Returns the step of `time_bucket(INTERVAL …, _arrived)` or `date_trunc(…, _arrived)`; "" for all else."""
    given = [each["expression"] for each in tree.get("arguments", [])]
    if tree.get("function_name") not in ("time_bucket", "date_trunc") or len(given) != 2 or not _is_arrival(given[1]):
        return ""
    if tree["function_name"] == "date_trunc":
        unit, count = str(given[0].get("literal", {}).get("text", "")).lower(), 1
    else:
        count, unit = _interval(given[0])
    if unit not in UNITS:
        raise NotStreamingError("A bucket of time on a stream has seconds, minutes, hours or days.")
    if count < 1 or ORIGIN % (count * UNITS[unit]):
        raise NotStreamingError("Buckets of this length begin at other times on a stream; take one that divides a day.")
    return f"STEP({INPUT_ALIAS}.ROWTIME BY INTERVAL '{count}' {unit.upper()})"


def _is_arrival(tree: Tree) -> bool:
    return bool(tree["class"] == "COLUMN_REF" and str(tree["column_names"][-1]).casefold() == "_arrived")


def _interval(tree: Tree) -> tuple[int, str]:
    """Returns the number and the unit of INTERVAL 5 minute and INTERVAL '5 minutes'; (0, "") of another."""
    unit = ""
    while tree["class"] != "CONSTANT":
        given, name = [each["expression"] for each in tree.get("arguments", [])], tree.get("function_name", "")
        if tree["class"] == "CAST":
            tree = tree["child"]
        elif len(given) == 1 and (name == "trunc" or (name.startswith("to_") and not unit)):
            tree, unit = given[0], unit or name.removeprefix("trunc").removeprefix("to_")
        else:
            return 0, ""
    words = f"{tree['literal'].get('text', '')} {unit}".split()
    if len(words) != 2 or len(words[0]) > MOST_DIGITS or not (words[0].isascii() and words[0].isdecimal()):
        return 0, ""
    return int(words[0]), words[1].lower().removesuffix("s")


def _constant(tree: Tree) -> Made:
    kind, text = tree["literal"]["kind"], tree["literal"].get("text", "")
    if kind == "NULL_LITERAL":
        return Made("NULL", BOOLEAN)
    if kind == "BOOLEAN":
        return Made(text.upper(), BOOLEAN)
    if kind == "STRING":
        if not text.isprintable():
            raise NotStreamingError("One of its texts has characters that cannot be printed.")
        return Made("'" + text.replace("'", "''") + "'", varchar(max(1, len(text))))
    if kind == "INTEGER":
        return Made(text.replace("_", ""), BIGINT)
    if kind == "NUMERIC":
        number, _, exponent = text.replace("_", "").lower().partition("e")
        return Made(f"{Decimal(number):f}" + (f"e{exponent}" if exponent else ""), DOUBLE)
    raise NotStreamingError(f"A literal of the kind {kind.lower()} cannot be translated.")


def _widest(types: list[Type]) -> Type:
    """Returns a type that holds the values of all. Raises NotStreamingError where there is none."""
    if len(families := {each.family for each in types}) > 1 and not families <= NUMERIC:
        raise NotStreamingError("It gives values of several kinds in one column.")
    if families <= NUMERIC:
        return BIGINT if families == {Family.WHOLE} else DOUBLE
    return max(types, key=lambda each: each.size)


def _bracketed(tree: Tree, text: str) -> str:
    is_plain = tree["class"] in ("COLUMN_REF", "CONSTANT", "CAST")
    is_call = tree["class"] == "FUNCTION" and not tree.get("is_operator")
    return text if is_plain or is_call else f"({text})"


def named(name: str) -> str:
    """Returns a name in quotes."""
    return '"' + name.replace('"', '""') + '"'


_REFUSED = {
    "STAR": "* is not translated: name the columns.",
    "SUBQUERY": "A question within the question cannot run on a stream.",
    "WINDOW": "Functions with OVER are not translated.",
    "LAMBDA": "Lambdas cannot run on a stream.",
    "PARAMETER": "A question has no parameters.",
}
