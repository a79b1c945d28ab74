"""Forks processes that run commands of manage.py, since each would take a second to start. Tests kill them.

Reads lines, each a list of words in JSON, and answers each with the child's process id. The folder of the argument gets
the output of a child as PID.out, and its exit code as PID.code when it ended by itself.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django first

import archive.sink  # noqa: E402
import archive.stores.s3  # noqa: E402, F401
import streams.management.commands.consume  # noqa: E402, F401


def child(words: list[str], folder: Path) -> None:
    """Runs a command and notes its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)  # the pipes are the parent's
    name, code = folder / str(os.getpid()), 1
    try:
        with name.with_suffix(".out").open("w") as out, redirect_stdout(out):
            try:
                call_command(*words)
            except Exception:
                traceback.print_exc(file=out)
                raise
        code = 0
    finally:
        name.with_suffix(".code").write_text(str(code))


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once, as under a supervisor
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        try:
            child(json.loads(line), Path(sys.argv[1]))
        finally:
            os._exit(0)
    sys.stdout.write(f"{pid}\n")
    sys.stdout.flush()
