"""Publishes messages to a topic of Amazon SNS. Their name is the attribute `id`; FIFO topics de-duplicate by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from alarms.channels import aws
from alarms.channels.base import Channel, Config, ConfigError, Field, Receipt, Session, taken
from alarms.letters import Letter, data, subject, text
from common.text import only_ascii

ARN = Field("topic", "ARN of the topic", "Such as arn:aws:sns:eu-west-1:123456789012:millrace-alarms")
FORM = Field("form", "Form", "text, or json for machines (default: text)", required=False)


class Sns(Channel):
    name = "sns"
    title = "Amazon SNS"
    about = "Publishes to a topic"
    fields = (ARN, FORM)

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        aws.region(found["topic"], "sns")
        found.setdefault("form", "text")
        if found["form"] not in ("text", "json"):
            raise ConfigError("The form is text or json.")
        return found

    def open(self, config: Config) -> Session:
        return SnsSession(config)

    def preview(self, config: Config, letter: Letter) -> str:
        return f"{subject(letter)} would be published to {config['topic']}"


class SnsSession(Session):
    def __init__(self, config: Config) -> None:
        self._topic = config["topic"]
        self._json = config.get("form") == "json"
        self._client = aws.client("sns", aws.region(self._topic, "sns"))

    def send(self, letter: Letter) -> Receipt:
        words: dict[str, Any] = {
            "TopicArn": self._topic,
            "Subject": only_ascii(subject(letter), 99),  # SNS takes fewer than 100 characters of ASCII
            "Message": msgspec.json.encode(data(letter)).decode() if self._json else text(letter),
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value}
                for name, value in (("id", letter.name), ("kind", letter.kind), ("severity", letter.severity))
            },
        }
        if self._topic.endswith(".fifo"):
            words |= {"MessageDeduplicationId": letter.name, "MessageGroupId": letter.episode}
        return aws.called(lambda: f"MessageId {self._client.publish(**words)['MessageId']}")


CHANNEL = Sns()
