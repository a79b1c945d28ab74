"""Writes the key of an episode, an address, into a deny list that nginx includes, until a time or the episode's end.

The file is the setting DENY_LIST. It is written anew and renamed, so that nginx never reads half a list. The site's
owner includes it and reloads nginx (docs/notify.md). Addresses that must never be blocked are refused.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings

from alarms.channels.base import Channel, Config, ConfigError, Field, Outcome, Receipt, Session, taken
from alarms.letters import RESOLVED, TEST, Letter
from common.guarded import allowed

MINUTES = Field(
    "minutes",
    "Minutes of a block",
    "An address stays blocked for so long (default: 60), or until the alarm ends.",
    required=False,
)
NEVER = Field("never", "Never blocked", "Networks and addresses, separated by commas.", required=False)
LONGEST = 30 * 24 * 60  # minutes
MOST = 5000  # addresses in the list
_LINE = re.compile(r"deny ([0-9a-fA-F.:]+); # until (\S+)")
HEAD = "# Written by Millrace (docs/notify.md): addresses that alarms block. Changes by hand are lost.\n"


class Deny(Channel):
    name = "deny"
    title = "Deny list of nginx"
    about = "Blocks the address that is the key of the alarm"
    fields = (MINUTES, NEVER)
    action = True

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        found.setdefault("minutes", "60")
        if not found["minutes"].isdecimal() or not 1 <= int(found["minutes"]) <= LONGEST:
            raise ConfigError(f"The minutes are a number from 1 to {LONGEST}.")
        try:
            allowed(found.get("never", "").split(","))
        except ValueError as error:
            raise ConfigError(f"Never blocked: {error}.") from None
        return found

    def open(self, config: Config) -> Session:
        return DenySession(config)

    def preview(self, config: Config, letter: Letter) -> str:
        why = refusal(config, letter.key)
        return why or f"{letter.key} would be blocked for {config['minutes']} min"


class DenySession(Session):
    def __init__(self, config: Config, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._config = config
        self._now = now

    def send(self, letter: Letter) -> Receipt:
        if not settings.DENY_LIST:
            return Receipt(Outcome.NEVER, "No deny list may be written: set DENY_LIST to its path.")
        if letter.kind == TEST:
            return Receipt(
                Outcome.GOOD,
                f"The list is written; addresses in it: {changed(Path(settings.DENY_LIST), {}, self._now())}.",
            )
        if why := refusal(self._config, letter.key):
            return Receipt(Outcome.NEVER, why)
        address = str(ip_address(letter.key))
        until = None if letter.kind == RESOLVED else self._now() + timedelta(minutes=int(self._config["minutes"]))
        count = changed(Path(settings.DENY_LIST), {address: until}, self._now())
        done = f"blocks {address} until {until:%Y-%m-%dT%H:%MZ}" if until else f"no longer blocks {address}"
        return Receipt(Outcome.GOOD, f"The list {done}; addresses in it: {count}.")


def refusal(config: Config, key: str) -> str:
    """Returns the reason for which a key is not blocked, or ""."""
    try:
        address = ip_address(key)
    except ValueError:
        return "The key of the episode is no address: this action is for rules whose key is one."
    if address.is_loopback or address.is_unspecified or address.is_multicast or "%" in key:
        return f"{address} is never blocked."
    if allowed(config.get("never", "").split(",")).address(address, 0):
        return f"{address} is on the list of addresses that are never blocked."
    return ""


def changed(path: Path, changes: Mapping[str, datetime | None], now: datetime) -> int:
    """Writes the list with some addresses added (with their ends) or taken off (None), and returns its length.

    Addresses are left out once their end has come. Raises OSError. One process at a time writes.
    """
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = _read(path) | dict(changes)
        kept = {address: until for address, until in entries.items() if until is not None and until > now}
        newest = dict(sorted(kept.items(), key=lambda entry: entry[1])[-MOST:])
        lines = [
            f"deny {address}; # until {until.isoformat(timespec='seconds')}\n" for address, until in newest.items()
        ]
        new = path.with_name(f"{path.name}.new")
        with new.open("w") as file:
            file.write(HEAD + "".join(lines))
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o644)  # nginx reads it as another user
        new.replace(path)
    return len(newest)


def _read(path: Path) -> dict[str, datetime | None]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    return {match[1]: datetime.fromisoformat(match[2]) for match in _LINE.finditer(text)}


CHANNEL = Deny()
