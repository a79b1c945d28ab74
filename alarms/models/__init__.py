"""Stores rules, the episodes that they find, and the messages that tell people."""

from alarms.models.delivery import Attempt, Message, Subscription, Target
from alarms.models.episodes import Episode, Notice, Watched
from alarms.models.rules import Rule, RuleVersion
from alarms.models.silences import DutyTurn, Silence

__all__ = [
    "Attempt",
    "DutyTurn",
    "Episode",
    "Message",
    "Notice",
    "Rule",
    "RuleVersion",
    "Silence",
    "Subscription",
    "Target",
    "Watched",
]
