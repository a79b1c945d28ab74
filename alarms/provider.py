"""Declares the pages of alarms, and the datasets of episodes for boards. It provides no application."""

from alarms.datasets import datasets
from streams.applications import Navigation, Provider

PROVIDER = Provider(
    find=lambda name: None,
    names=list,
    datasets=datasets,
    urls="alarms.urls",
    navigation=Navigation(
        label="Alarms",
        url="episodes",
        key="a",
        help="go to the alarms",
        about="What rules found, whom it was told, and the rules themselves",
        within=frozenset(
            {"episode", "alarm-rules", "alarm-rule", "alarm-rule-new", "alarm-rule-edit", "alarm-ledger"}
            | {"alarm-targets", "alarm-target", "alarm-target-new", "alarm-silences", "alarm-duty"}
        ),
    ),
)
