"""What the database keeps of people."""

from accounts.models.events import SecurityEvent
from accounts.models.people import User

__all__ = ["SecurityEvent", "User"]
