"""One application in each of the shapes that can be imported."""

import json
from pathlib import Path
from typing import Any

from sql import types
from sql.folder import Application, Column, Output, Reference, Schema, as_imported

SCRIPT = 'CREATE OR REPLACE STREAM "HOT" ("truck" VARCHAR(8));\n-- no window\n'
ROLE = "arn:aws:iam::123456789012:role/analytics"


def kinesis(name: str) -> str:
    return f"arn:aws:kinesis:eu-west-1:123456789012:stream/{name}"


FLEET_ARN = kinesis("fleet")
COLUMNS = (Column("truck", types.varchar(8), "$.truck"), Column("heat", types.decimal(5, 2), "$.engine.heat"))
DEPOTS = (Column("truck", types.varchar(8)), Column("depot", types.VARCHAR))
FLEET = Application(
    name="hot-trucks",
    script=SCRIPT,
    schema=Schema(COLUMNS),
    source="fleet",
    input="TRUCKS_001",
    parallelism=2,
    references=(Reference("Depots", "depots.csv", Schema(DEPOTS, "csv", row_delimiter="\n", column_delimiter="|")),),
    outputs=(Output("HOT", "alerts"), Output("error_stream", "", format="csv")),
    switches=as_imported(),
)
_COLUMNS = [
    {"Name": "truck", "Mapping": "$.truck", "SqlType": "VARCHAR(8)"},
    {"Name": "heat", "Mapping": "$.engine.heat", "SqlType": "DECIMAL(5,2)"},
]
_SCHEMA = {
    "RecordFormat": {
        "RecordFormatType": "JSON",
        "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}},
    },
    "RecordEncoding": "UTF-8",
    "RecordColumns": _COLUMNS,
}
_CSV = {"RecordRowDelimiter": "\\n", "RecordColumnDelimiter": "|"}
_DEPOTS = {
    "RecordFormat": {"RecordFormatType": "CSV", "MappingParameters": {"CSVMappingParameters": _CSV}},
    "RecordColumns": [{"Name": "truck", "SqlType": "VARCHAR(8)"}, {"Name": "depot", "SqlType": "VARCHAR"}],
}


def parts(suffix: str = "", *, stream: Any = FLEET_ARN) -> dict[str, Any]:
    """Returns inputs, outputs and references; `suffix` is Description in the answers of the service."""
    plural = f"{suffix}s" if suffix else "s"
    target = {"ResourceARN": kinesis("alerts"), "RoleARN": ROLE}
    function = {"ResourceARN": "arn:aws:lambda:eu-west-1:123456789012:function:tell", "RoleARN": ROLE}
    place = {"BucketARN": "arn:aws:s3:::places", "FileKey": "fleet/depots.csv", "ReferenceRoleARN": ROLE}
    return {
        f"Input{plural}": [
            {
                "NamePrefix": "TRUCKS",
                f"KinesisStreamsInput{suffix}": {"ResourceARN": stream, "RoleARN": ROLE},
                "InputParallelism": {"Count": 2},
                "InputSchema": _SCHEMA,
            }
        ],
        f"Output{plural}": [
            {"Name": "HOT", f"KinesisStreamsOutput{suffix}": target, "DestinationSchema": {"RecordFormatType": "JSON"}},
            {
                "Name": "error_stream",
                f"LambdaOutput{suffix}": function,
                "DestinationSchema": {"RecordFormatType": "CSV"},
            },
        ],
        f"ReferenceDataSource{plural}": [
            {"TableName": "Depots", f"S3ReferenceDataSource{suffix}": place, "ReferenceSchema": _DEPOTS}
        ],
    }


def request_v2(suffix: str = "", **options: Any) -> dict[str, Any]:
    content = {f"CodeContent{suffix}": {"TextContent": SCRIPT}, "CodeContentType": "PLAINTEXT"}
    return {
        "ApplicationName": "hot-trucks",
        "RuntimeEnvironment": "SQL-1_0",
        f"ApplicationConfiguration{suffix}": {
            f"ApplicationCodeConfiguration{suffix}": content,
            f"SqlApplicationConfiguration{suffix}": parts(suffix, **options),
        },
    }


def template_v1() -> dict[str, Any]:
    """Returns a template with the outputs and references as resources of their own."""
    found = parts(stream={"Fn::GetAtt": ["Fleet", "Arn"]})
    resources = {
        "Fleet": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": {"Ref": "StreamName"}, "ShardCount": 1}},
        "App": {
            "Type": "AWS::KinesisAnalytics::Application",
            "Properties": {
                "ApplicationName": {"Fn::Sub": "hot-${What}"},
                "ApplicationCode": {"Fn::Join": ["\n", SCRIPT.split("\n")]},
                "Inputs": found["Inputs"],
            },
        },
    }
    for number, output in enumerate(found["Outputs"]):
        properties = {"ApplicationName": {"Ref": "App"}, "Output": output}
        resources[f"Out{number}"] = {"Type": "AWS::KinesisAnalytics::ApplicationOutput", "Properties": properties}
    resources["Ref"] = {
        "Type": "AWS::KinesisAnalytics::ApplicationReferenceDataSource",
        "Properties": {"ApplicationName": "hot-trucks", "ReferenceDataSource": found["ReferenceDataSources"][0]},
    }
    defaults = {"What": {"Type": "String", "Default": "trucks"}, "StreamName": {"Type": "String", "Default": "fleet"}}
    return {"Parameters": defaults, "Resources": resources}


FILES = Path(__file__).parent / "files"
TERRAFORM_V1, TERRAFORM_V2 = ((FILES / name).read_text() for name in ("v1.tf", "v2.tf"))


def state() -> dict[str, Any]:
    """Returns a state file of Terraform: every block is a list there, and missing ones are empty."""

    def attributes(value: Any) -> Any:
        if isinstance(value, dict):
            return {_snake(key): attributes(inner) for key, inner in value.items()}
        return [attributes(each) for each in value] if isinstance(value, list) else value

    def blocks(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: [blocks(inner)] if isinstance(inner, dict) else blocks(inner) for key, inner in value.items()}
        return [blocks(each) for each in value] if isinstance(value, list) else value

    values = blocks(attributes(request_v2()))
    values["name"] = values.pop("application_name")
    values["cloudwatch_logging_options"] = []
    resource = {"mode": "managed", "type": "aws_kinesisanalyticsv2_application", "name": "hot"}
    return {
        "version": 4,
        "terraform_version": "1.9.0",
        "resources": [{**resource, "instances": [{"attributes": values}]}],
    }


def plan() -> dict[str, Any]:
    resource = state()["resources"][0]
    child = {"resources": [{"type": resource["type"], "name": "hot", "values": resource["instances"][0]["attributes"]}]}
    return {"format_version": "1.2", "planned_values": {"root_module": {"child_modules": [child]}}}


def _snake(key: str) -> str:
    for word in ("JSON", "CSV", "ARN", "S3"):
        key = key.replace(word, word.capitalize())
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key).lstrip("_")


SHAPES: dict[str, tuple[str, str]] = {
    "v1 describe": (
        "a.json",
        json.dumps(
            {"ApplicationDetail": {"ApplicationName": "hot-trucks", "ApplicationCode": SCRIPT, **parts("Description")}}
        ),
    ),
    "v2 describe": ("a.json", json.dumps({"ApplicationDetail": request_v2("Description")})),
    "v1 request": ("a.json", json.dumps({"ApplicationName": "hot-trucks", "ApplicationCode": SCRIPT, **parts()})),
    "v2 request": ("a.json", json.dumps(request_v2())),
    "v1 template": ("a.template", json.dumps(template_v1(), indent=1)),
    "v2 template": ("a.yaml", (FILES / "v2.yaml").read_text()),
    "v1 Terraform": ("main.tf", TERRAFORM_V1),
    "v2 Terraform": ("main.tf", TERRAFORM_V2),
    "state": ("terraform.tfstate", json.dumps(state())),
    "plan": ("plan.json", json.dumps(plan())),
}
