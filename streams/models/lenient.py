"""Columns that can be read whatever the database holds in them.

SQLite stores a value of any type in any column, so an operator's SQL or a damaged file can leave a text in a column of
numbers. Such a value is read as a stand-in of the column's own type, with the value in words. Otherwise one damaged row
would end every query that passes over it. The columns in the database are Django's, so no migration knows of these.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.db import models

SHOWN = 40  # characters of a damaged value that are shown


class Odd:
    """Marks the stand-in of a value that cannot be read. `told` is the value in words."""

    told = ""


class OddText(Odd, str):
    """Stands in for a text; it reads as the value in words."""


class OddNumber(Odd, int):
    """Stands in for a number; it is 0."""


class OddTime(Odd, datetime):
    """Stands in for a time; it is 1970, so that whatever depends on it does not move on."""


class OddBytes(Odd, bytes):
    """Stands in for bytes; it has none."""


class OddNames(Odd, list[str]):
    """Stands in for a list of names; it has none."""


def told(value: Any) -> str:
    """Returns a value in words, cut to SHOWN characters; of a long one only the beginning is laid out."""
    words = repr(value[: SHOWN + 1] if isinstance(value, (str, bytes)) else value)
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"


def _marked(stand_in: Any, value: Any) -> Any:
    stand_in.told = told(value)
    return stand_in


class _Lenient:
    """Is the part that the columns share. Migrations see the class of Django that a column derives from."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{type(self).__bases__[-1].__name__}", args, kwargs


class LenientText(_Lenient, models.TextField):  # type: ignore[type-arg]
    """A text; every other value reads as an OddText."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return _text(value)


class LenientChars(_Lenient, models.CharField):  # type: ignore[type-arg]
    """A short text; every other value reads as an OddText."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return _text(value)


class LenientHash(_Lenient, models.CharField):  # type: ignore[type-arg]
    """A hash in hexadecimal digits; every other value reads as an OddText."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        try:
            int(value, 16)
        except (TypeError, ValueError):
            return _marked(OddText(told(value)), value)
        return value


class LenientNumber(_Lenient, models.BigIntegerField):  # type: ignore[type-arg]
    """A whole number; every other value reads as an OddNumber."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return value if value is None or isinstance(value, int) else _marked(OddNumber(), value)


class LenientBytes(_Lenient, models.BinaryField):  # type: ignore[type-arg]
    """Some bytes; every other value reads as an OddBytes. bytes() of a number would make as many zeros."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return value if isinstance(value, (bytes, bytearray, memoryview)) else _marked(OddBytes(), value)


class LenientNames(_Lenient, models.JSONField):
    """A list of names in JSON; every other value reads as an OddNames."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            found = json.loads(value)
        except (TypeError, ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(name, str) for name in found):
            return found
        return _marked(OddNames(), value)


class LenientTime(_Lenient, models.DateTimeField):  # type: ignore[type-arg]
    """A time or none; every other value reads as an OddTime."""

    def get_internal_type(self) -> str:
        return "LenientTime"  # Django's own conversion, which it chooses by this name, raises an error of any kind

    def db_type(self, connection: Any) -> Any:
        return _PLAIN_TIME.db_type(connection)

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        # SQLite's driver converts columns of times by itself: a text to None, a blob to an error. It leaves an
        # expression as it is.
        return (f"+{sql}" if compiler.connection.vendor == "sqlite" else sql), params

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            found = value
            for convert in connection.ops.get_db_converters(models.Value(None, output_field=_PLAIN_TIME)):
                found = convert(found, expression, connection)
        except (AttributeError, OverflowError, TypeError, ValueError):
            found = value
        if found is None or isinstance(found, datetime):
            return found
        return _marked(OddTime(1970, 1, 1, tzinfo=UTC), value)


_PLAIN_TIME: Any = models.DateTimeField()


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else _marked(OddText(told(value)), value)
