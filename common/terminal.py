"""How commands write: no byte of a record, a name or a file reaches a terminal as a control sequence."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper

from common.text import escaped


class Lines(OutputWrapper):
    """A command's output, on which each write is one line, whatever it holds."""

    def write(self, msg: Any = "", style_func: Any = None, ending: str | None = None) -> None:  # type: ignore[override]  # as Django's
        super().write(escaped(str(msg).removesuffix("\n")), style_func, ending)

    def draw(self, text: str) -> None:
        """Writes control sequences of our own, such as those of a progress line."""
        super().write(text, str, ending="")
        self.flush()


class LinesCommand(BaseCommand):
    """A command that writes line by line, since names and records come from outside."""

    stdout: Lines
    stderr: Lines

    def __init__(self, stdout: Any = None, stderr: Any = None, **options: Any) -> None:
        super().__init__(stdout, stderr, **options)
        self._write_to(stdout or sys.stdout, stderr or sys.stderr)

    def execute(self, *args: Any, **options: Any) -> str | None:
        stdout, stderr = options.pop("stdout", None), options.pop("stderr", None)  # Django would wrap them itself
        self._write_to(stdout or self.stdout._out, stderr or self.stderr._out)
        return super().execute(*args, **options)

    def _write_to(self, stdout: Any, stderr: Any) -> None:
        self.stdout, self.stderr = Lines(stdout), Lines(stderr)
        self.stderr.style_func = self.style.ERROR
