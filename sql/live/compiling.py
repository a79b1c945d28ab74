"""Compiles applications."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sql.engine.contract import Results
from sql.engine.operators.lookup import Table
from sql.folder import Application
from sql.plan.nodes import Plan
from streams.core.processor import Processor
from streams.core.state import State


class Engine(Processor[bytes, Results], Protocol):
    """Computes the results of one lease."""

    def switch(self, program: Any, tables: Mapping[str, Table] | None = None, start: int | None = None) -> None:
        """Goes on with another program, from the next record on. Operators that are the same keep their state."""


class Program(Protocol):
    """Is a compiled application."""

    plan: Plan

    def start(self, state: State, tables: Mapping[str, Table] = {}, start: int = 0) -> Engine:
        """Returns an engine that goes on from a state."""

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        """Returns a lease's first state, from the last states of others."""

    def set_back(self, state: State, watermark: int) -> State:
        """Returns a state without times later than a watermark, in milliseconds."""


def compile_application(application: Application) -> Program:
    """Compiles an application. Raises ScriptError with every problem of the script, or FolderError."""
    from sql import program  # noqa: PLC0415 - commands and pages that compile nothing start faster

    return program.compile_application(application)
