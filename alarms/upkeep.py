"""Declares the retention and the figures of alarms. It provides no application and no page."""

from alarms.figures import figures
from alarms.retention import NOT_GROWING, outlived
from streams.applications import Provider

UPKEEP = Provider(find=lambda name: None, names=list, retention=outlived, figures=figures, not_growing=NOT_GROWING)
