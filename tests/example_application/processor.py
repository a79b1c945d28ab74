"""Computes the mean temperature of each device in each minute of arrival time."""

from typing import Annotated

import msgspec

from streams.core.clock import MINUTE
from streams.core.processor import Decoder, Name
from streams.core.state import State
from streams.windows.processor import TumblingProcessor
from streams.windows.tumbling import TumblingWindows

DEVICES_MOST = 10_000  # of a shard in a minute: senders choose the names, so there is a bound
TOO_MANY = "The shard counts {most} devices in this minute, and no more fit; {key!r} would be one more."


class Reading(msgspec.Struct):
    """One event, as JSON: {"device": "attic", "celsius": 21.5}. The device is the partition key."""

    device: Name
    celsius: Annotated[float, msgspec.Meta(ge=-273.15, le=10_000)]


class Mean(msgspec.Struct):
    """The tally of one device and minute."""

    readings: int = 0
    total: float = 0

    def add(self, reading: Reading) -> None:
        self.readings += 1
        self.total += reading.celsius


decode = Decoder(Reading, "device")


def build(state: State) -> TumblingProcessor[Reading, Mean]:
    """Returns a processor that goes on from a state; its results are tuples of minute, (device,) and Mean."""
    return TumblingProcessor(TumblingWindows(Mean, MINUTE, MINUTE, DEVICES_MOST, state), Mean, Mean.add, TOO_MANY)
