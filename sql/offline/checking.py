"""Finds the problems of an application before anything runs."""

from sql.errors import Problem, ScriptError
from sql.folder import Application
from sql.language import parse
from sql.program import compile_application


def check(application: Application) -> list[Problem]:
    """Returns all problems, in the order of the script; warnings among them. Raises FolderError.

    Where the columns of the input are not known, only the grammar is checked.
    """
    try:
        if not application.schema.columns:
            return list(parse(application.script).warnings)
        return list(compile_application(application).plan.warnings)
    except ScriptError as error:
        return error.problems
