"""How often one may guess: failures are counted, and the owner is never kept out by those of others.

Nothing here knows what a password is: callers hand in the check, which is run only when there is a try left.
"""

from accounts.throttle.attempts import attempt, check, may_send_reset, passkey
from accounts.throttle.rules import Kind
from accounts.throttle.store import clear, open_again

__all__ = ["Kind", "attempt", "check", "clear", "may_send_reset", "open_again", "passkey"]
