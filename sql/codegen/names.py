"""Gives out the names of generated code, and keeps the values behind them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

OWN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


class Names:
    """Holds the values that generated code refers to by name: constants and functions of the plan, which all runs
    share, and values that each run makes for itself.
    """

    def __init__(self, helpers: Mapping[str, object]) -> None:
        """Takes the helpers of the registry's templates, by the names that these use."""
        self.shared: dict[str, object] = dict(helpers)
        self.made: dict[str, Callable[[Any], object]] = {}
        self._number = 0
        self._bound: dict[tuple[type, object], str] = {}

    def fresh(self, prefix: str = "v") -> str:
        """Returns a name that no other call returned: the prefix and a number."""
        self._number += 1
        return f"{prefix}{self._number}"

    def bind(self, value: object, prefix: str = "k") -> str:
        """Returns a name for a value that all runs share."""
        known = (type(value), value) if isinstance(value, str | bytes) else (object, id(value))
        if known not in self._bound:
            self._bound[known] = name = self.fresh(prefix)
            self.shared[name] = value
        return self._bound[known]

    def make(self, maker: Callable[[Any], object], prefix: str = "m") -> str:
        """Returns a name for a value that `maker` makes from a run when it begins."""
        name = self.fresh(prefix)
        self.made[name] = maker
        return name

    def space(self, run: Any) -> dict[str, object]:
        """Returns the global names of generated code in a run. It has no built-ins but those that the code uses."""
        made = {name: maker(run) for name, maker in self.made.items()}
        return {"__builtins__": BUILTINS, **self.shared, **made}


BUILTINS = {"len": len, "str": str, "float": float, "int": int, "bool": bool, "zip": zip}
