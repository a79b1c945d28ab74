"""Turns the tree of one application, from any kind of file, into its folder, with a finding for each part of it.

The names of members are in the form of `canonical`, those of the service first, Terraform's after them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sql.folder import Application, Output, Reference, Schema, as_imported, to_files
from sql.folder.reading import PARALLELISM_MOST, SCRIPT_MOST
from sql.importing.nodes import Finding, ImportingError, Node, Unknown, text_of
from sql.importing.schemas import Findings, read_schema
from streams.core.names import is_stream

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_UNNAMED = re.compile(r"[^A-Za-z0-9_.-]+")
_UNDERSTOOD = re.compile(r"gzip|gunzip|kpl|deaggregat", re.IGNORECASE)
_NAME_MOST = 128
_KINESIS_IN = ("kinesisstreamsinput", "kinesisstream")
_FIREHOSE_IN = ("kinesisfirehoseinput", "kinesisfirehose")
_OUTPUTS = {
    "stream": ("kinesisstreamsoutput", "kinesisstream"),
    "Firehose delivery stream": ("kinesisfirehoseoutput", "kinesisfirehose"),
    "Lambda function": ("lambdaoutput", "lambda"),
}
_UNTAKEN = {  # members that have no counterpart, each with a sentence
    "cloudwatchloggingoptions": "Logs are not sent to CloudWatch; the site shows them.",
    "cloudwatchloggingoption": "Logs are not sent to CloudWatch; the site shows them.",
    "serviceexecutionrole": "No role of AWS is needed.",
    "vpcconfigurations": "A network of AWS has no meaning here.",
    "tags": "Tags are left out.",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """Holds an application, the files of its folder, and a finding for each part of the imported file."""

    application: Application
    files: dict[str, bytes]
    findings: tuple[Finding, ...]


def imported(tree: Node, files: Mapping[str, bytes], before: list[Finding]) -> Imported:
    """Returns the application of a tree. `files` may have the files of reference data, by their names.

    Raises ImportingError if the tree has no script.
    """
    found = Findings(list(before))
    name = _name(tree, found)
    script = _script(tree, found)
    inputs = _list(tree, "inputs", "input")
    if not inputs:
        raise ImportingError(f"The application {name} has no input, and so no schema.")
    for extra in inputs[1:]:
        found.refuse(extra, "An application has one input; this one is left out.")
    source, prefix, parallelism, schema = _input(inputs[0], found)
    references, contents = _references(tree, files, found)
    application = Application(
        name=name,
        script=script,
        schema=schema,
        source=source,
        input=f"{prefix}_001",
        parallelism=parallelism,
        references=references,
        outputs=tuple(_output(each, found) for each in _list(tree, "outputs", "output")),
        switches=as_imported(),
        files=contents,
    )
    _report_others(tree, found)
    return Imported(application, to_files(application), tuple(found.all))


def _name(tree: Node, found: Findings) -> str:
    node = tree.get("applicationname", "name")
    text = (node.value.name if isinstance(node.value, Unknown) else node.text()) if node else ""
    name = _UNNAMED.sub("-", _VARIABLE.sub("", text)).strip("-.")[:_NAME_MOST] or "imported"
    if node and name != text:
        found.take(node, f"The application is named {name}.")
    return name


def _list(tree: Node, *names: str) -> list[Node]:
    """Returns inputs, outputs or references; version 2 has them in a part, CloudFormation as own resources too."""
    configuration = tree.get("applicationconfiguration")
    sql = configuration.get("sqlapplicationconfiguration") if configuration else None
    lists = [inner for part in (sql, tree) if part and (inner := part.get(*names))]
    return [each for inner in lists for each in inner.each()]


def _script(tree: Node, found: Findings) -> str:
    """Returns the script. Raises ImportingError if there is none."""
    node = tree.get("applicationcode", "code")
    configuration = tree.get("applicationconfiguration")
    code = configuration.get("applicationcodeconfiguration") if configuration else None
    content = code.get("codecontent") if code else None
    node = node or (content.get("textcontent") if content else None)
    runtime = text_of(tree, "runtimeenvironment")
    if runtime and not runtime.upper().startswith("SQL"):
        raise ImportingError(f"The application runs in {runtime}; only applications in SQL can be imported.")
    if node is None or not node.text().strip():
        raise ImportingError("The application has no script in the file.")
    script = node.text()
    if len(script) > SCRIPT_MOST:
        raise ImportingError(f"The script has {len(script)} characters; it may have {SCRIPT_MOST}.")
    for variable in dict.fromkeys(_VARIABLE.findall(script)):
        found.refuse(node, f"{variable} has no value in the file; write the value into application.sql.")
    found.take(node, f"The script of {len(script.splitlines())} lines is in application.sql.")
    return script


def _input(node: Node, found: Findings) -> tuple[str, str, int, Schema]:
    """Returns the source, the prefix of the input streams, their number, and the schema."""
    source = _source(node, found)
    prefix = text_of(node, "nameprefix") or "SOURCE_SQL_STREAM"
    count = text_of(node.get("inputparallelism", "parallelism"), "count") or "1"
    parallelism = min(PARALLELISM_MOST, int(count)) if count.isdigit() and int(count) else 1
    _preprocessor(node, found)
    if start := text_of(
        node.get("inputstartingpositionconfiguration", "startingpositionconfiguration"),
        "inputstartingposition",
        "startingposition",
    ):
        found.take(
            node, f"The starting position {start} is chosen at the first start of a worker: consume NAME --from WHERE."
        )
    inner = node.get("inputschema", "schema")
    if inner is None:
        raise ImportingError(f"{node.place}: the input has no schema.")
    return source, prefix, parallelism, read_schema(inner, found)


def _source(node: Node, found: Findings) -> str:
    """Returns the name of the stream that an input reads."""
    stream, firehose = node.get(*_KINESIS_IN), node.get(*_FIREHOSE_IN)
    part = stream or firehose
    if part is None:
        found.refuse(node, "The input names no stream; write the source into application.toml.")
        return ""
    name = _resource(part)
    if firehose and not stream:
        found.refuse(part, f"A Firehose delivery stream cannot be read; feed a stream named {name or '…'} instead.")
    elif name:
        found.take(part, f"The source is the stream {name}{_doubt(part)}.")
    else:
        found.refuse(part, "The file has no name of the stream; write the source into application.toml.")
    return name


def _resource(part: Node) -> str:
    """Returns the name in the ARN of a stream, a delivery stream or a function; "" if the file does not have it."""
    node = part.get("resourcearn", "arn")
    if node is None:
        return ""
    if isinstance(node.value, Unknown):
        name = node.value.name
    else:
        text = node.text()
        name = text.rsplit("/", 1)[-1] if "/" in text else text.split(":function:")[-1].split(":")[0]
    return name if is_stream(name) else ""


def _doubt(part: Node) -> str:
    """Returns the end of a sentence about a name that a resource of the same file has, or that is its label."""
    node = part.get("resourcearn", "arn")
    return ", as its resource in the file is called" if node and isinstance(node.value, Unknown) else ""


def _preprocessor(node: Node, found: Findings) -> None:
    """Reports a Lambda function that the service called for each record before the script."""
    processing = node.get("inputprocessingconfiguration", "processingconfiguration")
    function = processing.get("inputlambdaprocessor", "lambda") if processing else None
    if function is None:
        return
    arn = text_of(function, "resourcearn")
    if _UNDERSTOOD.search(arn):
        found.take(function, f"The function {arn} is not needed: gzip and aggregated records are unpacked anyway.")
    else:
        found.refuse(function, f"The function {arn} changed records before the script, and cannot run here.")


def _output(node: Node, found: Findings) -> Output:
    """Returns an output; only a stream can be a target, the rows of others are in their table and page."""
    name = text_of(node, "name")
    form = text_of(node.get("destinationschema", "schema"), "recordformattype").lower()
    for noun, names in _OUTPUTS.items():
        part = node.get(*names)
        if part is None:
            continue
        target = _resource(part)
        if noun == "stream" and target:
            found.take(part, f"The rows of {name} go to the stream {target}{_doubt(part)}.")
            return Output(name, target, format="csv" if form == "csv" else "json")
        arn = text_of(part, "resourcearn")
        found.refuse(part, f"The rows of {name} cannot go to the {noun} {arn}; they are in a table and on a page.")
    return Output(name, format="csv" if form == "csv" else "json")


def _references(
    tree: Node, files: Mapping[str, bytes], found: Findings
) -> tuple[tuple[Reference, ...], dict[str, bytes]]:
    """Returns the tables of reference data, and the content of their files as far as it is known."""
    references: list[Reference] = []
    contents: dict[str, bytes] = {}
    for node in _list(tree, "referencedatasources", "referencedatasource"):
        table, inner = text_of(node, "tablename"), node.get("referenceschema", "schema")
        if not table or inner is None:
            found.refuse(node, "The reference data has no table name or no schema, and is left out.")
            continue
        place = node.get("s3referencedatasource", "s3") or node
        key = text_of(place, "filekey")
        file = _UNNAMED.sub("-", PurePosixPath(key).name).lstrip(".-") or f"{_UNNAMED.sub('-', table)}.data"
        bucket = text_of(place, "bucketarn").split(":::")[-1]
        contents[file] = files.get(PurePosixPath(key).name, b"")
        if contents[file]:
            found.take(place, f"The rows of the table {table} are in {file}.")
        else:
            found.refuse(place, f"The rows of the table {table} are not here: put s3://{bucket}/{key} into {file}.")
        references.append(Reference(table, file, read_schema(inner, found)))
    return tuple(references), contents


def _report_others(tree: Node, found: Findings) -> None:
    configuration = tree.get("applicationconfiguration")
    for part in (tree, configuration):
        for name, sentence in _UNTAKEN.items():
            node = part.get(name) if part else None
            if node and node.value not in ("", [], {}):
                found.refuse(node, sentence)
