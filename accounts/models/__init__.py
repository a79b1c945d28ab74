"""Models of users and of their sessions, factors, tokens and history."""

from accounts.models.events import FailedSignIns, SecurityEvent
from accounts.models.factors import RecoveryCode, TotpUse
from accounts.models.invitations import Invitation
from accounts.models.people import User, containing, in_any_case, named
from accounts.models.sessions import EndedSession, Session
from accounts.models.throttle import Bucket, Device
from accounts.models.tokens import AccessKey, ApiToken

__all__ = [
    "AccessKey",
    "ApiToken",
    "Bucket",
    "Device",
    "EndedSession",
    "FailedSignIns",
    "Invitation",
    "RecoveryCode",
    "SecurityEvent",
    "Session",
    "TotpUse",
    "User",
    "containing",
    "in_any_case",
    "named",
]
