"""Turns the tree of a script into a typed plan, and finds all that is wrong or doubtful in it."""

from sql.analysis.scripts import analyse

__all__ = ["analyse"]
