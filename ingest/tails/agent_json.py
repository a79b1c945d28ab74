"""Reads the agent.json of Amazon Kinesis Agent as it is; docs/produce-tail.md has the table of its options.

The names are from the source of Kinesis Agent 2.0: FileFlow, KinesisFileFlow, AgentConfiguration and
ProcessingUtilsFactory.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ingest.tails import conversions, keys, lenient_json
from ingest.tails.checking import MOST_HEADERS, Table
from ingest.tails.cutting import MOST_DATA, Rules
from ingest.tails.flows import Config, Convert, Flow
from ingest.tails.lenient_json import Object
from ingest.tails.log_formats import FORMATS
from streams.sources.base import SourceError

ELSEWHERE = "STREAM_URL says where records go"
CREDENTIALS = "AWS credentials come from the environment"
AT_ONCE = "records are put as soon as they are read"
NO_QUEUE = "there is no queue of puts"
METRICS = "figures are on the streams page and for Prometheus"
FIREHOSE = "only streams are written to, not Firehose"
# Options of the whole file that are not taken, with the reason.
TOP: dict[str, str] = {
    **dict.fromkeys(("kinesis.endpoint", "kinesis.region", "sts.endpoint", "sts.region", "endpoint", "region"),
                    ELSEWHERE),
    **dict.fromkeys(("awsAccessKeyId", "awsSecretAccessKey", "assumeRoleARN", "assumeRoleExternalId",
                     "userDefinedCredentialsProvider.classname", "userDefinedCredentialsProvider.location"),
                    CREDENTIALS),
    **dict.fromkeys(("cloudwatch.emitMetrics", "cloudwatch.endpoint", "cloudwatch.region", "cloudwatch.namespace",
                     "cloudwatch.tagInstance", "cloudwatch.metricsBufferTimeMillis", "cloudwatch.metricsQueueSize",
                     "log.emitMetrics", "log.emitInternalMetrics", "log.statusReportingPeriodSeconds"), METRICS),
    **dict.fromkeys(("firehose.endpoint", "firehose.region"), FIREHOSE),
    **dict.fromkeys(("checkpointFile", "checkpointTimeToLiveDays"), "positions are stored with the records"),
    **dict.fromkeys(("maxSendingThreads", "maxSendingThreadsPerCore", "sendingThreadsKeepAliveMillis",
                     "sendingThreadsMaxQueueSize", "maxConnections", "connectionTimeoutMillis", "connectionTTLMillis",
                     "socketTimeoutMillis", "useTcpKeepAlive", "useHttpGzip"), NO_QUEUE),
    "shutdownTimeoutMillis": "a stop waits for the batch in hand",
}  # fmt: skip
# Options of a flow that are not taken, with the reason.
IN_FLOW: dict[str, str] = {
    **dict.fromkeys(("maxBufferAgeMillis", "maxBufferSizeRecords", "maxBufferSizeBytes"), AT_ONCE),
    **dict.fromkeys(("waitOnFullPublishQueueMillis", "waitOnEmptyPublishQueueMillis", "waitOnFullRetryQueueMillis",
                     "publishQueueCapacity", "log.emitInternalMetrics"), NO_QUEUE),
    **dict.fromkeys(("retryInitialBackoffMillis", "retryMaxBackoffMillis"), "a put that failed is tried each second"),
    **dict.fromkeys(("minTimeBetweenFilePollsMillis", "maxTimeBetweenFileTrackerRefreshMillis"),
                    "files are looked at every 100 ms"),
    "fileFooterPattern": "files are read to their end",
    "aggregatedRecordSizeBytes": FIREHOSE,
}  # fmt: skip
TAKEN = (
    "filePattern", "kinesisStream", "partitionKeyOption", "initialPosition", "skipHeaderLines", "multiLineStartPattern",
    "truncatedRecordTerminator", "dataProcessingOptions",
)  # fmt: skip
KEYS = {"RANDOM": keys.at_random, "DETERMINISTIC": keys.deterministic}
PRINTERS = ("COMPACT", "PRETTYPRINT")
OPTIONS: dict[str, tuple[str, ...]] = {
    "SINGLELINE": (),
    "CSVTOJSON": ("customFieldNames", "delimiter", "jsonFormat"),
    "LOGTOJSON": ("logFormat", "matchPattern", "customFieldNames", "jsonFormat"),
    "ADDMETADATA": ("metadata", "metadataFields", "jsonFormat"),
    "ADDBRACKETS": (),
}
NOT_CONVERTED = {"ADDEC2METADATA": "the machine is not asked for metadata; ADDMETADATA adds fixed fields"}


def is_agents(path: Path, text: str) -> bool:
    """Returns whether a configuration is of Kinesis Agent: it begins with a brace or a comment of JSON."""
    return path.suffix == ".json" or re.match(r"\s*(\{|/\*|//)", text) is not None


def read(path: Path, text: str) -> Config:
    """Returns the flows of an agent.json. Raises SourceError."""
    try:
        document = lenient_json.parse(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON: {error}.") from None
    if not isinstance(document, Object):
        raise SourceError(f"{path} is no JSON object.")
    top = _table(document, path)
    top.refuse_unknown(("flows", *TOP))
    listed = document.values.get("flows")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, Object) for each in listed):
        raise top.fault("flows", "'flows' must be a list of objects with filePattern and kinesisStream")
    not_taken = list(_left_out(top, TOP))
    tables = [_table(each, path) for each in listed]
    flows = [_flow(table, not_taken) for table in tables if not _is_firehose(table, not_taken)]
    if not flows:
        raise top.fault("flows", "no flow has a kinesisStream")
    return Config(path=path, flows=tuple(flows), not_taken=tuple(not_taken))


def _table(found: Object, path: Path) -> Table:
    return Table({}, path, lambda key: None).of(found.values, found.lines)


def _left_out(table: Table, reasons: Mapping[str, str]) -> Iterator[str]:
    """Yields a sentence for each option that is there and not taken; values may be secret."""
    for key in table.values:
        if key in reasons:
            yield f"{table.place(key)}: {key} is not taken: {reasons[key]}."


def _is_firehose(table: Table, not_taken: list[str]) -> bool:
    if "deliveryStream" not in table.values or "kinesisStream" in table.values:
        return False
    not_taken.append(f"{table.place('deliveryStream')}: the flow with deliveryStream is not taken: {FIREHOSE}.")
    return True


def _flow(table: Table, not_taken: list[str]) -> Flow:
    table.refuse_unknown((*TAKEN, *IN_FLOW, "deliveryStream"))
    not_taken += _left_out(table, IN_FLOW | {"deliveryStream": FIREHOSE})
    patterns = table.paths("filePattern")
    converts = _converts(table, not_taken)
    terminator = table.text("truncatedRecordTerminator", "\n").encode()
    if len(terminator) > MOST_DATA // 2:
        raise table.fault("truncatedRecordTerminator", "the terminator is longer than a record may be")
    return Flow(
        name=", ".join(patterns),
        patterns=patterns,
        stream=table.stream("kinesisStream"),
        key=KEYS[table.choice("partitionKeyOption", tuple(KEYS), "RANDOM")],
        from_end=table.choice("initialPosition", ("START_OF_FILE", "END_OF_FILE"), "END_OF_FILE") == "END_OF_FILE",
        headers=table.whole("skipHeaderLines", MOST_HEADERS),
        rules=Rules(table.pattern("multiLineStartPattern"), terminator, newline=not converts),
        converts=converts,
        newline=True,
    )


def _converts(table: Table, not_taken: list[str]) -> tuple[Convert, ...]:
    found = table.values.get("dataProcessingOptions", [])
    if not isinstance(found, list) or not all(isinstance(each, Object) for each in found):
        raise table.fault("dataProcessingOptions", "'dataProcessingOptions' must be a list of objects")
    made = []
    for each in found:
        option = table.of(each.values, each.lines)
        name = option.choice("optionName", (*OPTIONS, *NOT_CONVERTED))
        if name in NOT_CONVERTED:
            not_taken.append(f"{option.place('optionName')}: {name} is not taken: {NOT_CONVERTED[name]}.")
        else:
            option.refuse_unknown(("optionName", *OPTIONS[name]))
            made.append(_convert(option, name))
    return tuple(made)


def _convert(option: Table, name: str) -> Convert:
    pretty = option.choice("jsonFormat", PRINTERS, "COMPACT") == "PRETTYPRINT"
    if name == "CSVTOJSON":
        return conversions.csv_to_json(option.texts("customFieldNames"), _delimiter(option), pretty=pretty)
    if name == "LOGTOJSON":
        return _log(option, pretty=pretty)
    if name == "ADDMETADATA":
        fields: Any = lenient_json.plain(option.values.get("metadata", option.values.get("metadataFields")))
        return conversions.add_metadata(fields, pretty=pretty)
    return conversions.single_line if name == "SINGLELINE" else conversions.add_brackets


def _delimiter(option: Table) -> str:
    r"""Returns the delimiter. The agent takes it as a pattern: \\t in the file is a tab, and \\| a bar."""
    text = option.text("delimiter", ",")
    found = text.replace(r"\t", "\t") if text == r"\t" else re.sub(r"\\([^A-Za-z0-9])", r"\1", text)
    if not found:
        raise option.fault("delimiter", "the delimiter has no character")
    return found


def _log(option: Table, *, pretty: bool) -> Convert:
    fields = option.texts("customFieldNames") if "customFieldNames" in option.values else ()
    pattern = option.pattern("matchPattern")
    if pattern and not fields:
        raise option.fault("matchPattern", "'matchPattern' needs customFieldNames, a name for each group")
    log_format = option.choice("logFormat", tuple(FORMATS))
    try:
        return conversions.log_to_json(None if pattern else log_format, pattern, fields, pretty=pretty)
    except ValueError as error:
        raise option.fault("matchPattern" if pattern else "customFieldNames", str(error)) from None
