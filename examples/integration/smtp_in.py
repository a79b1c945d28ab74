"""Takes mail by SMTP and puts each message into a stream once.

    python examples/integration/smtp_in.py sensors --port 2525

MILLRACE_TOKEN is an API token with the scope write:streams. The sender is told 250 only after the record is stored.
Till then its mail server keeps the message and tries again, and the Idempotency-Key, a digest of the message, makes
that once. It listens on the loopback address only: let your mail server, which checks senders, relay an address to
it.
"""

import argparse
import asyncio
import hashlib
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from http_in import RefusedError, UnavailableError, put

MOST_BYTES = 256 << 10
TRIES = 3  # then the sender's mail server tries


def record_of(message: EmailMessage) -> dict[str, str]:
    """Returns the record: some headers, and the text without attachments."""
    part = message.get_body(preferencelist=("plain",))
    text = part.get_content().replace("\r\n", "\n") if part else ""
    heads = {name: str(message.get(name, "")) for name in ("from", "to", "subject", "date")}
    return heads | {"text": text}


class Handler:
    """Handles the mail of one stream."""

    def __init__(self, stream: str) -> None:
        self._stream = stream

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name aiosmtpd calls
        """Returns 250 when the record is stored, 451 to be sent it again, 554 for a message that is never taken."""
        key = f"mail-{hashlib.sha256(envelope.content).hexdigest()}"
        try:
            message = message_from_bytes(envelope.content, policy=policy.default)
            line = json.dumps(record_of(message)).encode()
            await asyncio.to_thread(put, self._stream, line, key, TRIES)
        except UnavailableError:
            return "451 The stream gives no answer"
        except (RefusedError, ValueError, LookupError) as error:  # LookupError: a character set of the sender's own
            return f"554 Not taken: {type(error).__name__}"
        return "250 The record is stored"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes mail by SMTP and puts each message into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    controller = Controller(Handler(options.stream), "127.0.0.1", options.port, data_size_limit=MOST_BYTES)
    controller.start()
    print(f"Mail to 127.0.0.1:{options.port}", flush=True)
    try:
        controller._thread.join()
    finally:
        controller.stop()
