"""Importing: the same application from each shape, and a finding for each part that cannot be taken."""

import json
from dataclasses import replace
from typing import Any

import pytest

from sql.folder import from_files
from sql.importing import ImportingError, read_applications
from sql.importing.schemas import decoded
from tests.sql.importing import shapes
from tests.sql.importing.shapes import FLEET, SHAPES


def findings(values: Any, *, taken: bool = False) -> list[str]:
    (found,) = read_applications({"a.json": json.dumps(values).encode()})
    return [str(each) for each in found.findings if each.taken == taken]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_gives_the_same_application(shape: str) -> None:
    name, text = SHAPES[shape]
    (found,) = read_applications({name: text.encode(), "depots.csv": b"T1|north\n"}, name)
    assert found.application == FLEET
    assert from_files(found.files) == FLEET
    assert (sorted(found.files), found.files["depots.csv"]) == (
        ["application.sql", "application.toml", "depots.csv"],
        b"T1|north\n",
    )


def test_each_part_is_reported_with_its_place() -> None:
    values = {
        "ApplicationName": "hot-trucks",
        "ApplicationCode": "-- ${Window}",
        "Tags": [{"Key": "a"}],
        **shapes.parts(),
    }
    lambda_input = {"InputLambdaProcessor": {"ResourceARN": "arn:aws:lambda:eu-west-1:1:function:clean"}}
    values["Inputs"][0]["InputProcessingConfiguration"] = lambda_input
    assert findings(values) == [
        "ApplicationCode: ${Window} has no value in the file; write the value into application.sql.",
        "Inputs[0].InputProcessingConfiguration.InputLambdaProcessor: The function "
        "arn:aws:lambda:eu-west-1:1:function:clean changed records before the script, and cannot run here.",
        "ReferenceDataSources[0].S3ReferenceDataSource: The rows of the table Depots are not here: "
        "put s3://places/fleet/depots.csv into depots.csv.",
        "Outputs[1].LambdaOutput: The rows of error_stream cannot go to the Lambda function "
        "arn:aws:lambda:eu-west-1:123456789012:function:tell; they are in a table and on a page.",
        "Tags: Tags are left out.",
    ]
    assert findings(values, taken=True) == [
        "ApplicationCode: The script of 1 lines is in application.sql.",
        "Inputs[0].KinesisStreamsInput: The source is the stream fleet.",
        "Outputs[0].KinesisStreamsOutput: The rows of HOT go to the stream alerts.",
    ]


def test_preprocessors_that_unpack_records_are_not_needed() -> None:
    values = {"ApplicationName": "x", "ApplicationCode": "-- x", **shapes.parts()}
    function = {"ResourceARN": "arn:aws:lambda:eu-west-1:1:function:kinesis-analytics-process-kpl-record"}
    values["Inputs"][0]["InputProcessingConfiguration"] = {"InputLambdaProcessor": function}
    assert any("is not needed" in each for each in findings(values, taken=True))


def test_a_firehose_source_and_odd_columns_are_reported() -> None:
    values = {"ApplicationName": "x", "ApplicationCode": "-- x", **shapes.parts()}
    source = values["Inputs"][0]
    arn = "arn:aws:firehose:eu-west-1:1:deliverystream/clicks"
    source["KinesisFirehoseInput"] = {"ResourceARN": arn}
    del source["KinesisStreamsInput"]
    columns = [
        {"Name": "a", "SqlType": "STRING"},
        {"Name": "a", "SqlType": "INT"},
        {"Name": "b", "SqlType": "INT", "Mapping": "$.x["},
    ]
    source["InputSchema"] = {"RecordColumns": columns}
    found = [each.split(": ", 1)[1] for each in findings(values)]
    assert found[0].startswith("A Firehose delivery stream cannot be read; feed a stream named clicks instead.")
    assert found[1] == "The type of a: 'STRING' is not a type; did you mean VARCHAR? VARCHAR is taken."
    assert found[2].startswith("The column a has no usable name, or one")
    assert (
        found[3] == "The mapping of b: The path '$.x[' cannot be read from its character 4 on. The member b is taken."
    )


@pytest.mark.parametrize("call", ["file(PATH)", '"${file(PATH)}"', 'templatefile(PATH, { table = "HOT" })'])
def test_a_script_in_a_file_of_its_own_is_read(call: str) -> None:
    more = "table" in call
    start, rest = shapes.TERRAFORM_V1.split("  code = ", 1)
    code = call.replace("PATH", '"${path.module}/sql/hot.sql"')
    text = f"{start}  code = {code}\n" + rest.split("\n", 1)[1]
    files = {
        "main.tf": text.encode(),
        "other.tf": b"",
        "hot.sql": shapes.SCRIPT.replace("HOT", "${table}" if more else "HOT").encode(),
    }
    (found,) = read_applications(files)
    assert found.application == FLEET
    del files["hot.sql"]
    (found,) = read_applications(files)
    assert str(found.findings[0]) == "main.tf, line 8: The file hot.sql is needed too: import the folder that has it."


def test_a_dynamic_block_is_reported_with_the_way_out() -> None:
    text = shapes.TERRAFORM_V1.replace(
        "  outputs {",
        '  dynamic "outputs" {\n    for_each = var.x\n    content { name = each.key }\n  }\n  outputs {',
        1,
    )
    (found,) = read_applications({"main.tf": text.encode()})
    assert str(found.findings[0]).startswith("line 35: A dynamic block cannot be computed here; import the JSON of")
    assert found.application == FLEET


def test_several_applications_are_all_read() -> None:
    text = shapes.TERRAFORM_V1 + shapes.TERRAFORM_V2.replace('"hot"', '"cold"', 1).replace('["hot"', '["cold"')
    found = read_applications({"main.tf": text.encode()})
    assert [each.application.name for each in found] == ["hot-trucks", "cold-trucks"]
    assert replace(found[1].application, name="hot-trucks") == FLEET


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.json", "{", "The file is not JSON"),
        ("a.yaml", "a: [", "The file is not YAML"),
        ("a.yaml", "", "The file is empty."),
        ("a.json", "{}", "There is no application of Kinesis Data Analytics in the file."),
        (
            "a.tf",
            'resource "aws_kinesis_analytics_application" "x" {',
            "line 1: } is expected, where 'the end of the file' stands.",
        ),
        ("a.tf", "x = <<EOF\nabc", "line 2: EOF is expected, which ends the text that begins here."),
        ("a.tf", 'x = 1\ny = "abc', "line 2: the text that begins here has no closing quote."),
        ("a.tf", 'x = "' + "${" * 9000, "no closing quote"),
        ("a.yaml", "- " * 300_000, "The file has more than 100 levels."),
        (
            "a.json",
            '{"ApplicationName": "x", "RuntimeEnvironment": "FLINK-1_18", "Inputs": [{}]}',
            "The application runs in FLINK-1_18",
        ),
        (
            "a.json",
            '{"ApplicationName": "x", "ApplicationCode": "x"}',
            "The application x has no input, and so no schema.",
        ),
        ("a.json", "[" * 2000 + "]" * 2000, "The file"),
        (
            "a.yaml",
            "a: &a [x, x]\n"
            + "".join(
                f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijklmn", "bcdefghijklmno", strict=True)
            ),
            "The file has more than 200,000 values",
        ),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_with_a_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ImportingError) as error:
        read_applications({name: text.encode()})
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("written", "delimiter"),
    [("\\n", "\n"), ("\\r\\n", "\r\n"), ("\t", "\t"), ("\\u0001", "\x01"), ("||", "||"), ("\\|", "|")],
)
def test_escapes_in_delimiters_are_decoded(written: str, delimiter: str) -> None:
    assert decoded(written) == delimiter
