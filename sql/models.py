"""Names the models for Django; sql/live/models.py has them."""

from sql.live.models import (
    SqlApplication,
    SqlBlob,
    SqlDelivery,
    SqlDraft,
    SqlFault,
    SqlOutbox,
    SqlOutput,
    SqlRow,
    SqlSwitch,
    SqlTail,
    SqlUse,
    SqlVersion,
)

__all__ = [
    "SqlApplication",
    "SqlBlob",
    "SqlDelivery",
    "SqlDraft",
    "SqlFault",
    "SqlOutbox",
    "SqlOutput",
    "SqlRow",
    "SqlSwitch",
    "SqlTail",
    "SqlUse",
    "SqlVersion",
]
