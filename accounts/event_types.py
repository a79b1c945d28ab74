"""Defines the security events, the facts of each, and its readers. docs/security-events.md describes them."""

from collections.abc import Mapping
from typing import NamedTuple

# The allowed facts and their wording in the history. No other fact is ever written, and none of these is a secret.
FACTS = {
    "about": "about {}",  # the event that a mail told of
    "by": "by {}",  # the administrator, or "the command line"
    "count": "{} in all",
    "right": "{} with the right password",
    "held": "{}",  # says that further guesses were refused unseen
    "error": "{}",  # the class of an error, never its message, which may quote user input
    "expires": "until {}",  # a day
    "first": "the first on {}",  # the time of the first failure; "last" is that of the last one
    "last": "the last on {}",
    "factor": "{}",  # totp, passkey, recovery codes
    "key": "key {}",  # the id of a key, never the key
    "label": "“{}”",  # the owner's name for it
    "left": "{} left",
    "method": "with {}",  # password, passkey, totp, recovery code
    "reason": "{}",
    "role": "to {}",
    "scopes": "for {}",
    "streams": "limited to {}",  # names of streams
    "was": "from {}",  # the role before
}


class Event(NamedTuple):
    """Describes one type of event.

    `words`: the text in the history. `kept`: an event with a user also gets a row in the user's history; otherwise it
    is in the log only. `notice`: whether the user must acknowledge it: always, never, or if a fact has one of some
    values.
    """

    words: str
    facts: tuple[str, ...] = ()
    kept: bool = True
    notice: bool | Mapping[str, tuple[str, ...]] = False

    def calls_for_notice(self, facts: Mapping[str, object]) -> bool:
        if isinstance(self.notice, bool):
            return self.notice
        return any(facts.get(fact) in values for fact, values in self.notice.items())


CATALOGUE = {
    # A failure leaves no row: only existing users could have one, and the time of its write would reveal them.
    # failed_sign_ins.py counts failures for every name alike, and records the count at the next sign-in.
    "sign-in.succeeded": Event("Signed in", ("method",)),
    "sign-in.failed": Event("A sign-in failed", ("method", "reason"), kept=False),
    "sign-in.throttled": Event("A sign-in was held up", ("method", "reason"), kept=False),
    "sign-in.failures": Event("Failed sign-ins", ("count", "right", "held", "first", "last")),
    "throttle.cleared": Event("Wrong guesses forgotten", ("by", "count")),
    "sign-out": Event("Signed out"),
    "device.new": Event("Signed in on a new device", ("method",), notice=True),
    "device.revoked": Event("A device is no longer trusted", ("reason",), notice=True),
    "session.ended": Event("A session was ended", ("reason", "by", "count"), notice={"reason": ("limit", "staff")}),
    "sessions.ended": Event("The sessions of everybody were ended", ("by", "count"), kept=False),
    "reauthentication.succeeded": Event("Confirmed that it is you", ("method",)),
    "reauthentication.failed": Event("A confirmation failed", ("method", "reason"), kept=False),
    "password.changed": Event("Password changed", ("by",), notice=True),
    "password.reset-sent": Event("A link to set a new password was sent", ("by",), notice=True),
    "password.reset": Event("Password set anew by a link", notice=True),
    "factor.added": Event("Second factor added", ("factor", "label"), notice=True),
    "factor.removed": Event("Second factor removed", ("factor", "label", "by"), notice=True),
    "factor.used": Event("Second factor used", ("factor",), kept=False),
    "factor.refused": Event("A second factor was refused", ("factor", "reason"), kept=False),
    "recovery-codes.made": Event("Recovery codes made", ("count",), notice=True),
    "recovery-codes.used": Event("A recovery code was used", ("left",), notice=True),
    "token.made": Event("API token made", ("label", "scopes", "streams", "expires", "by"), notice=True),
    "token.revoked": Event("API token revoked", ("label", "by")),
    "tokens.revoked": Event("API tokens revoked", ("reason", "by", "count"), notice=True),
    "token.used-from-new-address": Event("API token used from a new address", ("label",), notice=True),
    "token.refused": Event("An API token was refused", ("reason", "scopes"), kept=False),
    "display-link.made": Event("Display link made", ("label", "expires"), notice=True),
    "display-link.revoked": Event("Display link revoked", ("label",)),
    "access-key.made": Event("Access key made", ("label", "scopes", "streams", "expires", "by"), notice=True),
    "access-key.revoked": Event("Access key revoked", ("label", "by")),
    "access-keys.revoked": Event("Access keys revoked", ("reason", "by", "count"), notice=True),
    "access-key.used-from-new-address": Event("Access key used from a new address", ("label",), notice=True),
    "access-key.refused": Event("An access key was refused", ("reason", "scopes"), kept=False),
    "invitation.made": Event("Invitation made", ("label", "role", "by")),
    "invitation.revoked": Event("Invitation withdrawn", ("label", "by")),
    "invitation.accepted": Event("Account made by an invitation", ("by",)),
    "user.made": Event("Account made", ("by",)),
    "user.deactivated": Event("Account deactivated", ("by",), notice=True),
    "user.activated": Event("Account activated", ("by",), notice=True),
    "user.role-changed": Event("Role changed", ("was", "role", "by"), notice=True),
    "user.deleted": Event("Account deleted", ("by",), kept=False),
    "user.changed": Event("Account changed", ("by", "label"), notice=True),
    "request.refused": Event("A request was refused", ("reason",), kept=False),
    "keys.rotated": Event("Encryption keys rotated", ("key", "count"), kept=False),
    "mail.failed": Event("A mail could not be sent", ("about", "error"), kept=False),
}
