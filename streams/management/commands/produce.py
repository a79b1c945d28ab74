"""manage.py produce: puts records from a source into a stream."""

import json
import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any

from streams import clock
from streams.loop import Loop
from streams.management.plain import PlainCommand, UsageError, positive
from streams.producer import Producer, choose_pace
from streams.records import StreamExistsError, StreamNotFoundError
from streams.sources.base import SourceError
from streams.sources.catalogue import NAMES, open_source
from streams.stream.base import Stream
from streams.wiring import open_stream

IDLE = 0.01  # seconds: how late a record may be for its pace
PROGRESS_EVERY = 0.5  # seconds
SEEDED_START = clock.from_iso("2026-01-01")  # so that made-up orders of one seed are the same on any day


class Command(PlainCommand):
    help = "Puts records into a stream: made-up trades or orders, or a replay of the Online Retail file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", choices=NAMES, help=" or ".join(NAMES))
        parser.add_argument("--stream", type=_name, help="name of the stream (default: the name of the source)")
        parser.add_argument("--count", type=positive, help="stop after so many records")
        parser.add_argument("--duration", type=_above_zero, metavar="S", help="stop after so many seconds")
        pace = parser.add_mutually_exclusive_group()
        pace.add_argument(
            "--rate", type=_from_zero, help="records a second, 0 for as fast as possible (default for trades: 10)"
        )
        pace.add_argument(
            "--speed", type=_above_zero, metavar="X", help="for orders: times the source's own pace (default: 1)"
        )
        parser.add_argument("--seed", type=_whole, help="the same made-up records every time")
        parser.add_argument("--file", type=Path, help="for orders: the Online Retail CSV, plain, .gz or .xz")
        parser.add_argument("--site", type=_site, help="for orders: the one site that sells")
        parser.add_argument("--json", action="store_true", help="say at the end what was sent as a JSON object")

    def handle(self, *, source: str, stream: str | None, seed: int | None, json: bool, **options: Any) -> None:
        name = stream or source
        start = clock.now() if seed is None else SEEDED_START
        try:
            records = open_source(source, Random(seed), start, options["file"], options["site"])  # noqa: S311 - not secret
            pace = choose_pace(records, options["rate"], options["speed"])
            target = open_stream(name)
            self._create(target)
            producer = Producer(target, pace, count=options["count"], duration=options["duration"])
            try:
                self._run(producer)
            finally:
                self.stdout.write(_summary(producer, name, records.skipped, as_json=json))
        except SourceError as error:
            raise UsageError(str(error)) from None

    def _create(self, stream: Stream) -> None:
        try:
            stream.describe()
        except StreamNotFoundError:
            try:
                stream.create()
            except StreamExistsError:
                return  # another producer was first
            self.stderr.write(f"Created the stream {stream.name} with 1 shard.", str)

    def _run(self, producer: Producer) -> None:
        terminal = self.stderr.isatty()
        loop = Loop(self._shown(producer) if terminal else producer.step, idle=IDLE, finished=producer.finished)
        loop.stop_on_signals()
        try:
            loop.run()
        finally:
            if terminal:
                self.stderr.write("")

    def _shown(self, producer: Producer) -> Callable[[], bool]:
        """The producer's step, with the progress on one line of the terminal."""
        shown_at, shown = time.monotonic(), 0

        def step() -> bool:
            nonlocal shown_at, shown
            found, now = producer.step(), time.monotonic()
            if now - shown_at >= PROGRESS_EVERY:
                rate = (producer.sent - shown) / (now - shown_at)
                self.stderr.write(f"\r\x1b[K{producer.sent:,} records, {rate:,.0f}/s", str, ending="")
                self.stderr.flush()
                shown_at, shown = now, producer.sent
            return found

        return step


def _summary(producer: Producer, stream: str, skipped: int, *, as_json: bool) -> str:
    seconds = round(producer.elapsed, 3)
    if as_json:
        return json.dumps({"stream": stream, "records": producer.sent, "skipped": skipped, "seconds": seconds})
    also = f", skipped {skipped:,} rows that could not be read" if skipped else ""
    return f"Sent {producer.sent:,} records to {stream} in {seconds:,.1f} s{also}."


def _above_zero(text: str) -> float:
    """For argparse: a number above 0."""
    number = _from_zero(text)
    if number == 0:
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _from_zero(text: str) -> float:
    """For argparse: a number from 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not isfinite(number) or number < 0:
        raise ArgumentTypeError(f"{text!r} is not a number from 0")
    return number


def _whole(text: str) -> int:
    """For argparse: a whole number."""
    if not re.fullmatch(r"-?[0-9]{1,20}", text):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _name(text: str) -> str:
    """For argparse: what Kinesis takes as the name of a stream."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", text):
        raise ArgumentTypeError(f"{text!r} is not a stream's name: 1 to 128 of letters, digits and _.-")
    return text


def _site(text: str) -> str:
    """For argparse: what the database takes as the name of a site."""
    if not 1 <= len(text) <= 64 or not text.isprintable() or text != text.strip():
        raise ArgumentTypeError(f"{text!r} is not a site's name: 1 to 64 characters")
    return text
