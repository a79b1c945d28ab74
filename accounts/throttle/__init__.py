"""Limits guesses: counts failures, and never lets the failures of strangers keep the owner out.

No module here knows a password: callers pass in the check, and it runs only if a try is left.
"""

from accounts.throttle.attempts import attempt, check, may_send_reset, passkey
from accounts.throttle.rules import Kind
from accounts.throttle.store import clear, open_again

__all__ = ["Kind", "attempt", "check", "clear", "may_send_reset", "open_again", "passkey"]
