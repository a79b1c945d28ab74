"""Compares our tables of arguments with the model of the service, as botocore has it."""

import gzip
import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from ingest.endpoint.operations import consumers, putting
from ingest.endpoint.operations.table import OPERATIONS
from ingest.endpoint.operations.unsupported import NAMES
from ingest.endpoint.validation import Blob, Choice, Fields, Flag, Items, Pairs, Text, Time, Whole

[FOUND] = (Path(botocore.__file__).parent / "data/kinesis/2013-12-02").glob("service-2.json*")
MODEL = json.loads(gzip.decompress(FOUND.read_bytes()) if FOUND.suffix == ".gz" else FOUND.read_bytes())
SHAPES = MODEL["shapes"]
FIELDS = {name: operation.fields for name, operation in OPERATIONS.items()} | {
    "PutRecord": putting.PUT_RECORD,
    "PutRecords": putting.PUT_RECORDS,
    "SubscribeToShard": consumers.SUBSCRIBE,
}
LEFT_OUT = {"StreamId", "WarmThroughputMiBps", "RecordDistributionStrategy"}  # of features that only Amazon has


def test_every_operation_of_the_service_is_answered() -> None:
    assert set(MODEL["operations"]) == FIELDS.keys() | NAMES


@pytest.mark.parametrize("operation", sorted(FIELDS))
def test_arguments_are_those_of_the_model(operation: str) -> None:
    shape = MODEL["operations"][operation]["input"]["shape"]
    ours = described(FIELDS[operation])
    theirs = of_model(shape)
    if operation in ("PutRecord", "PutRecords"):  # without it only where Amazon distributes the records
        structure = theirs if operation == "PutRecord" else theirs["members"]["Records"]["member"]
        structure["required"].append("PartitionKey")
    if operation == "UpdateMaxRecordSize":
        ours["members"].pop("StreamName")  # taken beside the ARN, as everywhere else
    assert ours == theirs


def of_model(name: str) -> dict[str, Any]:
    """Describes a shape of the model in plain words."""
    shape = SHAPES[name]
    bounds = {"least": shape.get("min") or 0, "most": shape.get("max")}
    match shape["type"]:
        case "structure":
            members = {
                key: of_model(member["shape"]) for key, member in shape["members"].items() if key not in LEFT_OUT
            }
            return {"members": members, "required": sorted(shape.get("required", ()))}
        case "string" if "enum" in shape:
            return {"enum": sorted(shape["enum"])}
        case "string":
            return {"pattern": bare(shape.get("pattern", "")), **bounds}
        case "list":
            return {"member": of_model(shape["member"]["shape"]), **bounds}
        case "map":
            return {"key": of_model(shape["key"]["shape"]), "value": of_model(shape["value"]["shape"]), **bounds}
        case "blob":
            return {"blob": shape["max"]}
        case "integer":
            return {"least": shape.get("min"), "most": shape.get("max")}
        case other:
            return {"type": other}


def described(kind: Any) -> dict[str, Any]:
    """Describes one of our kinds in the same words."""
    match kind:
        case Fields(kinds, required):
            return {"members": {name: described(one) for name, one in kinds.items()}, "required": sorted(required)}
        case Choice(values):
            return {"enum": sorted(values)}
        case Text(pattern, least, most):
            return {"pattern": bare(pattern), "least": least, "most": most}
        case Items(member, least, most):
            return {"member": described(member), "least": least, "most": most}
        case Pairs(key, value, least, most):
            return {"key": described(key), "value": described(value), "least": least, "most": most}
        case Blob(most):
            return {"blob": most}
        case Whole(least, most):
            return {"least": least, "most": most}
        case Flag():
            return {"type": "boolean"}
        case Time():
            return {"type": "timestamp"}
    raise AssertionError(kind)


def bare(pattern: str) -> str:
    """Returns a pattern without anchors, and without brackets around all of it."""
    text = pattern.removeprefix("^").removesuffix("$")
    return text[1:-1] if text.startswith("(0|") else text
