"""Makes, changes, shows and tests targets, for pages and commands. Each change is written to the audit trail.

A target's configuration is one encrypted JSON text: {"values": {…}, "dry_run": false, "rate": 0}. The values are the
channel's own, and it checks them. A rate is a number of messages in a minute, 0 for any. A dry run tells the call and
makes none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import keyrings
from accounts.models import User
from alarms import channels
from alarms.channels.base import Channel, Config, ConfigError, Outcome, Receipt, Session, away
from alarms.letters import TEST, Letter
from alarms.models import Message, Target
from common.text import quoted
from streams.models import Audit

MOST_NAME = 64
MOST_TARGETS = 10  # of one viewer
MOST_RATE = 100_000
DRY_RUN = "Dry run, nothing was called"


@dataclass(frozen=True, slots=True)
class Setup:
    """Holds a target's configuration, opened. `values` holds secrets: `shown` has the form for people."""

    values: Config = field(default_factory=dict)
    dry_run: bool = False
    rate: int = 0  # messages a minute; 0: any


def make(
    name: str,
    channel: str,
    values: Mapping[str, str],
    *,
    actor: str,
    owner: User | None = None,
    dry_run: bool = False,
    rate: int = 0,
) -> Target:
    """Makes a target and returns it. `owner` makes it that person's own. Raises ConfigError with the reason."""
    kind = _channel(channel, owner)
    setup = _checked(kind, values, dry_run=dry_run, rate=rate, owner=owner)
    name = _name(name)
    with transaction.atomic():
        if owner is not None and Target.objects.filter(owner=owner).count() >= MOST_TARGETS:
            raise ConfigError(f"A person has at most {MOST_TARGETS} targets.")
        row = Target.objects.create(name=name, channel=channel, config=_sealed(setup), owner=owner)
        _audit(actor, "made", name)
    return row


def change(
    target: Target,
    values: Mapping[str, str],
    *,
    actor: str,
    enabled: bool | None = None,
    dry_run: bool | None = None,
    rate: int | None = None,
) -> Target:
    """Changes a target; a secret that is left out or empty stays as it is. Raises ConfigError with the reason."""
    kind = channels.named(target.channel)
    old = opened(target)
    kept = {each.name: old.values[each.name] for each in kind.fields if each.secret and each.name in old.values}
    merged = kept | {name: value for name, value in values.items() if value or name not in kept}
    setup = _checked(
        kind,
        merged,
        dry_run=old.dry_run if dry_run is None else dry_run,
        rate=old.rate if rate is None else rate,
        owner=target.owner,
    )
    target.config = _sealed(setup)
    target.enabled = target.enabled if enabled is None else enabled
    target.resumes = None  # the next message is tried at once
    with transaction.atomic():
        target.save(update_fields=["config", "enabled", "resumes"])
        _audit(actor, "changed", target.name)
    return target


def remove(target: Target, *, actor: str) -> None:
    """Removes a target. Its messages stay in the ledger; those that wait are dropped."""
    with transaction.atomic():
        waits = target.messages.filter(state="waiting")
        waits.update(state="dropped", done=timezone.now(), why=f"The target was removed by {actor}."[:200])
        name = target.name
        target.delete()
        _audit(actor, "removed", name)


def opened(target: Target) -> Setup:
    """Returns a target's configuration, with its secrets. Raises KeyRingError if no key opens it."""
    return Setup(**json.loads(keyrings.decrypt(target.config)))


def shown(target: Target) -> Config:
    """Returns the values of a target as people may see them: secrets are masked."""
    return channels.named(target.channel).shown(effective(target).values)


def effective(target: Target) -> Setup:
    """Returns the configuration as senders use it: mail to a person goes to the address that the account has now."""
    setup = opened(target)
    if target.owner is None or target.channel != "email":
        return setup
    return Setup({"to": target.owner.email}, setup.dry_run, setup.rate)


def session(channel: str, setup: Setup) -> Session:
    """Opens a session of a channel; one that only describes its calls, if the setup is a dry run."""
    kind = channels.named(channel)
    return _DryRun(kind, setup.values) if setup.dry_run else kind.open(setup.values)


def posts(channel: str, setup: Setup) -> bool:
    """Returns whether a session of a channel is a PostSession."""
    return channels.named(channel).posts and not setup.dry_run


def test(
    target: Target,
    *,
    actor: str,
    now: Callable[[], datetime] = timezone.now,
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[Receipt, int]:
    """Sends a test message and returns the receiver's own answer, and the milliseconds that it took."""
    began = monotonic()
    opened_session = session(target.channel, effective(target))
    try:
        receipt = opened_session.send(sample(now(), f"test-{target.pk}-{int(now().timestamp() * 1000)}"))
    except Exception as error:  # noqa: BLE001 - the person is told any fault of the receiver or the channel
        receipt = away(error)
    finally:
        opened_session.close()
    _audit(actor, "tested", target.name)
    return receipt, int((monotonic() - began) * 1000)


def sample(now: datetime, name: str) -> Letter:
    """Returns a message for a test."""
    return Letter(
        *(name, TEST, "test", "test", "A test of this target", "none", "info", "", "", now, now, None, None, None, 0)
    )


def reason(message: Message) -> str:
    """Returns why a message was not sent, or not yet; "" without a reason. Its target must be loaded with it."""
    behind = message.state == Message.WAITING and not message.attempts and message.target and message.target.resumes
    return "It waits behind a message that failed; the target is tried again." if behind else message.why


class _DryRun(Session):
    def __init__(self, kind: Channel, values: Config) -> None:
        self._kind = kind
        self._values = values

    def send(self, letter: Letter) -> Receipt:
        return Receipt(Outcome.DRY, f"{DRY_RUN}: {self._kind.preview(self._values, letter)}")


def _channel(name: str, owner: User | None) -> Channel:
    if name not in channels.names():
        raise ConfigError(f"There is no channel {quoted(name)}: there are {', '.join(channels.names())}.")
    kind = channels.named(name)
    if owner is not None and not kind.personal:
        raise ConfigError(f"{kind.title} is for the whole site: an operator makes such a target.")
    return kind


def _checked(kind: Channel, values: Mapping[str, str], *, dry_run: bool, rate: int, owner: User | None) -> Setup:
    if not 0 <= rate <= MOST_RATE:
        raise ConfigError(f"The rate is a number of messages a minute from 1 to {MOST_RATE}, or 0 for any.")
    found = kind.check(values)
    if kind.name == "email":
        if owner is not None and found:
            raise ConfigError("Mail to a person goes to the address of the account: leave the addresses out.")
        if owner is None and not found:
            raise ConfigError("The value 'to' (Addresses) is missing.")
        if owner is not None and not owner.email:
            raise ConfigError("The account has no e-mail address: an administrator adds one.")
    return Setup(found, dry_run, rate)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise ConfigError(f"The name has 1 to {MOST_NAME} printable characters.")
    if Target.objects.filter(name=name).exists():
        raise ConfigError(f"There is a target {quoted(name)} already.")
    return name


def _sealed(setup: Setup) -> str:
    return keyrings.encrypt(json.dumps(asdict(setup)))


def _audit(actor: str, action: str, name: str) -> None:
    Audit.objects.create(who=actor, action=action, target=f"alarm target {name}", count=0)
