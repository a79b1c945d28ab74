"""Takes messages from a queue of an AMQP 0-9-1 broker, such as RabbitMQ, and puts each into a stream.

    python examples/integration/amqp_in.py sensors --queue readings

MILLRACE_TOKEN is an API token with the scope write:streams, AMQP_URL the broker, with its user and password (default
amqp://guest:guest@127.0.0.1:5672). A message is acknowledged after it is stored, and the broker gives it out again
when this script or a line has failed: at least once, and once if its sender gave it a message_id, which is the
Idempotency-Key. A message that is no record is rejected, which sends it to the queue's dead-letter exchange.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from uuid import uuid4

import pika
from http_in import RefusedError, UnavailableError, put
from pika.exceptions import AMQPError

WAITING = 50  # messages that the broker gives out before the first is acknowledged: its back-pressure
MOST_BYTES = 256 << 10


def digest_of(queue: str, name: str) -> str:
    return f"amqp-{hashlib.sha256(json.dumps([queue, name]).encode()).hexdigest()}"


def take(stream: str, queue: str) -> None:
    """Takes messages until the connection ends or Millrace gives no answer; an unacknowledged message comes again."""
    connection = pika.BlockingConnection(
        pika.URLParameters(os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672"))
    )
    try:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=WAITING)
        channel.queue_declare(queue, passive=True)  # its owner declares it, with its dead-letter exchange
        print(f"Takes from {queue}", flush=True)
        for method, properties, body in channel.consume(queue):
            try:
                line = json.dumps(json.loads(body)).encode()  # without line ends
                if len(line) > MOST_BYTES:
                    raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
                name = properties.message_id
                put(stream, line, digest_of(queue, name) if name else str(uuid4()), tries=4)
            except (RefusedError, ValueError, RecursionError) as error:
                print(f"Rejected a message: {error}", file=sys.stderr)
                channel.basic_reject(method.delivery_tag, requeue=False)
            else:
                channel.basic_ack(method.delivery_tag)
    finally:
        if connection.is_open:
            connection.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes messages from an AMQP queue and puts each into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--queue", required=True)
    options = parser.parse_args()
    wait = 1
    while True:
        began = time.monotonic()
        try:
            take(options.stream, options.queue)
        except (AMQPError, UnavailableError, OSError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        wait = 1 if time.monotonic() - began > 60 else min(30, 2 * wait)
        time.sleep(wait)
