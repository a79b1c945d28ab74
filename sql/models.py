"""Names the models for Django; sql/live/models.py has them."""

from sql.live.models import (
    SqlApplication,
    SqlBlob,
    SqlDelivery,
    SqlFault,
    SqlOutbox,
    SqlOutput,
    SqlRow,
    SqlSwitch,
    SqlTail,
    SqlVersion,
)

__all__ = [
    "SqlApplication",
    "SqlBlob",
    "SqlDelivery",
    "SqlFault",
    "SqlOutbox",
    "SqlOutput",
    "SqlRow",
    "SqlSwitch",
    "SqlTail",
    "SqlVersion",
]
