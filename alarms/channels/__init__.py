"""Finds the channels: one folder each, with the channel's name and `CHANNEL` in its module `channel`."""

from functools import cache
from importlib import import_module
from pathlib import Path

from alarms.channels.base import Channel

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Returns the names of the channels, in the order of the alphabet."""
    return sorted(each.parent.name for each in FOLDER.glob("*/channel.py"))


@cache
def named(name: str) -> Channel:
    """Returns a channel. Raises KeyError for a name that no folder has."""
    if name not in names():
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}.channel").CHANNEL
    assert isinstance(found, Channel)
    return found


def every() -> list[Channel]:
    """Returns all channels. One with a large library imports it only when it is used."""
    return [named(name) for name in names()]
