"""Holds all that the analysis of a script knows while it reads one statement after the other."""

from dataclasses import dataclass, field

from sql.analysis.problems import Problems
from sql.errors import Span
from sql.folder import Application
from sql.language.ast import CreateFunction
from sql.plan.nodes import Column, InAppStream, Table

NODES_MOST = 20_000
NESTING_MOST = 200


@dataclass(slots=True)
class Context:
    """Knows the streams, tables and functions by name, and counts the parts of the plan."""

    application: Application
    problems: Problems
    streams: dict[str, InAppStream] = field(default_factory=dict)  # the inputs, and those that the script creates
    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, CreateFunction] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # functions whose definitions have problems
    places: dict[str, Span] = field(default_factory=dict)  # of the created streams
    parts: int = 0
    read: dict[str, Span] = field(default_factory=dict)  # streams that the statement reads, where first

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.application.inputs

    def count(self, span: Span, parts: int = 1) -> None:
        """Counts parts of the plan. Raises ReportedError when the script has too many."""
        self.parts += parts
        if self.parts > NODES_MOST:
            raise self.problems.refused(span, f"The script is too large: its plan has more than {NODES_MOST} parts.")


def input_columns(application: Application) -> tuple[Column, ...]:
    """Returns the columns of the application's input as a plan has them."""
    return tuple(Column(each.name, each.type, not each.not_null) for each in application.schema.columns)
