"""Serves the new records of a stream as server-sent events, for EventSource in a browser or for curl.

    python examples/integration/sse_out.py sensors --port 8081

Then `curl -N -H "Authorization: Bearer $SSE_TOKEN" http://127.0.0.1:8081/events`. SSE_TOKEN is a secret of your
choice; boto3 reads the variables that kinesis_out.py names. The id of an event is the place in each shard. A client
that comes back sends it as Last-Event-ID, as EventSource does by itself, and goes on behind it: no record is missed.
A client that reads slowly holds up nobody else, because each has a reader of its own. EventSource sends no
Authorization header: for browsers, let a proxy that checks the session add it.
"""

import argparse
import json
import os
import re
import time
from hmac import compare_digest

import kinesis_out
from _server import HttpHandler, HttpServer
from botocore.exceptions import BotoCoreError, ClientError

LINE = re.compile(r"\r\n|\n|\r")  # between the lines of an event, and no other
QUIET = 10.0  # seconds without an event, after which a comment keeps the connection open


def place_of(event: str) -> tuple[float, kinesis_out.Places]:
    """Returns where to go on: when the first connection began, and the places since. Raises ValueError and others."""
    if not event:
        return int(1000 * time.time()) / 1000, {}  # as exact as the times of records
    since, places = json.loads(event)
    return float(since), {str(shard): str(place) for shard, place in dict(places).items()}


class Handler(HttpHandler):
    def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
        """Answers with events until the client goes away."""
        if not compare_digest(
            self.headers.get("Authorization", "").encode(), f"Bearer {os.environ['SSE_TOKEN']}".encode()
        ):
            return self.send_error(401)
        if self.path != "/events":
            return self.send_error(404)
        try:
            last = place_of(self.headers.get("Last-Event-ID", ""))
        except (ValueError, TypeError, LookupError):
            return self.send_error(400, "Last-Event-ID is not from here")
        try:
            self._send(*last)
        except OSError:
            pass  # the client is gone, or reads too slowly
        except (BotoCoreError, ClientError) as error:  # the client comes again, and goes on behind its last event
            self.log_error("%s", error)
        return None

    def _send(self, since: float, places: kinesis_out.Places) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        sent = 0.0
        for records in kinesis_out.read(kinesis_out.connect(), self.stream, places, since):
            for number, record in enumerate(records, 1):
                lines = LINE.split(record["Data"].decode(errors="replace"))
                end = f"id: {json.dumps([since, places])}\n" if number == len(records) else ""  # of the batch
                self.wfile.write(("".join(f"data: {line}\n" for line in lines) + end + "\n").encode())
                sent = time.monotonic()
            if time.monotonic() - sent > QUIET:
                self.wfile.write(b": still here\n\n")
                sent = time.monotonic()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serves the new records of a stream as server-sent events.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    Handler.stream = options.stream
    server = HttpServer(("127.0.0.1", options.port), Handler)
    print(f"Events at http://127.0.0.1:{options.port}/events", flush=True)
    server.serve_forever()
