"""Reads numbers, texts, bytes, dates, times and intervals."""

import binascii
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isinf
from typing import cast

from sql.language.ast import IntervalLiteral, Literal, Unit
from sql.language.parsing.types import Types
from sql.language.report import Broken
from sql.language.tokens import NUMBER, TEXT, UNICODE, Token
from sql.language.words import UNITS
from sql.types import BIGINT, BOOLEAN, DATE, DIGITS_MOST, DOUBLE, INTEGER, NULL, TIME, TIMESTAMP, Kind, Type, decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATE_FORM = r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
TIME_FORM = r"(?P<time>\d{1,2}:\d{1,2}:\d{1,2})(?:\.(?P<fraction>\d{1,9}))?"
FORMS = {
    "DATE": (re.compile(DATE_FORM, re.ASCII), "yyyy-MM-dd", DATE),
    "TIME": (re.compile(TIME_FORM, re.ASCII), "HH:mm:ss.SSS", TIME),
    "TIMESTAMP": (re.compile(f"{DATE_FORM} {TIME_FORM}", re.ASCII), "yyyy-MM-dd HH:mm:ss.SSS", TIMESTAMP),
}
BRACES = {"D": "DATE", "T": "TIME", "TS": "TIMESTAMP"}
MILLISECONDS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1_000}
FIELD_MOST = {"MONTH": 11, "HOUR": 23, "MINUTE": 59, "SECOND": 59}  # where the field is not the leading one
SEPARATORS = {"YEAR": "-", "DAY": " ", "HOUR": ":", "MINUTE": ":"}  # after the field
PRECISION = 2  # digits of a leading field if none are written
VALUE_WITH_UNIT = re.compile(r"\s*([0-9.]+)\s+([A-Za-z]+)\s*")


class Literals(Types):
    """Reads literals."""

    def number(self, *, negative: bool = False) -> Literal:
        """Reads a number; `negative` if a minus sign stood before it."""
        token = self.advance()
        written = self.text[token.start : token.end]
        sign = -1 if negative else 1
        if "e" in written or "E" in written:
            value = float(written)
            if isinf(value):
                raise Broken(token.start, f"{written[:40]} is greater than the greatest DOUBLE.")
            return Literal(sign * value, DOUBLE, span=self.span(token.start))
        if "." in written:
            return self._decimal_number(token, written, sign)
        digits = written.lstrip("0") or "0"  # int() refuses texts of thousands of digits
        whole = sign * int(digits) if len(digits) < 20 else 1 << 63
        if not -(1 << 63) <= whole < 1 << 63:
            raise Broken(
                token.start, f"{written[:40]} is too great for a BIGINT; write it with an exponent, as in 1e20."
            )
        return Literal(whole, INTEGER if -(1 << 31) <= whole < 1 << 31 else BIGINT, span=self.span(token.start))

    def _decimal_number(self, token: Token, written: str, sign: int) -> Literal:
        whole, _, fraction = written.partition(".")
        whole = whole.lstrip("0")
        if len(whole) > DIGITS_MOST:
            raise Broken(
                token.start, f"A DECIMAL has at most {DIGITS_MOST} digits; write it with an exponent, as in 1e20."
            )
        if len(whole) + len(fraction) > DIGITS_MOST:
            self.report.warn(
                token.start, f"A DECIMAL has at most {DIGITS_MOST} digits; the rest of this one is cut off."
            )
            fraction = fraction[: DIGITS_MOST - len(whole)]
        value = sign * Decimal(f"{whole or 0}.{fraction}")
        return Literal(value, decimal(max(1, len(whole) + len(fraction)), len(fraction)), span=self.span(token.start))

    def text_literal(self) -> Literal:
        """Reads a text: 'a', or u&'\\0061' with an escape of its own if UESCAPE follows."""
        token = self.advance()
        value = self._content(token)
        if token.kind == UNICODE:
            value = self._unescaped(token, value)
        return Literal(value, Type(Kind.VARCHAR, max(1, len(value))), span=self.span(token.start))

    def _content(self, token: Token) -> str:
        start = self.text.index("'", token.start) + 1
        return self.text[start : token.end - 1].replace("''", "'")

    def _unescaped(self, token: Token, value: str) -> str:
        escape = "\\"
        if self.accept("UESCAPE"):
            if self.token.kind != TEXT or self.token.end - self.token.start != 3:
                raise self.wrong("one character in quotes")
            escape = self._content(self.advance())
        sign = re.escape(escape)
        pattern = re.compile(f"{sign}(?:({sign})|\\+([0-9A-Fa-f]{{6}})|([0-9A-Fa-f]{{4}})|)")

        def character(found: re.Match[str]) -> str:
            code = int(found[2] or found[3] or "0", 16)
            if found[1]:
                return escape
            if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise Broken(
                    token.start, f"{escape} stands before four hexadecimal digits of a character, as in {escape}0009."
                )
            return chr(code)

        return pattern.sub(character, value)

    def bytes_literal(self) -> Literal:
        """Reads X'3F67'."""
        token = self.advance()
        try:
            value = binascii.unhexlify(self.text[token.start + 2 : token.end - 1])
        except ValueError:
            raise Broken(token.start, "Bytes are written as pairs of hexadecimal digits, as in X'3F67'.") from None
        return Literal(value, Type(Kind.BINARY, max(1, len(value))), span=self.span(token.start))

    def constant(self) -> Literal:
        """Reads TRUE, FALSE, UNKNOWN or NULL."""
        token = self.advance()
        value = {"TRUE": True, "FALSE": False}.get(token.key)
        return Literal(value, NULL if token.key == "NULL" else BOOLEAN, span=self.span(token.start))

    # Dates and times

    def braces(self) -> Literal:
        """Reads the forms of JDBC: {d '…'}, {t '…'} and {ts '…'}."""
        start = self.token.start
        if self.peek() not in BRACES or self.peek(2) != TEXT:
            raise self.wrong("a value")
        self.advance()
        key = self.advance().key
        literal = self.time_literal(BRACES[key], start)
        self.expect("}")
        return replace(literal, span=self.span(start))

    def time_literal(self, key: str, start: int) -> Literal:
        """Reads the text of a DATE, TIME or TIMESTAMP; the word stands before it."""
        token = self.advance()
        form, shape, kind = FORMS[key]
        found = form.fullmatch(self._content(token))
        value = _milliseconds(found) if found else None
        if value is None:
            raise Broken(token.start, f"This is no {key}: write it as '{shape}', without a zone.")
        return Literal(value, kind, span=self.span(start))

    # Intervals

    def interval(self) -> IntervalLiteral:
        """Reads INTERVAL '…' unit [TO unit]."""
        start = self.advance().start
        sign = -1 if self.key == "-" else 1
        if self.key in {"+", "-"}:
            self.advance()
        if self.token.kind == NUMBER:
            unit = "SECOND" if self.peek() not in UNITS else self.peek()
            raise Broken(
                self.token.start, f"The length of an interval stands in quotes: INTERVAL '{self.shown()}' {unit}."
            )
        if self.token.kind != TEXT:
            raise self.wrong("a length in quotes")
        token = self.advance()
        value = self._content(token)
        self._check_unit(token, value)
        leading, trailing, precision, fraction = self.units()
        fields, inner = self._fields(token, value, leading, trailing)
        self._check_precision(token, fields[0], leading, precision)
        total = sign * inner * _length(fields, UNITS.index(leading))
        months = total if leading in {"YEAR", "MONTH"} else 0
        return IntervalLiteral(
            0 if leading in {"YEAR", "MONTH"} else total, months,
            cast(Unit, leading), cast(Unit, trailing), precision, fraction, span=self.span(start),
        )  # fmt: skip

    def _check_unit(self, token: Token, value: str) -> None:
        """Raises if the unit stands inside the quotes."""
        if found := VALUE_WITH_UNIT.fullmatch(value):
            unit = found[2].upper().removesuffix("S")
            if unit in UNITS:
                raise Broken(token.start, f"The unit stands after the quotes: INTERVAL '{found[1]}' {unit}.")

    def _fields(self, token: Token, value: str, leading: str, trailing: str) -> tuple[list[str], int]:
        """Returns the value's fields, and its sign."""
        units = UNITS[UNITS.index(leading) : UNITS.index(trailing) + 1]
        pattern, shape = r"\s*([+-]?)", ""
        for unit in units:
            separator = "" if unit == trailing else SEPARATORS[unit]
            pattern += r"([0-9]{1,10}(?:\.[0-9]{0,9})?)" if unit == "SECOND" else f"([0-9]{{1,10}}){separator}"
            shape += f"1{separator}" if unit == leading else f"00{separator}"
        found = re.fullmatch(pattern + r"\s*", value)
        if not found:
            qualifier = leading if leading == trailing else f"{leading} TO {trailing}"
            raise Broken(
                token.start,
                f"'{value[:40]}' is no length in {qualifier}: write it as in INTERVAL '{shape}' {qualifier}.",
            )
        fields = [found[at] for at in range(2, len(units) + 2)]
        for unit, field in zip(units[1:], fields[1:], strict=True):
            if int(field.partition(".")[0]) > FIELD_MOST[unit]:
                raise Broken(token.start, f"The {unit} of this interval is at most {FIELD_MOST[unit]}.")
        return fields, -1 if found[1] == "-" else 1

    def _check_precision(self, token: Token, field: str, leading: str, precision: int | None) -> None:
        digits, most = len(field.partition(".")[0].lstrip("0")), PRECISION if precision is None else precision
        if digits > most:
            sentence = f"{leading} takes {most} digits as it is written; write {leading}({digits}) to be exact."
            self.report.warn(token.start, sentence)


def _milliseconds(found: re.Match[str]) -> int | None:
    """Returns the time of a date, a time of day or both, or None if there is no such day or hour."""
    parts = found.groupdict()
    day = [int(part) for part in (parts.get("date") or "1970-1-1").split("-")]
    clock = [int(part) for part in (parts.get("time") or "0:0:0").split(":")]
    try:
        moment = datetime(day[0], day[1], day[2], clock[0], clock[1], clock[2], tzinfo=UTC)
    except ValueError:
        return None
    return (moment - EPOCH) // timedelta(milliseconds=1) + int((parts.get("fraction") or "0").ljust(3, "0")[:3])


def _length(fields: list[str], first: int) -> int:
    """Returns the length of the fields in months or in milliseconds, from the unit with that index on."""
    total = 0
    for unit, field in zip(UNITS[first:], fields, strict=False):
        if unit in {"YEAR", "MONTH"}:
            total += int(field) * (12 if unit == "YEAR" else 1)
        else:
            total += int(Decimal(field) * MILLISECONDS[unit])
    return total
