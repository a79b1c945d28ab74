"""Defines channels. To add one, docs/notify.md has the steps; no other module names a channel."""

from __future__ import annotations

import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from alarms.letters import Letter

Config = dict[str, str]

LONGEST_REST = 3600.0  # seconds that a receiver may ask for
MASK = "••••"
MOST_VALUE = 4000  # characters of one value of a target's configuration


class ConfigError(ValueError):
    """Gives the fault of a target's configuration in a sentence."""


class Outcome(Enum):
    """Names the result of an attempt, which decides the next step."""

    GOOD = "good"  # the receiver has it
    DRY = "dry"  # the call is told in the answer, and nobody was called
    LATER = "later"  # the receiver is away: this message is tried again, and the target's others wait behind it
    HELD = "held"  # the receiver refuses this message: it is tried again, and only its episode waits behind it
    NEVER = "never"  # a further attempt would be refused, too: the message failed
    DROPPED = "dropped"  # it is not sent, by a bound of the target


@dataclass(frozen=True, slots=True)
class Receipt:
    """Holds the result of one attempt: the receiver's own answer in `answer`, as it came from outside."""

    outcome: Outcome
    answer: str
    after: float = 0.0  # seconds that the receiver asks to be left alone

    @property
    def good(self) -> bool:
        """Returns whether no further attempt is needed: the receiver has the message, or a dry run told the call."""
        return self.outcome in (Outcome.GOOD, Outcome.DRY)


_FAULTS: tuple[tuple[type[Exception], str], ...] = (  # the first that fits is said
    (ConnectionRefusedError, "Nothing listens at this address"),
    (ConnectionError, "The receiver closed the connection"),
    (ssl.SSLCertVerificationError, "The certificate of the receiver is not valid here"),
    (ssl.SSLError, "No secure connection came about"),
    (socket.gaierror, "The name of the receiver has no address"),
    (TimeoutError, "The receiver did not answer in time"),
)


def away(error: Exception) -> Receipt:
    """Returns the receipt for an error of a connection: a sentence where we have one, and the system's own words."""
    own = f"{type(error).__name__}: {error}"
    said = next((words for kind, words in _FAULTS if isinstance(error, kind)), "")
    return Receipt(Outcome.LATER, f"{said} ({own})" if said else own)


@dataclass(frozen=True, slots=True)
class Field:
    """Describes one value of a configuration, for forms. `secret` values are encrypted and never shown whole."""

    name: str
    title: str
    help: str = ""
    secret: bool = False
    required: bool = True
    long: bool = False  # wants a text area
    shown: bool = False  # while it is typed, though it is secret: an address is checked by reading it


class Session(ABC):
    """Sends messages to one target, one after the other. It may keep a connection meanwhile."""

    @abstractmethod
    def send(self, letter: Letter) -> Receipt:
        """Makes one attempt, of at most about 10 seconds. An OSError means that the receiver is away."""

    def close(self) -> None:  # noqa: B027 - most sessions hold nothing
        """Closes the session's connections."""


class Channel(ABC):
    """Describes one way to reach people or machines."""

    name: str
    title: str
    about: str  # what it does, in a line for people who choose
    fields: Sequence[Field] = ()
    personal = False  # whether a viewer may have a target of it for themselves
    action = False  # whether it acts rather than tells: it is called once an episode begins, and not again
    instant = False  # whether a message is delivered by being stored
    posts = False  # whether `open` returns a PostSession (alarms.channels.calling)

    @abstractmethod
    def check(self, config: Mapping[str, str]) -> Config:
        """Returns the configuration as it is to be stored. Raises ConfigError with the reason against it."""

    @abstractmethod
    def open(self, config: Config) -> Session:
        """Returns a session with a target. It opens no connection yet."""

    def shown(self, config: Config) -> Config:
        """Returns the configuration for people: secrets are masked."""
        secret = {each.name for each in self.fields if each.secret}
        return {name: MASK if name in secret and value else value for name, value in config.items()}

    def preview(self, config: Config, letter: Letter) -> str:
        """Returns the words by which a dry run tells the call that it does not make."""
        return f"{self.title}: {letter.kind} of {letter.title}"


def taken(fields: Sequence[Field], config: Mapping[str, str]) -> Config:
    """Returns the values of the fields, stripped. Raises ConfigError for one that is missing, unknown or too long."""
    if unknown := sorted(set(config) - {each.name for each in fields}):
        raise ConfigError(
            f"There is no value {unknown[0]!r}: the values are {', '.join(each.name for each in fields)}."
        )
    found = {each.name: str(config.get(each.name, "")).strip() for each in fields}
    for each in fields:
        if each.required and not found[each.name]:
            raise ConfigError(f"The value {each.name!r} ({each.title}) is missing.")
        if len(found[each.name]) > MOST_VALUE:
            raise ConfigError(f"The value {each.name!r} is longer than {MOST_VALUE} characters.")
    return {name: value for name, value in found.items() if value}
