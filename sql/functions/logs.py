"""Defines the log parsers: each turns a line into a row. A line that does not match gives a row of NULLs."""

from collections.abc import Callable, Sequence
from typing import Any

from sql.functions.arguments import check_count, constant, takes
from sql.functions.function import Constants, Function, TypeProblem, Types, fault
from sql.functions.log_columns import Column, columns_of, numbered, row_reader, row_type
from sql.functions.log_formats import brics_to_java, split_line, syslog, w3c
from sql.functions.regex import Bounded, compile_constant, compile_linear
from sql.types import NULL, TIMESTAMP, Family, Type, varchar

Row = tuple[Any, ...]
SYSLOG = [Column("COLUMN1", TIMESTAMP), Column("COLUMN2", varchar(1024))]


def needed(name: str, constants: Constants, place: int, words: str) -> Any:
    """Returns a constant argument; raises TypeProblem if it is not constant, because the columns depend on it."""
    if (found := constant(constants, place)) is None:
        raise TypeProblem(f"{name} needs a constant for {words}.")
    return found


def matcher(regex: Bounded, columns: Sequence[Column]) -> Callable[..., Row]:
    """Returns the parser of lines by the groups of a regular expression."""
    row = row_reader(columns)
    nothing = (None,) * len(columns)

    def parse(line: str, *_: object) -> Row:
        found = regex.fullmatch(line)
        return nothing if found is None else row(found.groups())

    return parse


def regex_columns(types: Types, constants: Constants) -> tuple[Bounded, list[Column]]:
    """Returns the regular expression and the columns of REGEX_LOG_PARSE."""
    name = "REGEX_LOG_PARSE"
    regex = compile_constant(name, needed(name, constants, 1, "its regular expression"), whole=True)
    if regex is None:
        raise TypeProblem(f"{name} needs a text for its regular expression.")
    return with_columns(name, regex, constants)


def with_columns(name: str, regex: Bounded, constants: Constants) -> tuple[Bounded, list[Column]]:
    """Returns a regular expression with a column for each of its groups."""
    if len(constants) < 3:
        if not regex.groups:
            raise TypeProblem(f"{name} needs parentheses in its regular expression: each pair gives a column.")
        return regex, numbered(regex.groups)
    columns = columns_of(str(needed(name, constants, 2, "its columns")))
    if len(columns) != regex.groups:
        raise TypeProblem(f"{name} has {len(columns)} columns for {regex.groups} groups of its regular expression.")
    return regex, columns


def fast_columns(types: Types, constants: Constants) -> tuple[Bounded, list[Column]]:
    """Returns the regular expression and the columns of FAST_REGEX_LOG_PARSE."""
    pattern = str(needed("FAST_REGEX_LOG_PARSE", constants, 1, "its regular expression"))
    try:
        regex = compile_linear(brics_to_java(pattern))
    except ValueError as problem:
        raise TypeProblem(f"FAST_REGEX_LOG_PARSE: {problem}") from None
    return with_columns("FAST_REGEX_LOG_PARSE", regex, constants)


def w3c_columns(types: Types, constants: Constants) -> tuple[Bounded, list[Column]]:
    """Returns the regular expression and the columns of W3C_LOG_PARSE."""
    pattern, columns = w3c(str(needed("W3C_LOG_PARSE", constants, 1, "its format")))
    return compile_linear(pattern), columns


def by_regex(name: str, letters: str, least: int, parts: Callable[..., tuple[Bounded, list[Column]]]) -> Function:
    """Returns a log parser that is a regular expression."""
    return Function(
        name=name,
        result=takes(name, letters, lambda types, constants: row_type(parts(types, constants)[1]), least=least),
        call=unprepared,
        prepare=lambda types, constants: matcher(*parts(types, constants)),
    )


def unprepared(*_: object) -> Row:
    raise fault("A log parser is prepared with its constant arguments before it runs.")


def variable_columns(constants: Constants) -> list[Column]:
    """Returns the columns of VARIABLE_COLUMN_LOG_PARSE: declared ones, or a number of them."""
    given = needed("VARIABLE_COLUMN_LOG_PARSE", constants, 1, "its columns")
    return numbered(given) if isinstance(given, int) else columns_of(str(given))


def variable_result(types: Types, constants: Constants) -> Type:
    """Checks the separators, each of one character, and returns the row."""
    name = "VARIABLE_COLUMN_LOG_PARSE"
    check_count(name, len(types), 3, 5)
    for place, of in enumerate(types):
        if of != NULL and of.family not in ({Family.TEXT, Family.WHOLE} if place == 1 else {Family.TEXT}):
            raise TypeProblem(f"{name} takes texts, not {of}.")
    separators(constants)
    return row_type(variable_columns(constants))


def separators(constants: Constants) -> tuple[str, str, str]:
    """Returns the delimiter, the escape and the quote, of which the last two may be empty."""
    delimiter = str(needed("VARIABLE_COLUMN_LOG_PARSE", constants, 2, "its delimiter"))
    rest = [str(constant(constants, place) or "") for place in (3, 4)]
    if not delimiter or any(len(each) > 1 for each in rest):
        raise TypeProblem("VARIABLE_COLUMN_LOG_PARSE takes a delimiter, and one character each for escape and quote.")
    return delimiter, rest[0], rest[1]


def prepare_variable(types: Types, constants: Constants) -> Callable[..., Row]:
    delimiter, escape, quote = separators(constants)
    row = row_reader(variable_columns(constants))
    return lambda line, *_: row(split_line(line, delimiter, escape, quote))


def fixed_columns(types: Types, constants: Constants) -> list[Column]:
    """Returns the columns of FIXED_COLUMN_LOG_PARSE, each with its start."""
    columns = columns_of(str(needed("FIXED_COLUMN_LOG_PARSE", constants, 1, "its columns")))
    for column in columns:
        if column.start is None:
            raise TypeProblem(f"Column {column.name} of FIXED_COLUMN_LOG_PARSE needs START and a position from 0.")
    return columns


def prepare_fixed(types: Types, constants: Constants) -> Callable[..., Row]:
    """Returns the parser of lines with columns at fixed positions."""
    columns = fixed_columns(types, constants)
    row = row_reader(columns)
    spans = [
        (start := column.start or 0, None if column.length is None else start + column.length) for column in columns
    ]
    return lambda line, _: row([line[start:end].strip(" ") if start < len(line) else None for start, end in spans])


def sys_result(types: Types, constants: Constants) -> Type:
    """Returns the row of SYS_LOG_PARSE; the planner adds the row's time, which gives the year."""
    return row_type(SYSLOG)


FUNCTIONS = [
    by_regex("REGEX_LOG_PARSE", "sss", 2, regex_columns),
    by_regex("FAST_REGEX_LOG_PARSE", "sss", 2, fast_columns),
    by_regex("FAST_REGEX_LOG_PARSER", "sss", 2, fast_columns),
    by_regex("W3C_LOG_PARSE", "ss", 2, w3c_columns),
    Function(
        name="VARIABLE_COLUMN_LOG_PARSE",
        result=variable_result,
        call=unprepared,
        prepare=prepare_variable,
    ),
    Function(
        name="FIXED_COLUMN_LOG_PARSE",
        result=takes(
            "FIXED_COLUMN_LOG_PARSE", "ss", lambda types, constants: row_type(fixed_columns(types, constants))
        ),
        call=unprepared,
        prepare=prepare_fixed,
    ),
    Function(name="SYS_LOG_PARSE", result=takes("SYS_LOG_PARSE", "sT", sys_result, least=1), call=syslog),
]
