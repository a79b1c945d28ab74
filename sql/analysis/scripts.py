"""Analyses a whole script: declares, types, orders the pumps, and looks at the application's other files."""

from dataclasses import replace

from sql.analysis import calls, forms, predicates  # noqa: F401 - they name the functions that type each kind of node
from sql.analysis.context import Context, input_columns
from sql.analysis.lint import lint
from sql.analysis.partition import prove
from sql.analysis.problems import Problems
from sql.analysis.pumps import ordered_pumps
from sql.analysis.settings import check_settings
from sql.analysis.statements import Script
from sql.errors import ScriptError
from sql.folder import Application
from sql.language import ast
from sql.plan.nodes import Column, InAppStream, Plan, Proof, Table


def analyse(script: ast.Script, application: Application) -> Plan:
    """Returns the typed plan of a script. Raises ScriptError with all problems, in the order of the text."""
    problems = Problems(script.text)
    context = Context(application, problems)
    columns = input_columns(application)
    for name in application.inputs:
        context.streams[name] = InAppStream(name=name, columns=columns)
    for reference in application.references:
        context.tables[reference.table] = Table(
            name=reference.table,
            columns=tuple(Column(each.name, each.type, not each.not_null) for each in reference.schema.columns),
        )
    found = Script(context)
    found.declare(script.statements)
    found.plan(script.statements)
    pumps = ordered_pumps(context, found.pumps)
    check_settings(context, found.created)
    if problems.errors(script.warnings):
        raise ScriptError(problems.errors(script.warnings))
    streams = {name: context.streams[name] for name in found.created if name in context.streams}
    plan = Plan(
        source=context.streams[application.input],
        streams=streams,
        pumps=pumps,
        tables=context.tables,
        proof=Proof(per_shard=False, sentences=()),
        text=script.text,
        peeks=tuple(found.peeks),
        inputs=application.inputs,
    )
    proof = prove(plan, application.partition_key, len(application.inputs))
    if application.parallel and not proof.per_shard:
        problems.add(None, f"The application asks for a lease for each shard, and cannot have it. {proof.sentences[0]}")
        raise ScriptError(problems.errors())
    lint(context, plan, script)
    return replace(plan, proof=proof, warnings=problems.warnings(script.warnings))
