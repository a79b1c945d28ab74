"""Tells, at the start of `make run`, how to put a record of one's own and where to see it."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts import access, client_lines, credentials, events, tokens
from accounts.management.plain import HERE
from accounts.models import User
from streams.wiring import is_kinesis

STREAM = client_lines.STREAM


def lines(site: str, now: datetime, *, first: bool, fault: str = "") -> list[str]:
    """Returns the lines. `first`: the first user was just made, and gets a token, shown once.

    `fault` says in a sentence why the Kinesis API is not started.
    """
    if not streams():
        return ["", "The streams are on Amazon Kinesis: its clients use the endpoint and the keys of Amazon."]
    made = f"{site}{reverse('tokens')}"
    lines = ["", fault or f"Kinesis clients: endpoint {settings.ENDPOINT_URL}, access keys at {made}"]
    if not first:
        return [*lines, f"Records of your own by HTTP: make a token at {made}, its page shows the line to copy"]
    line = client_lines.put_by_curl(site, _token(now), STREAM)
    seen = f"{site}{reverse('records', args=[STREAM])}"
    return [
        *lines,
        "Put a record of your own (the token in this line is shown only now):",
        f"    {line}",
        f"See it at {seen}",
        f"Make a live page of such records, without code, at {site}{reverse('sql-panel')}?stream={STREAM}",
    ]


def streams() -> list[str]:
    """Returns the stream for records of one's own; none on Amazon Kinesis, where each costs money."""
    return [] if is_kinesis() else [STREAM]


def _token(now: datetime) -> str:
    user = User.objects.earliest("pk")
    token, text = tokens.make(user, "first steps", [access.WRITE_STREAMS], tokens.DAYS, now, streams=[STREAM])
    events.record("token.made", user=user, by=HERE, **credentials.facts(token))
    return text
