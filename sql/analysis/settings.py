"""Looks at the application's other files: its outputs and its partition key must be known to the script."""

from collections.abc import Collection

from sql.analysis.context import Context
from sql.analysis.names import meant, shown
from sql.analysis.sources import ERROR_STREAM
from sql.plan.nodes import Proof


def check_settings(context: Context, created: Collection[str]) -> None:
    """Writes down outputs of no stream, keys that are no column, and a partition key that is no column."""
    application, problems = context.application, context.problems
    for output in application.outputs:
        name = output.stream
        if name == ERROR_STREAM:
            continue
        if name not in created:
            problems.add(None, f"The output {shown(name)} matches no stream of the script{meant(name, [*created])}")
            continue
        columns = [each.name for each in context.streams[name].columns]
        if output.key and output.key not in columns:
            problems.add(
                None, f"The output {shown(name)} has no column {shown(output.key)}, its key{meant(output.key, columns)}"
            )
    key, columns = application.partition_key, [each.name for each in application.schema.columns]
    if key is not None and key not in columns:
        problems.add(None, f"The partition key {shown(key)} is no column of the input{meant(key, columns)}")


def check_lease(context: Context, proof: Proof) -> None:
    """Writes down that a lease for each shard was asked for, and cannot be had."""
    if context.application.parallel and not proof.per_shard:
        sentence = f"The application asks for a lease for each shard, and cannot have it. {proof.sentences[0]}"
        context.problems.add(None, sentence)
