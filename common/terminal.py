"""How commands write: no byte of a record, a name or a file reaches a terminal as a control sequence."""

import re
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from common.text import escaped, shortened


class Lines(OutputWrapper):
    """The output of a command: each write is one line, even if the text holds line breaks."""

    def write(self, msg: Any = "", style_func: Any = None, ending: str | None = None) -> None:  # type: ignore[override]  # as Django's
        super().write(escaped(str(msg).removesuffix("\n")), style_func, ending)

    def keep(self, text: str) -> None:
        """Writes a text of several lines unchanged into a file or a pipe; on a terminal each line is made safe."""
        if self.isatty():
            for line in text.removesuffix("\n").split("\n"):
                self.write(line)
        else:
            super().write(text, str, ending="")

    def draw(self, text: str) -> None:
        """Writes control sequences of our own, such as those of a progress line."""
        super().write(text, str, ending="")
        self.flush()


def options_of(parser: ArgumentParser, words: Sequence[str]) -> list[str]:
    """Returns the options that a parser shows in its help, and those of its subcommands that are among the words."""
    found: list[str] = []
    for action in parser._actions:
        if action.help is not SUPPRESS:
            found += action.option_strings
        if isinstance(action.choices, Mapping):  # subcommands
            chosen = [each for name, each in action.choices.items() if name in words]
            found += [option for each in chosen for option in options_of(each, words)]
    return found


class LinesCommand(BaseCommand):
    """A command that writes line by line, since names and records come from outside.

    Words that it cannot read end it with one sentence and exit code 2.
    """

    stdout: Lines
    stderr: Lines

    def __init__(self, stdout: Any = None, stderr: Any = None, **options: Any) -> None:
        super().__init__(stdout, stderr, **options)
        self._write_to(stdout or sys.stdout, stderr or sys.stderr)

    def execute(self, *args: Any, **options: Any) -> str | None:
        stdout, stderr = options.pop("stdout", None), options.pop("stderr", None)  # Django would wrap them itself
        self._write_to(stdout or self.stdout._out, stderr or self.stderr._out)
        return super().execute(*args, **options)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        self._called_from_command_line = False  # argparse then raises, where it would print its usage first
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self.fail(str(error).removeprefix("Error: ") + self._hint(str(error), argv), 2)

    def _hint(self, error: str, argv: list[str]) -> str:
        """Returns the option that was meant by an unknown one, as the end of its sentence; "" for other errors."""
        unknown = re.search(r"unrecognized arguments: (--[\w-]+)", error)
        if not unknown:
            return ""
        near = get_close_matches(unknown[1], options_of(self.create_parser(*argv[:2]), argv), n=1)
        return f"; did you mean {near[0]}?" if near else "; --help lists the options"

    def fail(self, sentence: str, code: int) -> NoReturn:
        """Ends the command with a sentence on stderr, however long the words are that it repeats."""
        self.stderr.write(shortened(sentence))
        raise SystemExit(code)

    def _write_to(self, stdout: Any, stderr: Any) -> None:
        self.stdout, self.stderr = Lines(stdout), Lines(stderr)
        self.stderr.style_func = self.style.ERROR
