"""Takes webhooks that are signed by the Standard Webhooks specification, and puts each into a stream once.

    python examples/integration/webhook_in.py sensors --port 8082

WEBHOOK_SECRET is the sender's secret (whsec_…), MILLRACE_TOKEN an API token with the scope write:streams. The sender
is answered 204 only after the record is stored, and sends again until then; its webhook-id is the Idempotency-Key,
so that a webhook that comes twice is stored once. Put a server with TLS before it.
"""

import argparse
import hashlib
import hmac
import json
import os
import time
from base64 import b64decode, b64encode
from email.message import Message

from _server import HttpHandler, HttpServer
from http_in import RefusedError, UnavailableError, put

TOLERANCE = 300  # seconds between the clocks: an old request that is sent again is refused
MOST_BYTES = 256 << 10
TRIES = 3  # then the sender tries


def is_signed(headers: Message, body: bytes, now: float, secret: str) -> bool:
    """Returns whether the request is the sender's and new. A header may hold several signatures, as at a key change."""
    name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not at.isascii() or not at.isdecimal() or len(at) > 12 or abs(now - int(at)) > TOLERANCE:
        return False
    key = b64decode(secret.removeprefix("whsec_"))
    right = b"v1," + b64encode(hmac.digest(key, f"{name}.{at}.".encode() + body, hashlib.sha256))
    signatures = headers.get("webhook-signature", "").split(" ")[:10]
    return any(hmac.compare_digest(right, each.encode()) for each in signatures)


class Handler(HttpHandler):
    def do_POST(self) -> None:  # noqa: N802 - the name http.server calls
        """Answers 204 when the record is stored, 4xx when it never will be, 503 to be sent it again."""
        body = self.body(MOST_BYTES)
        if body is None:
            return None
        if not is_signed(self.headers, body, time.time(), os.environ["WEBHOOK_SECRET"]):
            return self.send_error(401, "The signature or its time is wrong")
        try:
            line = json.dumps(json.loads(body)).encode()  # without line ends
            put(self.stream, line, f"webhook-{hashlib.sha256(self.headers['webhook-id'].encode()).hexdigest()}", TRIES)
        except (ValueError, RecursionError, RefusedError):
            return self.send_error(400, "This is no record")
        except UnavailableError:
            return self.send_error(503)
        self.send_response(204)
        return self.end_headers()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes signed webhooks and puts each into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    Handler.stream = options.stream
    server = HttpServer(("127.0.0.1", options.port), Handler)
    print(f"Webhooks to http://127.0.0.1:{options.port}/", flush=True)
    server.serve_forever()
