"""Finds the problems of an application before anything runs."""

from typing import NamedTuple

from sql.analysis.names import counted
from sql.errors import Problem, ScriptError
from sql.folder import Application
from sql.language import parse
from sql.plan.nodes import Plan
from sql.program import compile_application


class Checked(NamedTuple):
    """Holds all problems in the order of the script, warnings among them, and the plan of a script without errors."""

    problems: list[Problem]
    plan: Plan | None = None

    def summary(self) -> str:
        """Returns a sentence that says how much was checked, and how that went; "" where there is no plan."""
        if self.plan is None:
            return ""
        plan = self.plan
        parts = f"{counted(len(plan.pumps), 'pump')} and {counted(len(plan.streams), 'stream')}"
        if plan.peeks:
            parts += f", {counted(len(plan.peeks), 'SELECT')} alone"
        found = counted(len(self.problems), "warning") if self.problems else "nothing is wrong"
        return f"Checked {parts}: {found}."


def check(application: Application) -> Checked:
    """Returns all problems of an application. Raises FolderError.

    Where the columns of the input are not known, only the grammar is checked.
    """
    try:
        if not application.schema.columns:
            return Checked(list(parse(application.script).warnings))
        plan = compile_application(application).plan
        return Checked(list(plan.warnings), plan)
    except ScriptError as error:
        return Checked(error.problems)
