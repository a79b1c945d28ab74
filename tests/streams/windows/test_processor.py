"""An application of one's own on tumbling windows: the mean temperature of each device in each minute."""

import json

import msgspec
import pytest

from streams.core.clock import MINUTE
from streams.core.processor import Decoder, Name
from streams.core.records import Batch
from streams.core.state import EMPTY, State
from streams.windows.processor import TumblingProcessor
from streams.windows.tumbling import TumblingWindows
from tests.kept import saved


class Reading(msgspec.Struct):
    device: Name
    celsius: float


class Mean(msgspec.Struct):
    readings: int = 0
    total: float = 0

    def add(self, reading: Reading) -> None:
        self.readings += 1
        self.total += reading.celsius


decode = Decoder(Reading, "device")


def build(state: State) -> TumblingProcessor[Reading, Mean]:
    windows = TumblingWindows(Mean, step=MINUTE, grace=MINUTE, most=2, state=state)
    return TumblingProcessor(windows, Mean, Mean.add, "A minute has at most {most} devices; {key!r} is one more.")


def add(processor: TumblingProcessor[Reading, Mean], now: int, **celsius: float) -> list[str]:
    datas = [json.dumps({"device": name, "celsius": value}).encode() for name, value in celsius.items()]
    batch, events, _ = decode(Batch(now, range(len(datas)), list(celsius), datas))
    return [dead.error for dead in processor.add(batch, events)]


def test_a_mean_goes_on_after_a_restart() -> None:
    processor = build(EMPTY)
    add(processor, MINUTE, attic=20, cellar=10)
    processor = build(saved(processor))
    add(processor, MINUTE + 1, attic=23)
    rows = [(start, device, tally.total / tally.readings) for start, (device,), tally in processor.take() or []]
    assert rows == [(MINUTE, "attic", 21.5)]


def test_device_too_many_and_late_reading_are_refused_with_a_reason() -> None:
    processor = build(EMPTY)
    assert add(processor, MINUTE, a=1, b=2, c=3) == ["A minute has at most 2 devices; 'c' is one more."]
    processor.advance(10 * MINUTE)
    [error] = add(processor, MINUTE, a=1)
    assert error.startswith("The record arrived 540 s before the shard's watermark, and its window is closed;")


def test_decoder_names_the_missing_field() -> None:
    with pytest.raises(ValueError, match="Reading has no field 'sensor' that could be its key"):
        Decoder(Reading, "sensor")
