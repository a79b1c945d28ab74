"""Reads the names of types."""

from sql.language.parsing.cursor import Cursor
from sql.language.report import Broken
from sql.language.tokens import NUMBER, WORD
from sql.language.words import PLURALS, UNITS, near
from sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DIGITS_MOST,
    DOUBLE,
    INTEGER,
    LENGTH_MOST,
    REAL,
    SMALLINT,
    TIME,
    TIMESTAMP,
    TINYINT,
    Kind,
    Type,
    interval,
)

PLAIN = {
    "TINYINT": TINYINT,
    "SMALLINT": SMALLINT,
    "INT": INTEGER,
    "INTEGER": INTEGER,
    "BIGINT": BIGINT,
    "REAL": REAL,
    "BOOLEAN": BOOLEAN,
    "DATE": DATE,
    "TIME": TIME,
    "TIMESTAMP": TIMESTAMP,
}
SIZED = {"CHAR": Kind.CHAR, "CHARACTER": Kind.CHAR, "VARCHAR": Kind.VARCHAR, "BINARY": Kind.BINARY}
SIZED["VARBINARY"] = Kind.VARBINARY
VARYING = {Kind.CHAR: Kind.VARCHAR, Kind.BINARY: Kind.VARBINARY}
DECIMALS = {"DECIMAL", "DEC", "NUMERIC"}
NAMES = frozenset(PLAIN) | frozenset(SIZED) | DECIMALS | {"FLOAT", "DOUBLE", "INTERVAL"}
FOREIGN = {
    "STRING": "VARCHAR(n)",
    "TEXT": "VARCHAR(n)",
    "NVARCHAR": "VARCHAR(n)",
    "VARCHAR2": "VARCHAR(n)",
    "LONG": "BIGINT",
    "INT64": "BIGINT",
    "INT32": "INTEGER",
    "NUMBER": "DECIMAL(p, s)",
    "BOOL": "BOOLEAN",
    "DATETIME": "TIMESTAMP",
    "FLOAT64": "DOUBLE",
    "BYTES": "VARBINARY(n)",
}
REAL_DIGITS = 24  # binary digits of FLOAT(p): with more, it is a DOUBLE


class Types(Cursor):
    """Reads types, and the units of intervals."""

    def type(self) -> Type:
        """Reads a type."""
        token = self.token
        if token.kind != WORD or self.key not in NAMES:
            raise self._no_type()
        self.advance()
        if token.key in PLAIN:
            self._precision(token.key)
            return PLAIN[token.key]
        if token.key in SIZED:
            return self._sized(SIZED[token.key])
        if token.key in DECIMALS:
            return self._decimal()
        if token.key == "FLOAT":
            return REAL if 0 < self._size() <= REAL_DIGITS else DOUBLE
        if token.key == "DOUBLE":
            self.accept("PRECISION")
            return DOUBLE
        return interval(self.units()[1])

    def _no_type(self) -> Broken:
        token = self.token
        if meant := FOREIGN.get(self.key):
            return Broken(token.start, f"There is no type {self.shown()}; write {meant}.")
        if meant := near(self.key, NAMES) if token.kind == WORD else "":
            return Broken(token.start, f"There is no type {self.shown()}; did you mean {meant}?")
        return self.wrong("a type")

    def _precision(self, key: str) -> None:
        """Moves over the precision of a time: all have milliseconds."""
        if key in {"TIME", "TIMESTAMP"}:
            self._size()

    def _sized(self, kind: Kind) -> Type:
        if self.accept("VARYING"):
            kind = VARYING.get(kind, kind)
        place = self.token.start
        varying = kind in {Kind.VARCHAR, Kind.VARBINARY}
        length = self._size() if self.key == "(" else LENGTH_MOST if varying else 1
        if length < 1:
            raise Broken(place, f"The length of a {kind} is at least 1.")
        if length > LENGTH_MOST:
            self.report.warn(place, f"The longest {kind} has {LENGTH_MOST:,}; this one is taken as that.")
        return Type(kind, min(length, LENGTH_MOST))

    def _decimal(self) -> Type:
        if not self.accept("("):
            return Type(Kind.DECIMAL, DIGITS_MOST, 0)
        place = self.token.start
        size, scale = self.whole(), self.whole() if self.accept(",") else 0
        self.close()
        if size > DIGITS_MOST:
            self.report.warn(place, f"A DECIMAL has at most {DIGITS_MOST} digits; this one is taken as that.")
        size = min(size, DIGITS_MOST)
        if not 1 <= size >= scale:
            raise Broken(place, f"A DECIMAL has 1 to {DIGITS_MOST} digits, and no more of them after the point.")
        return Type(Kind.DECIMAL, size, scale)

    def _size(self) -> int:
        """Reads a whole number in parentheses, if one stands here; otherwise returns 0."""
        if not self.accept("("):
            return 0
        size = self.whole()
        self.close()
        return size

    def whole(self) -> int:
        """Reads a whole number of at most nine digits."""
        written = self.text[self.token.start : self.token.end]
        if self.token.kind != NUMBER or not written.isdigit() or len(written) > 9:
            raise self.wrong("a whole number")
        self.advance()
        return int(written)

    # Units

    def unit(self) -> str:
        """Reads a unit of time; a plural is taken with a warning."""
        if self.key in PLURALS:
            singular = PLURALS[self.key]
            self.report.warn(self.token.start, f"Units have no plural; write {singular} for {self.shown()}.")
            self.advance()
            return singular
        if self.key not in UNITS or self.token.kind != WORD:
            raise self.wrong(*UNITS)
        return self.advance().key

    def units(self) -> tuple[str, str, int | None, int | None]:
        """Reads `SECOND(p, f)` or `DAY(p) TO SECOND(f)`: leading and trailing unit, and precisions or None."""
        place = self.token.start
        leading = trailing = self.unit()
        precision = fraction = None
        if self.accept("("):
            precision = self.whole()
            fraction = self.whole() if leading == "SECOND" and self.accept(",") else None
            self.close()
        if not self._is_to_of_rounding(leading) and self.accept("TO"):
            trailing = self.unit()
            self._check_order(leading, trailing, place)
            if trailing == "SECOND" and self.accept("("):
                fraction = self.whole()
                self.close()
        if (precision or 0) > 10:
            raise Broken(place, "The precision of an interval is at most 10.")
        return leading, trailing, precision, fraction

    def _is_to_of_rounding(self, leading: str) -> bool:
        """Returns whether TO is that of FLOOR(t + INTERVAL '3' SECOND TO MINUTE): its unit is not a smaller one."""
        following = self.peek()
        return bool(self.in_rounding and following in UNITS and UNITS.index(following) <= UNITS.index(leading))

    def _check_order(self, leading: str, trailing: str, place: int) -> None:
        """Raises unless the trailing unit is the smaller one, and both are months or both are days and less."""
        if UNITS.index(leading) >= UNITS.index(trailing):
            raise Broken(place, f"{leading} TO {trailing}: the first unit must be the larger one.")
        if (UNITS.index(leading) < 2) != (UNITS.index(trailing) < 2):
            raise Broken(place, f"{leading} TO {trailing}: months have no fixed number of days.")
