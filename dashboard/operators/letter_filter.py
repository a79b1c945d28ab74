"""Filters dead letters, in the same way for a page's list and its buttons."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from streams.api import Choice


class LetterFilter(NamedTuple):
    """The filter of an address; "" takes any. `group` is a kind of error."""

    application: str = ""
    stream: str = ""
    status: str = ""
    group: str = ""

    @classmethod
    def of(cls, query: QueryDict, **given: str) -> "LetterFilter":
        """Reads ?application=&stream=&status=&group=; `given` values take precedence."""
        return cls(**{name: query.get(name, "") for name in cls._fields} | given)

    def choice(self, up_to: int | None = None) -> Choice:
        application, stream, status, group = (value or None for value in self)
        return Choice(application, up_to=up_to, stream=stream, status=status, kind=group)

    def query(self, **changed: str) -> str:
        """Returns the part of an address from "?" on; "" without a filter."""
        values = {name: value for name, value in self._replace(**changed)._asdict().items() if value}
        return f"?{urlencode(values)}" if values else ""

    def turns(self, field: str, values: list[str]) -> list[dict[str, Any]]:
        """Returns links that change one field, the first to any value; none if there is only one choice."""
        current = getattr(self, field)
        if len(values) < 2 and not current:
            return []
        known = ["", *values] + ([current] if current and current not in values else [])
        return [
            {"value": value, "query": self.query(**{field: value}) or "?", "current": value == current}
            for value in known
        ]

    def in_words(self) -> str:
        """Returns the filters beside the application, in words; "" for none."""
        words = [self.stream and f"on {self.stream}", self.status and f"in status {self.status}"]
        return " ".join(filter(None, [*words, self.group and f"with the error “{self.group}”"]))
