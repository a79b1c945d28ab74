"""Takes messages from an MQTT broker and puts each into a stream, at least once.

    python examples/integration/mqtt_in.py sensors --broker 127.0.0.1:1883 --topic plant/+/temperature

MILLRACE_TOKEN is an API token with the scope write:streams; MQTT_USER and MQTT_PASSWORD are used if they are set,
and then only over TLS. A message of QoS 1 is acknowledged after it is stored; the broker keeps the session, and
sends again when this script or the line has failed. A record with a field "id" is then stored once, because the id
is its Idempotency-Key: MQTT itself gives messages no lasting name.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from typing import Any
from uuid import uuid4

import paho.mqtt.client as mqtt
from http_in import RefusedError, UnavailableError, put
from paho.mqtt.enums import CallbackAPIVersion

MOST_BYTES = 256 << 10


class Bridge:
    """Puts the messages of a topic into a stream."""

    def __init__(self, stream: str, topic: str) -> None:
        self._stream, self._topic = stream, topic
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, f"millrace-{stream}", clean_session=False, manual_ack=True
        )
        self.client.on_connect, self.client.on_message = self._connected, self._came
        self.client.on_subscribe = lambda *_: print(f"Listens to {topic}", flush=True)
        if "MQTT_USER" in os.environ:
            self.client.tls_set()
            self.client.username_pw_set(os.environ["MQTT_USER"], os.environ["MQTT_PASSWORD"])

    def _connected(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe(self._topic, qos=1)  # again after each connection

    def _came(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        """Acknowledges a message that is stored or never will be; for any other it closes the connection."""
        try:
            line, key = record_of(message)
            put(self._stream, line, key)
        except UnavailableError as error:
            print(f"{error}: the broker keeps the message.", file=sys.stderr)
            client.disconnect()  # unacknowledged, so it comes again
            return
        except (RefusedError, ValueError, RecursionError) as error:
            print(f"Left out a message of {message.topic!r}: {error}", file=sys.stderr)
        client.ack(message.mid, message.qos)


def digest_of(topic: str, name: str | int) -> str:
    return f"mqtt-{hashlib.sha256(json.dumps([topic, name]).encode()).hexdigest()}"


def record_of(message: mqtt.MQTTMessage) -> tuple[bytes, str]:
    """Returns the record as a line, with its topic, and its Idempotency-Key. Raises ValueError if it is not JSON."""
    if len(message.payload) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
    value = json.loads(message.payload)
    name = value.get("id") if isinstance(value, dict) else None
    key = digest_of(message.topic, name) if isinstance(name, str | int) else str(uuid4())
    return json.dumps({"topic": message.topic, "value": value}).encode(), key


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes messages from an MQTT broker and puts each into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--broker", required=True, metavar="HOST:PORT")
    parser.add_argument("--topic", required=True)
    options = parser.parse_args()
    host, _, port = options.broker.rpartition(":")
    while True:
        bridge = Bridge(options.stream, options.topic)
        bridge.client.connect_async(host, int(port))
        bridge.client.loop_forever(retry_first_connection=True)  # connects again by itself, with back-off
        time.sleep(5)  # Millrace gave no answer
