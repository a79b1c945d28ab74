"""Fills the registry's templates of Python expressions, and writes literals."""

import re
from collections.abc import Sequence
from math import isfinite

from sql.codegen.names import Names

PLACE = re.compile(r"\{(\d+)\}")
OWN_VARIABLE = re.compile(r"\b_v\b")
ATOM = re.compile(r"\w+(\.\w+)?")


def filled(names: Names, template: str, texts: Sequence[str]) -> str:
    """Returns a template with the arguments in its places, and with variables of its own."""
    if template == "{0}":
        return texts[0]
    if "_v" in template:
        template = OWN_VARIABLE.sub(names.fresh(), template)
    return "(" + PLACE.sub(lambda place: texts[int(place[1])], template) + ")"


def literal(names: Names, value: object) -> str:
    """Returns a constant: small values in the source, all others, and every text, by a name of our own."""
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int) and 0 <= value < 1 << 64:
        return str(value)
    if isinstance(value, float) and isfinite(value) and value > 0:
        return repr(value)
    return names.bind(value)
