"""manage.py produce: puts records from a source into a stream."""

import json
from argparse import SUPPRESS, Action, ArgumentParser
from random import Random
from typing import Any, NoReturn

from django.core.management.base import CommandParser

from common.loop import Loop
from common.text import shortened
from streams import applications
from streams.applications import RunnerKind, SourceKind
from streams.backends import aggregating
from streams.backends.aggregating import AggregatingStream, Locating
from streams.backends.base import Stream
from streams.core import clock
from streams.core.records import StreamExistsError, StreamNotFoundError
from streams.engine import signals
from streams.engine.producer import RECORDS_A_PUT, Producer, choose_pace
from streams.management.options import MOST_RECORDS, above_zero, from_zero, stream_name, up_to, whole
from streams.management.plain import PlainCommand, UsageError
from streams.management.progress import on_terminal
from streams.sources.base import LiveSource, Source, SourceError
from streams.wiring import largest_record, open_stream

ALONE = 0.1  # seconds between two looks of a source that puts by itself: Kinesis Agent's pace
IDLE = 0.01  # seconds: how late a record may be for its pace
RECORDS_A_SHARD = 1000  # a second, as Kinesis takes them
AGGREGATE_HELP = "for Kinesis: many records in one, as KPL does (by itself above 1,000 records/s a shard)"
SEEDED_START = clock.from_iso("2026-01-01")  # so that made-up orders of one seed are the same on any day


class Command(PlainCommand):
    help = "Puts records of a source into a stream. Each source has options of its own: produce SOURCE --help."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="source", metavar="SOURCE", required=True)
        for source in applications.sources().values():
            of_source = verbs.add_parser(
                source.name, help=source.help, description=f"Puts {source.help} into a stream."
            )
            _add_common(of_source, source)
            source.add_options(of_source)
            _refuse_options_of_others(of_source, source)
        for runner in applications.runners().values():
            of_runner = verbs.add_parser(runner.name, help=runner.help, description=f"Puts {runner.help} into streams.")
            of_runner.add_argument("--json", action="store_true", help="say at the end as a JSON object what was put")
            runner.add_options(of_runner)

    def handle(self, *args: Any, **options: Any) -> None:
        if runner := applications.runners().get(options["source"]):
            self._run_alone(runner, options)
        else:
            self._produce(options)

    def _produce(self, options: dict[str, Any]) -> None:
        seed = options["seed"]
        start = clock.now() if seed is None else SEEDED_START
        try:
            kind = applications.find_source(options["source"])
            name = _stream_of(kind, options["stream"])
            source = kind.open(options, Random(seed), start)  # noqa: S311 - not secret
            rate = kind.rate if options["rate"] is None and options["speed"] is None else options["rate"]
            pace = choose_pace(source, rate, options["speed"])
            stream = open_stream(name)
            self._create_if_absent(stream)
            if isinstance(source, LiveSource):
                source.accept(largest_record(stream))
            target = _packing(stream, rate, asked=options["aggregate"])
            most = aggregating.RECORDS_A_PUT if isinstance(target, AggregatingStream) else RECORDS_A_PUT
            producer = Producer(target, pace, count=options["count"], duration=options["duration"], most=most)
            try:
                self._run(producer, stream.name, source)
            finally:
                self._tell(source.end() if isinstance(source, LiveSource) else [])
                self.stdout.write(_summary(producer, stream, source, as_json=options["json"]))
        except SourceError as error:
            raise UsageError(str(error)) from None
        if source.skipped and not producer.sent:
            self.fail(f"Nothing was sent, because no {_noun(source)} could be put.", 1)

    def _run_alone(self, kind: RunnerKind, options: dict[str, Any]) -> None:
        try:
            runner = kind.open(options)
            signals.began.send(type(self))
            loop = Loop(runner.step, idle=ALONE, finished=runner.finished)
            loop.stop_on_signals()
            try:
                loop.run()
            finally:
                told = [json.dumps(runner.row())] if options["json"] else runner.in_words()
                for line in told:
                    self.stdout.write(line)
        except SourceError as error:
            raise UsageError(str(error)) from None

    def _create_if_absent(self, stream: Stream) -> None:
        try:
            stream.describe()
        except StreamNotFoundError:
            try:
                stream.create()
            except StreamExistsError:
                return  # another producer was first
            self.stderr.write(f"Created the stream {stream.name} with 1 shard.", str)

    def _run(self, producer: Producer, stream: str, source: Source) -> None:
        def put() -> bool:
            before = producer.sent
            found = producer.step()
            if isinstance(source, LiveSource):
                self._tell(source.notes())
            signals.put.send(type(self), stream=stream, records=producer.sent - before)
            return found

        signals.began.send(type(self))
        with on_terminal(self.stderr, put, lambda: producer.sent) as step:
            loop = Loop(step, idle=IDLE, finished=producer.finished)
            loop.stop_on_signals()
            loop.run()

    def _tell(self, notes: list[str]) -> None:
        if notes and self.stderr.isatty():
            self.stderr.draw("\r\x1b[K")  # over the line that shows the progress
        for note in notes:
            self.stderr.write(shortened(note), str)


def _stream_of(kind: SourceKind, named: str | None) -> str:
    if named or kind.names_stream:
        return named or kind.name
    raise UsageError(f"Name the stream that {kind.name} are put into: --stream NAME")


def _add_common(parser: ArgumentParser, source: SourceKind) -> None:
    add = parser.add_argument
    otherwise = f"default: {source.name}" if source.names_stream else "must be given"
    add("--stream", type=stream_name, metavar="NAME", help=f"put into this stream ({otherwise})")
    add("--count", type=up_to(MOST_RECORDS), metavar="N", help="stop after so many records")
    add("--duration", type=above_zero, metavar="S", help="stop after so many seconds")
    pace = parser.add_mutually_exclusive_group().add_argument
    pace("--rate", type=from_zero, metavar="R", help="records a second, 0: as fast as possible")
    if source.has_pace:
        pace("--speed", type=above_zero, metavar="X", help="times the source's own pace")
    if source.makes_up:
        add("--seed", type=whole, metavar="N", help="the same made-up records every time")
    parser.set_defaults(speed=None, seed=None)
    add("--aggregate", action="store_true", help=AGGREGATE_HELP)
    add("--json", action="store_true", help="say at the end as a JSON object what was sent")


class _Refusal(Action):
    """Refuses an option of another source; `const` names that source."""

    def __call__(self, parser: ArgumentParser, *_: Any) -> NoReturn:
        parser.error(str(self.const))


def _refuse_options_of_others(parser: ArgumentParser, mine: SourceKind) -> None:
    """Adds the options of all other sources, so that using one of them ends with a sentence that names its source."""
    owners: dict[str, list[str]] = {}
    for other in applications.sources().values():
        theirs = ArgumentParser(add_help=False)
        _add_common(theirs, other)
        other.add_options(theirs)
        for name in theirs._option_string_actions.keys() - parser._option_string_actions.keys():
            owners.setdefault(name, []).append(other.name)
    for name, others in owners.items():
        why = f"{name} is for {_listed(others)}, not for {mine.name}"
        parser.add_argument(name, action=_Refusal, nargs="?", const=why, dest=SUPPRESS, help=SUPPRESS)


def _packing(stream: Stream, rate: float | None, *, asked: bool) -> Stream:
    """Returns the stream, made to put many records as one if that is asked for or if its shards could take no more."""
    if not isinstance(stream, Locating):
        return stream
    shards = sum(shard.open for shard in stream.describe().shards)
    fast = rate is not None and (rate == 0 or rate > RECORDS_A_SHARD * shards)
    return AggregatingStream(stream) if asked or fast else stream


def _summary(producer: Producer, stream: Stream, source: Source, *, as_json: bool) -> str:
    sent, skipped, seconds = producer.sent, source.skipped, round(producer.elapsed, 3)
    if as_json:
        return json.dumps({"stream": stream.name, "records": sent, "skipped": skipped, "seconds": seconds})
    also = f", skipped {skipped:,} {_noun(source)}{'s' * (skipped != 1)} that could not be put" if skipped else ""
    return f"Sent {sent:,} records to {stream.name} in {seconds:,.1f} s{also}."


def _noun(source: Source) -> str:
    return "line" if isinstance(source, LiveSource) else "row"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
