"""Sends messages by Apprise: an address names one of its 176 services. Retries are ours: Apprise tries once.

Most services know no idempotency key, so a message may show twice there after a crash. Addresses hold secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alarms.channels.apprise.fence import Fence, fenced
from alarms.channels.base import MASK, Channel, Config, ConfigError, Field, Outcome, Receipt, Session, taken
from alarms.channels.calling import permitted
from alarms.letters import RESOLVED, Letter, subject, text
from common.guarded import look_up

if TYPE_CHECKING:
    from apprise import Apprise

ADDRESS = Field(
    "url", "Apprise address", "such as slack://…, ntfy://…; github.com/caronc/apprise has the forms", secret=True
)
SECONDS = 10.0  # for one message
MOST_LOG = 300  # characters of the log of a failure
# Services of the machine itself, which has no desktop, and addresses that would load further ones.
_HERE = {"syslog", "rsyslog", "dbus", "kde", "glib", "gnome", "qt", "windows", "macosx", "file", "include"}
_KINDS = {"info": "info", "warning": "warning", "critical": "failure"}


class AppriseChannel(Channel):
    name = "apprise"
    title = "Apprise"
    about = "A service that Apprise knows, such as Telegram or Matrix"
    fields = (ADDRESS,)

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        if not found["url"].isprintable() or " " in found["url"]:
            raise ConfigError("The address is one line without spaces.")
        if found["url"].partition(":")[0].lower() in _HERE:
            raise ConfigError("This service is of the machine itself: messages go to others.")
        service(found["url"])
        return found

    def shown(self, config: Config) -> Config:
        return {"url": f"{config['url'].partition(':')[0]}://{MASK}"}

    def open(self, config: Config) -> Session:
        return AppriseSession(config["url"])


class AppriseSession(Session):
    def __init__(self, url: str) -> None:
        self._service = service(url)
        self._url = url

    def send(self, letter: Letter) -> Receipt:
        kind = "success" if letter.kind == RESOLVED else _KINDS.get(letter.severity, "info")
        fence = Fence(permitted(), self._named())
        try:
            with fenced(fence):
                result = self._service.notify(
                    body=text(letter), title=subject(letter), notify_type=kind, body_format="text", timeout=SECONDS
                )
        except (ValueError, OSError) as error:
            return Receipt(Outcome.NEVER if fence.refused else Outcome.LATER, self._clean(f"{error}"))
        if fence.refused:
            return Receipt(Outcome.NEVER, fence.refused[0])
        words = self._clean(" ".join(str(entry.message) for entry in result.logs()) if not result else "")
        outcome = Outcome.GOOD if result else Outcome.LATER
        return Receipt(outcome, f"{result.status.name} {words}".strip()[-MOST_LOG:])

    def _named(self) -> frozenset[str]:
        """Returns the addresses of the service's host, if the host is an allowed name."""
        one = self._service[0]
        host, port = str(getattr(one, "host", "") or ""), int(getattr(one, "port", 0) or 0)
        return frozenset(look_up(host, port, SECONDS / 2)) if host and permitted().name(host, port) else frozenset()

    def _clean(self, words: str) -> str:
        """Returns words without the address, which Apprise may repeat."""
        return words.replace(self._url, MASK)


def service(url: str) -> Apprise:
    """Returns the service of an address, which tries once. Raises ConfigError if Apprise cannot read it."""
    from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - it has 176 modules, and few sites use it

    asset: Any = AppriseAsset(app_id="Millrace", plugin_paths=[], storage_mode="memory")
    found = Apprise(asset=asset)
    if not found.add(f"{url}{'&' if '?' in url else '?'}retry=0") or len(found) != 1:
        raise ConfigError("Apprise cannot read this address.")
    return found


CHANNEL = AppriseChannel()
