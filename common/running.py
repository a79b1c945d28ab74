"""A command of ours as a person types it in the project's folder."""

import shlex


def to_run(*words: str) -> str:
    """Returns the line that runs manage.py with these words, quoted for a shell; `make run` makes that Python."""
    return shlex.join([".venv/bin/python", "manage.py", *words])
