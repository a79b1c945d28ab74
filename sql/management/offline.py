"""Adds the verbs of `manage.py sql` that need neither a database nor a stream."""

import json
from pathlib import Path
from typing import Any

from sql.offline.checking import check
from sql.offline.loading import load
from sql.offline.records import read
from sql.offline.running import Run, try_folder
from sql.plan.explain import explain, explain_rows
from sql.program import compile_application
from sql.rendering import encode
from streams.management.plain import PlainCommand, UsageError

SCHEMA_HELP = "a TOML file with the columns of the input, for a script without a folder"
INPUT_HELP = "records, one JSON object a line, as `archive replay` prints them; - is standard input"
PATH_HELP = "an application's folder, or its script"


def add(verbs: Any) -> None:
    """Adds the parsers; each has a default `action`, which is called with the command and the options."""
    checking = verbs.add_parser("check", help="find the problems of a script")
    explaining = verbs.add_parser("explain", help="tell what a script does, what it keeps, and how it is shared out")
    running = verbs.add_parser("run", help="run a script over records of a file, and print its rows")
    trying = verbs.add_parser("test", help="run the sample records of folders, and compare the rows with the expected")
    for verb in (checking, explaining, running):
        verb.add_argument("path", type=Path, metavar="FOLDER|FILE", help=PATH_HELP)
        verb.add_argument("--schema", type=Path, metavar="FILE", help=SCHEMA_HELP)
        verb.add_argument("--json", action="store_true", help="one JSON object a line")
    running.add_argument("--input", type=Path, required=True, metavar="FILE", help=INPUT_HELP)
    running.add_argument("--arrived", default="", metavar="FIELD", help="the field of a record that dates its arrival")
    trying.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    trying.add_argument("--update", action="store_true", help="write the expected rows anew")
    acts = {checking: _check, explaining: _explain, running: _run, trying: _test}
    for verb, act in acts.items():
        verb.set_defaults(action=act)


def _check(command: PlainCommand, **options: Any) -> None:
    """Prints a line for each problem; exits 2 if one of them is more than a warning."""
    application = load(options["path"], options["schema"])
    checked = check(application)
    for problem in checked.problems:
        row = {"line": problem.line, "column": problem.column, "sentence": problem.sentence, "warning": problem.warning}
        command.stdout.write(json.dumps(row) if options["json"] else str(problem))
    if not application.schema.columns:
        command.stderr.write("Only the grammar was checked: --schema FILE says which columns the input has.")
    if not all(problem.warning for problem in checked.problems):
        raise SystemExit(2)
    if summary := checked.summary():
        command.stderr.write(summary)


def _explain(command: PlainCommand, **options: Any) -> None:
    application = load(options["path"], options["schema"])
    plan = compile_application(application).plan
    lines = map(json.dumps, explain_rows(plan)) if options["json"] else explain(plan).splitlines()
    for line in lines:
        command.stdout.write(line)
    if plan.proof.per_shard and not application.parallel and not options["json"]:
        command.stdout.write(
            "  It runs with one lease of the whole stream, until application.toml has parallel = true."
        )


def _run(command: PlainCommand, **options: Any) -> None:
    run = Run(load(options["path"], options["schema"]), peeks=True)
    for row in run.rows(read(options["input"], options["arrived"])):
        command.stdout.write(encode(row).decode())
    for sentence in run.troubles():
        command.stderr.write(sentence)
    if not run.fed:
        raise UsageError(f"{options['input']} holds no record.")
    if len(run.refused) == run.fed:
        raise SystemExit(1)


def _test(command: PlainCommand, **options: Any) -> None:
    """Exits 1 if a folder's rows are not the expected ones."""
    failed = 0
    for folder in options["folders"]:
        outcome = try_folder(load(folder), folder, update=options["update"])
        word = "not as expected" if outcome.difference else "as expected"
        command.stdout.write(f"{folder}: {outcome.rows} rows, {word}")
        for line in [*outcome.difference, *outcome.troubles]:
            command.stdout.write(line)
        failed += bool(outcome.difference)
    if failed:
        raise SystemExit(1)
