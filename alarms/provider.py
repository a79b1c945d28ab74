"""Declares the pages, retention and figures of alarms, and datasets of episodes for boards; no application."""

from alarms.retention import NOT_GROWING, outlived
from common.later import later
from streams.applications import Navigation, Provider

PROVIDER = Provider(
    find=lambda name: None,
    names=list,
    datasets=later("alarms.datasets:datasets"),
    retention=outlived,
    figures=later("alarms.figures:figures"),
    not_growing=NOT_GROWING,
    urls="alarms.urls",
    navigation=Navigation(
        label="Alarms",
        url="episodes",
        key="a",
        help="go to the alarms",
        about="What rules found, whom it was told, and the rules themselves",
        within=frozenset(
            {"episode", "alarm-rules", "alarm-rule", "alarm-rule-new", "alarm-rule-edit", "alarm-rule-act"}
            | {"alarm-targets", "alarm-target", "alarm-target-new", "alarm-target-act", "alarm-ledger"}
            | {"alarm-silences", "alarm-silence-new", "alarm-duty", "alarm-duty-new"}
        ),
    ),
)
