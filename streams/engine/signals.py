"""Signals of django.dispatch that the engine sends to monitoring. They need no receiver."""

from django.dispatch import Signal

began = Signal()  # a command that goes on has begun to work
put = Signal()  # stream: str, records: int; the stream has confirmed them
refused = Signal()  # door: str, reason: str, records: int; a door did not take so many records, or one whole request
answered = Signal()  # operation: str, outcome: str; the Kinesis API answered: "ok", or the type of an error
committed = Signal()  # application: str, stream: str, seconds: float, dead: int
