"""Runs the examples that take messages from brokers: Mosquitto for MQTT, RabbitMQ for AMQP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.examples.brokers import MOSQUITTO, RABBITMQ, mosquitto, rabbitmq
from tests.examples.conftest import Stream
from tests.examples.running import PACKAGES, first_line, start, stop
from tests.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]
AWAY = "http://127.0.0.1:9"  # the port of "discard", where nothing listens
READINGS = [{"id": number, "celsius": 20 + number} for number in range(3)]


@pytest.fixture(scope="module")
def mqtt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mosquitto(tmp_path_factory.mktemp("mosquitto")) as port:
        yield port


@pytest.fixture(scope="module")
def amqp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as port:
        yield port


def publish(port: int, *payloads: str) -> None:
    """Publishes with QoS 1, and returns when the broker has each message."""
    from paho.mqtt.client import Client  # noqa: PLC0415 - among the packages of the examples
    from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for payload in payloads:
        client.publish("plant/7/temperature", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


@pytest.mark.needs(MOSQUITTO)
def test_mqtt_in_stores_a_message_with_an_id_once(mqtt: int, stream: Stream, environment: Environment) -> None:
    places = {"sensors": stream.name, "1883": mqtt}
    process = start("integration/mqtt_in.py", environment, places)
    first_line(process)
    publish(mqtt, "no JSON", *map(json.dumps, [READINGS[0], READINGS[0], READINGS[1]]))
    wait_for(lambda: len(stream.records()) == 2)
    assert "Left out a message of 'plant/7/temperature'" in stop(process)
    found = [{"topic": "plant/7/temperature", "value": each} for each in READINGS[:2]]
    assert sorted(stream.records(), key=str) == sorted(found, key=str)


@pytest.mark.needs(MOSQUITTO)
def test_mqtt_in_leaves_messages_with_the_broker_until_they_are_stored(
    mqtt: int, stream: Stream, environment: Environment
) -> None:
    places = {"sensors": stream.name, "1883": mqtt}
    process = start("integration/mqtt_in.py", environment | {"MILLRACE_URL": AWAY}, places)
    first_line(process)
    publish(mqtt, json.dumps(READINGS[0]))
    stop(process)
    assert stream.records() == []
    process = start("integration/mqtt_in.py", environment, places)
    wait_for(lambda: len(stream.records()) == 1)
    stop(process)


class Queue:
    """A queue of a test's own, with a dead-letter queue."""

    def __init__(self, port: int, name: str) -> None:
        import pika  # noqa: PLC0415 - among the packages of the examples

        self.name, self._pika = name, pika
        self.connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
        self.channel = self.connection.channel()
        self.channel.queue_declare(f"{name}-dead")
        dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}-dead"}
        self.channel.queue_declare(name, arguments=dead)

    def publish(self, body: str, message_id: str | None = None) -> None:
        self.channel.basic_publish("", self.name, body, self._pika.BasicProperties(message_id=message_id))

    def waiting(self, part: str = "") -> int:
        return int(self.channel.queue_declare(self.name + part, passive=True).method.message_count)


@pytest.fixture
def queue(amqp: int, stream: Stream) -> Iterator[Queue]:
    queue = Queue(amqp, f"queue-of-{stream.name}")
    yield queue
    queue.connection.close()


def taking(stream: Stream, queue: Queue, port: int, environment: Environment) -> Any:
    url = {"AMQP_URL": f"amqp://guest:guest@127.0.0.1:{port}"}
    process = start("integration/amqp_in.py", url | environment, {"sensors": stream.name, "readings": queue.name})
    first_line(process)
    return process


@pytest.mark.needs(RABBITMQ)
def test_amqp_in_stores_a_message_once_and_rejects_what_is_no_record(
    amqp: int, queue: Queue, stream: Stream, environment: Environment
) -> None:
    for body, name in [("no JSON", "a"), ('{"n": 1}', "b"), ('{"n": 1}', "b"), ('{"n": 2}', None)]:
        queue.publish(body, name)
    process = taking(stream, queue, amqp, environment)
    wait_for(lambda: len(stream.records()) == 2)
    wait_for(lambda: queue.waiting("-dead") == 1)
    stop(process)
    assert (sorted(each["n"] for each in stream.records()), queue.waiting()) == ([1, 2], 0)


@pytest.mark.needs(RABBITMQ)
def test_amqp_in_leaves_messages_in_the_queue_until_they_are_stored(
    amqp: int, queue: Queue, stream: Stream, environment: Environment
) -> None:
    process = taking(stream, queue, amqp, environment | {"MILLRACE_URL": AWAY})
    queue.publish('{"n": 1}')
    wait_for(lambda: queue.waiting() == 0)  # it is given out
    stop(process)
    wait_for(lambda: queue.waiting() == 1)
    assert stream.records() == []
    process = taking(stream, queue, amqp, environment)
    wait_for(lambda: stream.records() == [{"n": 1}])
    stop(process)
