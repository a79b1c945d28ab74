"""A command of ours as a person types it in the project's folder."""

import shlex
import sys
from pathlib import Path


def to_run(*words: str) -> str:
    """Returns the line that runs manage.py with these words, quoted for a shell; `make run` makes that Python."""
    return shlex.join([".venv/bin/python", "manage.py", *words])


def to_run_on(command: str, application: str, stream: str) -> str:
    """Returns the line that runs `consume` or `produce` for an application on a stream.

    The application's own stream is the default of both commands, so the line leaves it out.
    """
    return to_run(command, application, *([] if stream == application else on_stream(stream)))


def on_stream(name: str) -> list[str]:
    """Returns the words of the option --stream. A name that begins with a hyphen would be an option as its own word."""
    return [f"--stream={name}"] if name.startswith("-") else ["--stream", name]


def python() -> str:
    """Returns the path of the interpreter: in uWSGI, sys.executable is uWSGI itself."""
    found = Path(sys.prefix, "bin", "python")
    return str(found) if found.exists() else sys.executable
