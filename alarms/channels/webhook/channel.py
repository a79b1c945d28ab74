"""Posts each message as JSON, signed as Standard Webhooks says. The message's name is the header webhook-id."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec

from alarms.channels.base import Channel, Config, ConfigError, Field, Session, taken
from alarms.channels.calling import PostSession, checked_url, masked_url
from alarms.channels.webhook import signing
from alarms.letters import Letter, data, iso

URL = Field("url", "Address", "Such as https://example.org/alarms", secret=True, shown=True)
SECRET = Field("secret", "Secret", "Signs each message; left empty, one is made.", secret=True, required=False)
OLD = "While the secret is changed, signs beside it."
OLD_SECRET = Field("old_secret", "Former secret", OLD, secret=True, required=False)

_encoder = msgspec.json.Encoder()


class Webhook(Channel):
    name = "webhook"
    title = "Webhook"
    about = "Posts signed JSON, by Standard Webhooks"
    fields = (URL, SECRET, OLD_SECRET)
    posts = True

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        found["url"] = checked_url(found["url"])
        found.setdefault("secret", signing.new_secret())
        try:
            _keys(found)
        except ValueError as error:
            raise ConfigError(str(error)) from None
        return found

    def shown(self, config: Config) -> Config:
        return super().shown(config) | {"url": masked_url(config["url"])}

    def open(self, config: Config) -> Session:
        return WebhookSession(config)


class WebhookSession(PostSession):
    def __init__(self, config: Config, wall: Callable[[], float] = time.time) -> None:
        super().__init__(config["url"])
        self._keys = _keys(config)
        self._wall = wall

    def request(self, letter: Letter) -> tuple[Mapping[str, str], bytes]:
        body = body_of(letter)
        timestamp = int(self._wall())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Millrace",
            "webhook-id": letter.name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signing.signatures(self._keys, letter.name, timestamp, body),
        }
        return headers, body


def body_of(letter: Letter) -> bytes:
    """Returns the payload that Standard Webhooks proposes: type, timestamp and data."""
    return _encoder.encode({"type": f"alarm.{letter.kind}", "timestamp": iso(letter.at), "data": data(letter)})


def _keys(config: Config) -> list[bytes]:
    return [signing.key(config[name]) for name in ("secret", "old_secret") if name in config]


CHANNEL = Webhook()
