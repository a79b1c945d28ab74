"""Makes and ends subscriptions: which alarms a target is told of, from which severity on, and when."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from alarms.models import Rule, Subscription, Target
from alarms.spec import SEVERITIES
from common.text import storable
from streams.core.names import MOST_KEY
from streams.models import Audit

MOST = 50  # of a target
LONGEST = 24 * 60  # minutes without acknowledgement
MOST_DUTY = 64  # characters of a duty list's name


class SubscriptionError(ValueError):
    """Means that a subscription is refused; the message is a sentence for people."""


def subscribe(target: Target, given: Mapping[str, str], who: str) -> Subscription:
    """Makes the subscription that a form describes. Raises SubscriptionError."""
    name = storable(given.get("rule", "").strip(), 64)
    rule = Rule.objects.filter(name=name, removed=None).first() if name else None
    if name and rule is None:
        raise SubscriptionError("There is no such rule any more.")
    least = given.get("least", "info")
    if least not in SEVERITIES:
        raise SubscriptionError("Choose the lowest severity that the target is told of.")
    key, duty = (storable(given.get(field, "").strip()) for field in ("key", "duty"))
    if len(key) > MOST_KEY or len(duty) > MOST_DUTY:
        raise SubscriptionError(f"A key has at most {MOST_KEY} characters, a duty list's name at most {MOST_DUTY}.")
    made = Subscription(target=target, rule=rule, key=key, least=least, duty=duty)
    made.resolved = given.get("resolved") == "on"
    return _store(made, given, who)


def _store(made: Subscription, given: Mapping[str, str], who: str) -> Subscription:
    made.after = _minutes(given.get("after", "").strip())
    same = Subscription.objects.filter(target=made.target, rule=made.rule, key=made.key, duty=made.duty)
    try:
        with transaction.atomic():
            if same.exists():  # databases take two rows without a rule for different ones
                raise IntegrityError
            if made.target.subscriptions.count() >= MOST:
                raise SubscriptionError(f"A target has at most {MOST} subscriptions.")
            made.save()
            _audit(who, "subscribe", made)
    except IntegrityError:
        raise SubscriptionError("The target is told of that already. Remove the other subscription first.") from None
    return made


@transaction.atomic
def unsubscribe(target: Target, number: str, who: str) -> None:
    """Ends a subscription of a target. Raises SubscriptionError."""
    found = target.subscriptions.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if found is None:
        raise SubscriptionError("There is no such subscription any more.")
    _audit(who, "unsubscribe", found)
    found.delete()


def _minutes(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text[:9]) <= LONGEST:
        raise SubscriptionError(f"The minutes without acknowledgement are a whole number from 1 to {LONGEST:,}.")
    return int(text)


def _audit(who: str, action: str, about: Subscription) -> None:
    words = f"{about.target.name} to {about.rule.name if about.rule else 'all rules'} {about.key[:60]}".strip()
    Audit.objects.create(who=who[:150], action=action, target=words[:200], count=0)
