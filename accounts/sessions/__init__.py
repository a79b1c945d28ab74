"""Sessions: their engine and limits, which there are, who may end them, and who still lives behind an open socket."""

from accounts.sessions.living import Standing, enter, living
from accounts.sessions.registry import (
    begin,
    current,
    end_all,
    end_everybody,
    end_one,
    end_others,
    idle,
    limits,
    mine,
    most,
    store,
)

__all__ = [
    "Standing",
    "begin",
    "current",
    "end_all",
    "end_everybody",
    "end_one",
    "end_others",
    "enter",
    "idle",
    "limits",
    "living",
    "mine",
    "most",
    "store",
]
