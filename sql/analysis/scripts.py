"""Analyses a whole script: declares, types, orders the pumps, and looks at the application's other files."""

from contextlib import suppress
from dataclasses import replace

from sql.analysis import calls, forms, predicates  # noqa: F401 - they name the functions that type each kind of node
from sql.analysis.context import Context, input_columns
from sql.analysis.lint import lint
from sql.analysis.partition import prove
from sql.analysis.problems import Problems, TooManyError
from sql.analysis.pumps import ordered_pumps
from sql.analysis.settings import check_lease, check_settings
from sql.analysis.statements import Script
from sql.errors import ScriptError
from sql.folder import Application
from sql.language import ast
from sql.plan.nodes import Column, InAppStream, Plan, Proof, Table


def analyse(script: ast.Script, application: Application) -> Plan:
    """Returns the typed plan of a script.

    Raises ScriptError with all problems, and the warnings among them, in the order of the text.
    """
    problems = Problems(script.text)
    plan: Plan | None = None
    with suppress(TooManyError):
        plan = _planned(script, application, problems)
    if plan is None or problems.stops:
        raise ScriptError(problems.every(script.warnings))
    return replace(plan, warnings=problems.warnings(script.warnings))


def _planned(script: ast.Script, application: Application, problems: Problems) -> Plan | None:
    """Returns the plan with its proof; None if a problem stops it before. The problems have the rest."""
    context = _context(application, problems)
    found = Script(context)
    found.declare(script.statements)
    found.plan(script.statements)
    pumps = ordered_pumps(context, found.pumps)
    check_settings(context, found.created)
    if problems.stops:
        return None
    plan = Plan(
        source=context.streams[application.input],
        streams={name: context.streams[name] for name in found.created},
        pumps=pumps,
        tables=context.tables,
        proof=Proof(per_shard=False, sentences=()),
        text=script.text,
        peeks=tuple(found.peeks),
        inputs=application.inputs,
    )
    proof = prove(plan, application.partition_key, len(application.inputs))
    check_lease(context, proof)
    lint(context, plan, script)
    return replace(plan, proof=proof)


def _context(application: Application, problems: Problems) -> Context:
    """Returns a context that knows the application's inputs and reference tables."""
    context = Context(application, problems)
    columns = input_columns(application)
    for name in application.inputs:
        context.streams[name] = InAppStream(name=name, columns=columns)
    for reference in application.references:
        context.tables[reference.table] = Table(
            name=reference.table,
            columns=tuple(Column(each.name, each.type, not each.not_null) for each in reference.schema.columns),
        )
    return context
