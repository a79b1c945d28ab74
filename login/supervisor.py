"""Keeps the processes of a Procfile running: restarts each when it ends; `manage.py run` uses it on a laptop.

A server has systemd for that, or uWSGI (deploy/onebox.ini).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

STEADY = 5.0  # seconds: an end within this time counts as a failure at start
FAILURES = 5  # consecutive failures at start after which the run is given up
PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds until the next start, by consecutive failures
LOOK = 0.1  # seconds between two looks at whether to stop
GRACE = 2.5  # seconds between SIGTERM and SIGKILL
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)

Say = Callable[[str, str], None]  # the name of a process, one line


def parse(text: str) -> dict[str, str]:
    """Returns the commands of a Procfile by their names. Raises ValueError with the number of an invalid line."""
    commands = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, mark, command = map(str.strip, line.partition(":"))
        if name.startswith("#") or not line.strip():
            continue
        if not mark or not name or not command:
            raise ValueError(f"line {number} is not NAME: COMMAND")
        commands[name] = command
    return commands


class Supervisor:
    """Runs commands side by side, until it is stopped or one of them cannot be kept running."""

    def __init__(self, commands: Mapping[str, str], environment: Mapping[str, str], folder: Path, say: Say) -> None:
        self._environment, self._folder, self._say = dict(environment), folder, say
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._told = False
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._threads = [threading.Thread(target=self._keep, args=each, daemon=True) for each in commands.items()]
        self.reason = ""  # the reason for giving up the run

    def run(self) -> None:
        """Runs until stop() is called or the run is given up, and returns after all processes have ended."""
        for thread in self._threads:
            thread.start()
        while not self._told:
            time.sleep(LOOK)
        self._stopping.set()
        self._end()

    def stop(self) -> None:
        """Lets run() end. A signal handler may call it.

        It sets only a flag: the main thread may hold the lock of an Event when a second signal interrupts it. And
        run() looks at the flag, because a signal that another thread receives does not wake the main thread.
        """
        self._told = True

    def _keep(self, name: str, command: str) -> None:
        """Runs a command again and again; gives up the run where that is impossible, or run() would wait for ever."""
        try:
            self._restart(name, command)
        except Exception as error:  # noqa: BLE001 - run() would not hear of it
            self._give_up(f"{name} cannot be started: {error}")

    def _restart(self, name: str, command: str) -> None:
        failures = 0
        while process := self._start(name, command):
            began, last = time.monotonic(), ""
            with process:
                for line in process.stdout or ():
                    last = line.rstrip("\n")
                    self._say(name, last)
            code = process.returncode
            if self._stopping.is_set():
                return
            failures = failures + 1 if time.monotonic() - began < STEADY else 1
            if failures == FAILURES:
                self._give_up(
                    f"{name} ended {FAILURES} times soon after its start, {end_in_words(code)}. It said: {last}"
                )
                return
            pause = PAUSES[failures - 1]
            self._say(name, f"ended, {end_in_words(code)}; it is started again in {pause} s")
            self._stopping.wait(pause)

    def _start(self, name: str, command: str) -> "subprocess.Popen[str] | None":
        """Starts a process in its own session, which a terminal's Ctrl-C does not reach; not while the run ends."""
        with self._lock:
            if self._stopping.is_set():
                return None
            self._processes[name] = subprocess.Popen(  # noqa: S602 - the Procfile is ours, and it is shell
                command,
                shell=True,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            return self._processes[name]

    def _give_up(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.stop()

    def _end(self) -> None:
        """Asks every process to end, and kills those still alive after GRACE seconds."""
        deadline = time.monotonic() + GRACE
        with self._lock:
            processes = dict(self._processes)
        for process in processes.values():
            _send(process, signal.SIGTERM)
        for name, process in processes.items():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(name, f"has not ended within {GRACE} s, and is killed")
                _send(process, signal.SIGKILL)
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))


def _send(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Signals the group of a process that has not been waited for, so that its id cannot belong to another process."""
    if process.poll() is None:
        os.killpg(process.pid, number)


def end_in_words(code: int) -> str:
    """Describes the end of a process by its exit code, negative for a signal."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


@contextmanager
def foreground() -> Iterator[None]:
    """Takes the terminal's Ctrl-C for this process alone, because `make`, which waits for it, would report an error."""
    terminal = sys.stdin.fileno() if sys.stdin and sys.stdin.isatty() else None
    if terminal is None or os.getsid(0) == os.getpid() or os.tcgetpgrp(terminal) != os.getpgrp():
        yield
        return
    before = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # otherwise taking the terminal would stop this process
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # nobody could bring it back: the shell waits for make
    os.setpgrp()
    os.tcsetpgrp(terminal, os.getpgrp())
    try:
        yield
    finally:
        os.tcsetpgrp(terminal, before)
