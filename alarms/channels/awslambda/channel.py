"""Calls a function of AWS Lambda with the facts of the message, and waits for its answer: an action."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from alarms.channels import aws
from alarms.channels.base import Channel, Config, Field, Outcome, Receipt, Session, taken
from alarms.letters import Letter, data

ARN = Field("function", "ARN of the function", "Such as arn:aws:lambda:eu-west-1:123456789012:function:millrace-block")
MOST_ANSWER = 2000  # bytes


class Lambda(Channel):
    name = "awslambda"
    title = "AWS Lambda"
    about = "Calls a function with the facts of the alarm"
    fields = (ARN,)
    action = True

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        aws.region(found["function"], "lambda")
        return found

    def open(self, config: Config) -> Session:
        return LambdaSession(config["function"])

    def preview(self, config: Config, letter: Letter) -> str:
        return f"{config['function']} would be called with {payload(letter).decode()}"


class LambdaSession(Session):
    def __init__(self, function: str) -> None:
        self._function = function
        self._client = aws.client("lambda", aws.region(function, "lambda"))

    def send(self, letter: Letter) -> Receipt:
        failed = []

        def call() -> str:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload(letter))
            failed.append(answer.get("FunctionError", ""))
            body = answer["Payload"].read(MOST_ANSWER).decode("utf-8", "replace")
            return f"{answer['StatusCode']} {failed[0]} {body}".strip()

        receipt = aws.called(call)
        return Receipt(Outcome.HELD, receipt.answer) if failed and failed[0] else receipt


def payload(letter: Letter) -> bytes:
    """Returns the event of the function: `id` is the same in each attempt."""
    return msgspec.json.encode({"id": letter.name, "type": f"alarm.{letter.kind}", **data(letter)})


CHANNEL = Lambda()
