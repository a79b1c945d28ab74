"""Sends mail when a field of a record goes above a limit, at most one in five minutes for each partition key.

    python examples/integration/smtp_out.py sensors --field celsius --above 30 --to ops@example.org --port 25

boto3 reads the variables that kinesis_out.py names. The place in the stream is saved after the mail server has taken
the mail, so an alarm is sent at least once; one that is sent again has the same Message-ID. SMTP_USER and
SMTP_PASSWORD are used if they are set, and then only over TLS.
"""

import argparse
import json
import os
import smtplib
import ssl
import sys
import time
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import kinesis_out

QUIET = 300.0  # seconds without a further mail for the same partition key
MOST_KEYS = 10_000  # for which the time of the last mail is remembered
mailed = dict[str, float]()  # the time of the last mail, by partition key


def value_of(record: Any, field: str) -> float | None:
    """Returns the field's number, or None for a record without one."""
    try:
        value = json.loads(record["Data"])[field]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_due(key: str, now: float) -> bool:
    """Returns whether no mail for the key was sent in the last QUIET seconds, and notes this one."""
    if now - mailed.get(key, -QUIET) < QUIET:
        return False
    mailed.pop(key, None)  # so that the oldest stands first
    while len(mailed) >= MOST_KEYS:
        del mailed[next(iter(mailed))]
    mailed[key] = now
    return True


def send(message: EmailMessage, host: str, port: int) -> None:
    """Sends, and tries again until the mail server takes it: nothing is passed over; the stream waits."""
    for attempt in count():
        try:
            with smtplib.SMTP(host, port, timeout=30) as server:
                if "SMTP_USER" in os.environ:
                    server.starttls(context=ssl.create_default_context())
                    server.login(os.environ["SMTP_USER"], os.environ["SMTP_PASSWORD"])
                server.send_message(message)
                return
        except OSError as error:  # of which all errors of smtplib are kinds
            print(f"The mail server: {error}", file=sys.stderr)
        time.sleep(min(60, 2 ** min(attempt, 6)))


def mail(options: argparse.Namespace, record: Any, value: float) -> EmailMessage:
    message = EmailMessage()
    key = record["PartitionKey"].encode("ascii", "backslashreplace").decode()  # a header has no line ends
    message["Subject"] = f"{options.stream}: {options.field} of {key!r} is {value}"
    message["From"], message["To"] = options.sender, options.to
    message["Message-ID"] = f"<{options.stream}.{record['SequenceNumber']}@millrace.invalid>"
    message.set_content(record["Data"].decode(errors="replace")[:10_000])
    return message


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Sends mail when a field of a record goes above a limit.")
    parser.add_argument("stream")
    parser.add_argument("--field", required=True)
    parser.add_argument("--above", type=float, required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--sender", default="millrace@localhost")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--places", type=Path, default=Path("smtp_out.json"))
    options = parser.parse_args()
    kept = kinesis_out.load(options.places)
    for records in kinesis_out.read(kinesis_out.connect(), options.stream, kept):
        for record in records:
            value = value_of(record, options.field)
            if value is not None and value > options.above and is_due(record["PartitionKey"], time.monotonic()):
                send(mail(options, record, value), options.host, options.port)
        if records:
            kinesis_out.save(options.places, kept)
