"""Checks Amazon SNS and AWS Lambda on an emulator."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from alarms import channels, targets
from alarms.channels.base import ConfigError, Outcome
from tests.alarms.making import T0
from tests.emulators import ministack

LETTER = replace(targets.sample(T0, "a" * 64), kind="firing", key="203.0.113.7", episode="e" * 64)
REGION = "eu-west-1"
CODE = """
def handler(event, context):
    if event["severity"] == "critical":
        raise ValueError("not this one")
    return {"blocked": event["key"], "id": event["id"]}
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Any]:
    with ministack() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", url)
        patch.setenv("AWS_ACCESS_KEY_ID", "a")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        yield lambda service: boto3.session.Session().client(service, region_name=REGION)


def send(channel: str, values: dict[str, str], **facts: Any) -> Any:
    kind = channels.named(channel)
    return kind.open(kind.check(values)).send(replace(LETTER, **facts))


def test_sns_publishes_a_message_with_its_id(aws: Any) -> None:
    topic = aws("sns").create_topic(Name="millrace-alarms")["TopicArn"]
    queue = aws("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    receipt = send("sns", {"topic": topic})
    assert (receipt.outcome, receipt.answer.startswith("MessageId ")) == (Outcome.GOOD, True)
    [message] = aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    body = json.loads(message["Body"])
    assert body["Subject"] == "INFO: A test of this target at 203.0.113.7 began"
    assert body["MessageAttributes"]["id"]["Value"] == "a" * 64
    gone = send("sns", {"topic": topic + "x", "form": "json"})
    assert (gone.outcome, "NotFound" in gone.answer) == (Outcome.LATER, True)


def test_lambda_is_called_by_name_and_tells_its_own_fault(aws: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("code.py", CODE)
    function = aws("lambda").create_function(
        FunctionName="millrace-block",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/x",
        Handler="code.handler",
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]
    good = send("awslambda", {"function": function})
    assert good.outcome is Outcome.GOOD
    assert json.loads(good.answer.removeprefix("200 ").strip()) == {"blocked": "203.0.113.7", "id": "a" * 64}
    bad = send("awslambda", {"function": function}, severity="critical")
    assert (bad.outcome, "not this one" in bad.answer) == (Outcome.HELD, True)


@pytest.mark.parametrize("arn", ["millrace", "arn:aws:sqs:eu-west-1:000000000000:x", "arn:aws:sns:nowhere:1:x", ""])
def test_a_name_that_is_no_arn_of_the_service_is_refused(arn: str) -> None:
    for channel, field in (("sns", "topic"), ("awslambda", "function")):
        with pytest.raises(ConfigError):
            channels.named(channel).check({field: arn})
