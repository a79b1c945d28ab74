"""One application in each of the shapes that can be imported."""

import json
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
    """Returns a template whose output and references are resources of their own."""
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


TEMPLATE_V2 = """
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Window: {Type: String, Default: window}
Resources:
  Alerts: {Type: 'AWS::Kinesis::Stream', Properties: {Name: alerts, ShardCount: 1}}
  App:
    Type: AWS::KinesisAnalyticsV2::Application
    Properties:
      ApplicationName: hot-trucks
      RuntimeEnvironment: SQL-1_0
      ServiceExecutionRole: !GetAtt Role.Arn
      ApplicationConfiguration:
        ApplicationCodeConfiguration:
          CodeContent:
            TextContent: !Sub |
              CREATE OR REPLACE STREAM "HOT" ("truck" VARCHAR(8));
              -- no ${Window}
        SqlApplicationConfiguration:
          Inputs:
            - NamePrefix: TRUCKS
              InputParallelism: {Count: 2}
              KinesisStreamsInput: {ResourceARN: !Sub 'arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/fleet'}
              InputSchema:
                RecordFormat: {RecordFormatType: JSON, MappingParameters: {JSONMappingParameters: {RecordRowPath: $}}}
                RecordColumns:
                  - {Name: truck, Mapping: $.truck, SqlType: VARCHAR(8)}
                  - {Name: heat, Mapping: $.engine.heat, SqlType: 'DECIMAL(5,2)'}
  Hot:
    Type: AWS::KinesisAnalyticsV2::ApplicationOutput
    Properties:
      ApplicationName: !Ref App
      Output:
        Name: HOT
        KinesisStreamsOutput: {ResourceARN: !Sub '${Alerts.Arn}'}
        DestinationSchema: {RecordFormatType: JSON}
  Errors:
    Type: AWS::KinesisAnalyticsV2::ApplicationOutput
    Properties:
      ApplicationName: !Ref App
      Output:
        Name: error_stream
        LambdaOutput: {ResourceARN: !GetAtt Tell.Arn}
        DestinationSchema: {RecordFormatType: CSV}
  Depots:
    Type: AWS::KinesisAnalyticsV2::ApplicationReferenceDataSource
    Properties:
      ApplicationName: !Ref App
      ReferenceDataSource:
        TableName: Depots
        S3ReferenceDataSource: {BucketARN: !Join ['', ['arn:aws:s3:::', places]], FileKey: fleet/depots.csv}
        ReferenceSchema:
          RecordFormat:
            RecordFormatType: CSV
            MappingParameters: {CSVMappingParameters: {RecordRowDelimiter: "\\n", RecordColumnDelimiter: '|'}}
          RecordColumns: [{Name: truck, SqlType: VARCHAR(8)}, {Name: depot, SqlType: VARCHAR}]
"""
TERRAFORM_V1 = r"""
variable "prefix" { default = "TRUCKS" }
resource "aws_kinesis_stream" "fleet" {
  name        = "fleet"
  shard_count = var.shards > 1 ? var.shards : 1 # as many as it takes
}
resource "aws_kinesis_analytics_application" "hot" {
  name = "hot-trucks"
  code = "CREATE OR REPLACE STREAM \"HOT\" (\"truck\" VARCHAR(8));\n-- no window\n"
  inputs {
    name_prefix = var.prefix
    parallelism { count = 2 }
    kinesis_stream {
      resource_arn = aws_kinesis_stream.fleet.arn
      role_arn     = aws_iam_role.analytics.arn
    }
    schema {
      record_columns {
        mapping  = "$.truck"
        name     = "truck"
        sql_type = "VARCHAR(8)"
      }
      record_columns {
        mapping  = "$.engine.heat"
        name     = "heat"
        sql_type = "DECIMAL(5,2)"
      }
      record_encoding = "UTF-8"
      record_format {
        mapping_parameters {
          json { record_row_path = "$" }
        }
      }
    }
  }
  outputs {
    name = "HOT"
    schema { record_format_type = "JSON" }
    kinesis_stream {
      resource_arn = "arn:aws:kinesis:${var.region}:${data.aws_caller_identity.current.account_id}:stream/alerts"
      role_arn     = aws_iam_role.analytics.arn
    }
  }
  outputs {
    name = "error_stream"
    schema { record_format_type = "CSV" }
    lambda {
      resource_arn = aws_lambda_function.tell.arn
      role_arn     = aws_iam_role.analytics.arn
    }
  }
  reference_data_sources {
    table_name = "Depots"
    s3 {
      bucket_arn = "arn:aws:s3:::places"
      file_key   = "fleet/depots.csv"
      role_arn   = aws_iam_role.analytics.arn
    }
    schema {
      record_columns {
        name     = "truck"
        sql_type = "VARCHAR(8)"
      }
      record_columns {
        name     = "depot"
        sql_type = "VARCHAR"
      }
      record_format {
        mapping_parameters {
          csv {
            record_column_delimiter = "|"
            record_row_delimiter    = "\n"
          }
        }
      }
    }
  }
}
"""
TERRAFORM_V2 = """
locals {
  window = "window"
  tables = { depots = "Depots" }
}
resource "aws_kinesisanalyticsv2_application" "hot" {
  name                   = join("-", ["hot", "trucks"])
  runtime_environment    = "SQL-1_0"
  service_execution_role = aws_iam_role.analytics.arn
  application_configuration {
    application_code_configuration {
      code_content {
        text_content = <<-SQL
          CREATE OR REPLACE STREAM "HOT" ("truck" VARCHAR(8));
          -- no ${local.window}
        SQL
      }
      code_content_type = "PLAINTEXT"
    }
    sql_application_configuration {
      input {
        name_prefix = "TRUCKS"
        input_parallelism { count = 2 }
        input_schema {
          record_column {
            name     = "truck"
            mapping  = "$.truck"
            sql_type = "VARCHAR(8)"
          }
          record_column {
            name     = "heat"
            mapping  = "$.engine.heat"
            sql_type = "DECIMAL(5,2)"
          }
          record_format {
            record_format_type = "JSON"
            mapping_parameters { json_mapping_parameters { record_row_path = "$" } }
          }
        }
        kinesis_streams_input { resource_arn = aws_kinesis_stream.fleet.arn }
      }
      output {
        name = "HOT"
        destination_schema { record_format_type = "JSON" }
        kinesis_streams_output { resource_arn = data.aws_kinesis_stream.target.arn }
      }
      output {
        name = "error_stream"
        destination_schema { record_format_type = "CSV" }
        lambda_output { resource_arn = aws_lambda_function.tell.arn }
      }
      reference_data_source {
        table_name = "Depots"
        s3_reference_data_source {
          bucket_arn = "arn:aws:s3:::places"
          file_key   = "fleet/depots.csv"
        }
        reference_schema {
          record_column {
            name     = "truck"
            sql_type = "VARCHAR(8)"
          }
          record_column {
            name     = "depot"
            sql_type = "VARCHAR"
          }
          record_format {
            record_format_type = "CSV"
            mapping_parameters {
              csv_mapping_parameters {
                record_column_delimiter = "|"
                record_row_delimiter    = "\\\\n"
              }
            }
          }
        }
      }
    }
  }
}
data "aws_kinesis_stream" "target" { name = "alerts" }
"""


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
    "v2 template": ("a.yaml", TEMPLATE_V2),
    "v1 Terraform": ("main.tf", TERRAFORM_V1),
    "v2 Terraform": ("main.tf", TERRAFORM_V2),
    "state": ("terraform.tfstate", json.dumps(state())),
    "plan": ("plan.json", json.dumps(plan())),
}
