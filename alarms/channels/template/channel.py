"""Posts a text of your own to an address, with the facts of the message put in: for services that want their own form.

`{key}` stands for a fact, written for JSON if the content type is JSON. There is nothing but these names: no
expressions, no attributes, no loops.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from alarms.channels.base import Channel, Config, ConfigError, Field, Session, taken
from alarms.channels.calling import PostSession, checked_url, masked_url
from alarms.letters import Letter, data, subject, text

URL = Field("url", "Address", "Such as https://chat.example.org/hooks/…", secret=True, shown=True)
BODY_HELP = 'Such as {"text": "{subject}"}. Facts: '
KINDS = ("application/json", "text/plain", "application/x-www-form-urlencoded")
KIND = Field("type", "Content type", f"{', '.join(KINDS)} (default: the first)", required=False)
TOKEN = Field("token", "Token", "Sent as Authorization: Bearer.", secret=True, required=False)
FACTS = (
    "subject",
    "text",
    "id",
    "kind",
    "episode",
    "rule",
    "title",
    "application",
    "severity",
    "stream",
    "key",
    "value",
    "level",
    "at",
    "started",
    "ended",
    "suppressed",
    "page",
    "acknowledge",
)
BODY = Field("body", "Body", BODY_HELP + ", ".join(f"{{{name}}}" for name in FACTS), long=True)
MOST_BODY = 64 * 1024  # bytes once the facts are put in
_NAME = re.compile(r"\{([a-z_]{1,32})\}")


class Template(Channel):
    name = "template"
    title = "Webhook with a text of your own"
    about = "Posts the JSON or text that you write"
    fields = (URL, BODY, KIND, TOKEN)
    action = True
    posts = True

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        found["url"] = checked_url(found["url"])
        found.setdefault("type", KINDS[0])
        if found["type"] not in KINDS:
            raise ConfigError(f"The content type is one of {', '.join(KINDS)}.")
        if unknown := sorted(set(_NAME.findall(found["body"])) - set(FACTS)):
            raise ConfigError(f"There is no fact {{{unknown[0]}}}: there are {', '.join(FACTS)}.")
        if found["type"] == KINDS[0]:
            _check_json(found["body"])
        if not (found.get("token", "").isascii() and found.get("token", "").isprintable()):
            raise ConfigError("The token has a sign that a header cannot have.")
        return found

    def shown(self, config: Config) -> Config:
        return super().shown(config) | {"url": masked_url(config["url"])}

    def open(self, config: Config) -> Session:
        return TemplateSession(config)

    def preview(self, config: Config, letter: Letter) -> str:
        return f"{masked_url(config['url'])} would get {filled(config, letter).decode()}"


class TemplateSession(PostSession):
    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__(config["url"])

    def request(self, letter: Letter) -> tuple[Mapping[str, str], bytes]:
        headers = {"Content-Type": self._config["type"], "User-Agent": "Millrace", "Idempotency-Key": letter.name}
        if token := self._config.get("token"):
            headers["Authorization"] = f"Bearer {token}"
        return headers, filled(self._config, letter)


def filled(config: Config, letter: Letter) -> bytes:
    """Returns the body with the facts put in, in one pass: a fact that looks like a name stays as it is."""
    facts = data(letter) | {"subject": subject(letter), "text": text(letter), "id": letter.name, "kind": letter.kind}

    def fact(match: re.Match[str]) -> str:
        value = facts[match[1]]
        words = "" if value is None else str(value)
        return json.dumps(words)[1:-1] if config["type"] == KINDS[0] else words

    return _NAME.sub(fact, config["body"]).encode("utf-8", "replace")[:MOST_BODY]


def _check_json(body: str) -> None:
    """Raises ConfigError if the body is no JSON with a word in the place of each fact: facts stand within strings."""
    for word in ("1", "a"):
        try:
            json.loads(_NAME.sub(word, body))
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"The body is not JSON ({error}): write each fact within quotes.") from None


CHANNEL = Template()
