"""What the pipe tells whoever watches it (django.dispatch); nobody need listen."""

from django.dispatch import Signal

began = Signal()  # a command that goes on has begun to work
put = Signal()  # stream: str, records: int; the stream has confirmed them
committed = Signal()  # application: str, stream: str, seconds: float, dead: int
