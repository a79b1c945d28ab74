"""Sessions: their engine and limits, listing and ending them, and checking those behind open sockets."""

from accounts.sessions.registry import (
    begin,
    current,
    end_all,
    end_everybody,
    end_one,
    end_others,
    idle,
    limits,
    own_sessions,
    session_limit,
    store,
)
from accounts.sessions.validity import SessionInfo, authenticate, valid_sessions

__all__ = [
    "SessionInfo",
    "authenticate",
    "begin",
    "current",
    "end_all",
    "end_everybody",
    "end_one",
    "end_others",
    "idle",
    "limits",
    "own_sessions",
    "session_limit",
    "store",
    "valid_sessions",
]
