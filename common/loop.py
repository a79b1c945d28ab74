"""The loop around a step, and how it is stopped."""

import signal
import time
from collections.abc import Callable
from types import FrameType


class Loop:
    """Calls `step` until it is told to stop or `finished` says so; pauses only when a step found nothing to do."""

    def __init__(
        self,
        step: Callable[[], bool],
        *,
        idle: float = 0.02,  # seconds: short enough that a stop is prompt, long enough that waiting costs no CPU
        finished: Callable[[], bool] = lambda: False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._step = step
        self._idle = idle
        self._finished = finished
        self._pause = pause
        self._stopping = False

    def run(self) -> None:
        while not self._stopping and not self._finished():
            if not self._step() and not self._stopping:
                self._pause(self._idle)

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT let the step in hand finish."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True  # Only a flag: a lock or a log call here can deadlock with the code it interrupted.
