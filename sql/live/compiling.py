"""Compiles applications."""

from typing import Protocol

from sql.engine.contract import Results
from sql.folder import Application
from sql.plan.nodes import Plan
from streams.core.processor import Processor
from streams.core.state import State


class Engine(Processor[bytes, Results], Protocol):
    """Computes the results of one lease."""

    def switch(self, program: "Program") -> None:
        """Goes on with another program, from the next record on. Operators that are the same keep their state."""


class Program(Protocol):
    """Is a compiled application."""

    plan: Plan

    def start(self, state: State) -> Engine:
        """Returns an engine that goes on from a state."""


def compile_application(application: Application) -> Program:
    """Compiles an application. Raises ScriptError with every problem of the script, or FolderError."""
    from sql import program  # noqa: PLC0415 - commands and pages that compile nothing start faster

    found: Program = program.compile_application(application)
    return found
