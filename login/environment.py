r"""Reads files of settings, `.env` of a checkout and /etc/millrace/millrace.env, by one set of rules: systemd's.

The rules are those of EnvironmentFile= in systemd.exec(5). A value goes from `=` to the end of its line, without the
blanks at both ends, so `#`, `$`, `<`, `&` and quotes inside it stand for themselves. A value may be quoted whole:
between '…' everything stands for itself, between "…" a backslash stands before `"`, `\`, `$` and a backquote. A line
that begins with `#` or `;` is a comment.

systemd passes over a line that it cannot use. Here such a line is refused, with its number. `.env` has no reader but
this one, so more is refused there: all forms that other readers of such files read otherwise (a backslash outside of
quotes, text after a closing quote, a value of several lines, a name that stands twice). A message names the variable
and never the value, which may be a secret.

    python -m login.environment FILE    # prints FILE, read by systemd's rules, as shell lines: export NAME='VALUE'
"""

import codecs
import os
import re
import shlex
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import NamedTuple, NoReturn

from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MOST = 1 << 20  # bytes of a file
BLANKS, ENDS = " \t\n\r", "\n\r"
FORM = "It should be NAME=value, or begin with # as a comment."


class Assignment(NamedTuple):
    """One NAME=VALUE of a file."""

    line: int
    name: str
    value: str


def load(path: Path, environ: MutableMapping[str, str]) -> None:
    """Adds the variables of a `.env` to the environment; a variable that is set already keeps its value.

    NAME and NAME_FILE are two ways to give one setting, so if the environment has either, both are ignored in the file.
    A file that does not exist adds nothing. Raises ImproperlyConfigured.
    """
    if not os.path.lexists(path):
        return
    given = set(environ)
    for name, value in read(path, lenient=False).items():
        if not {name, f"{name}_FILE", name.removesuffix("_FILE")} & given:
            environ[name] = value


def read(path: Path, *, lenient: bool) -> dict[str, str]:
    """Returns the variables of a file. Raises ImproperlyConfigured with the line and the name of a refused assignment.

    `lenient`: systemd reads the file too, so all forms of its rules are accepted; the last value of a name counts.
    """
    known: dict[str, Assignment] = {}
    for each in _Parser(path, _text(path, lenient=lenient), lenient=lenient).assignments():
        if each.name in known and not lenient:
            _refuse(path, each.line, f"sets {each.name} again, after line {known[each.name].line}. Remove one of them.")
        known[each.name] = each
    return {name: each.value for name, each in known.items()}


def _text(path: Path, *, lenient: bool) -> str:
    """Returns a file's text. Accepts in `.env` a byte order mark, and UTF-16 with one, as PowerShell writes it."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise ImproperlyConfigured(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > MOST:
        raise ImproperlyConfigured(f"{path} is larger than {MOST >> 20} MiB, so it is no file of settings.")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-8" if lenient else "utf-16" if wide else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        _refuse(path, data.count(b"\n", 0, error.start) + 1, "holds bytes that are no UTF-8. Save the file as UTF-8.")
    if "\0" in text:
        _refuse(path, text[: text.index("\0")].count("\n") + 1, "holds a zero byte. Save the file as UTF-8.")
    return text


def _refuse(path: Path, line: int, says: str) -> NoReturn:
    raise ImproperlyConfigured(f"{path}, line {line} {says}")


class _Parser:
    """Walks over a text like src/basic/env-file.c of systemd."""

    def __init__(self, path: Path, text: str, *, lenient: bool) -> None:
        self._path, self._lenient = path, lenient
        self._text = text
        self._at = 0

    def assignments(self) -> Iterator[Assignment]:
        while self._skip(BLANKS):
            line = self._line()
            if self._text[self._at] in "#;":
                if self._until(ENDS).endswith("\\") and self._lenient:
                    _refuse(self._path, line, "is a comment that ends in a backslash. Remove the backslash.")
                continue
            name = self._name(line)
            value = self._quoted(line, name) if self._next() in ("'", '"') else self._plain(line, name)
            yield Assignment(line, name, value)

    def _name(self, line: int) -> str:
        name = self._until("=" + ENDS).rstrip(BLANKS)
        if not self._lenient:
            name = re.sub(r"^export[ \t]+", "", name)
        if self._next() != "=" or not NAME.fullmatch(name):
            _refuse(
                self._path, line, f"is no assignment. {FORM}"
            )  # without the text, which may be the rest of a secret
        self._at += 1
        self._skip(" \t")
        return name

    def _plain(self, line: int, name: str) -> str:
        """Returns a value that is not quoted, up to the end of its line."""
        if not self._lenient:
            value = self._until(ENDS)
            if "\\" in value:
                _refuse(self._path, line, f"gives {name} a backslash. Put the value between single quotes.")
            return value.rstrip(BLANKS)
        kept = ""  # up to the last backslash: blanks there stay, even at the end
        while True:
            value = self._until(ENDS + "\\")
            if self._next() != "\\":
                return kept + value.rstrip(BLANKS)
            taken = self._text[self._at + 1 : self._at + 2]
            kept += value + taken.strip(ENDS)
            self._at += 2

    def _quoted(self, line: int, name: str) -> str:
        """Returns a value that begins with a quote. systemd joins it with the text after the quote, without blanks."""
        value = ""
        while (quote := self._next()) in ("'", '"'):
            self._at += 1
            value += self._single(line, name) if quote == "'" else self._double(line, name)
            self._skip(" \t")
        if self._next() in ("", *ENDS):
            return value
        if not self._lenient:
            _refuse(
                self._path, line, f"gives {name} text after the closing quote. Put the whole value between the quotes."
            )
        return value + self._plain(line, name)

    def _single(self, line: int, name: str) -> str:
        value = self._until("'")
        self._close(line, name, value)
        return value

    def _double(self, line: int, name: str) -> str:
        value = ""
        while True:
            value += self._until('"\\')
            if self._next() != "\\":
                self._close(line, name, value)
                return value
            taken = self._text[self._at + 1 : self._at + 2]
            self._at += 2
            value += taken if taken in '"\\`$' else "" if taken == "\n" else "\\" + taken

    def _close(self, line: int, name: str, value: str) -> None:
        if not self._next() or (set(ENDS) & set(value) and not self._lenient):
            _refuse(self._path, line, f"gives {name} a quote that is not closed. Close it, or remove it.")
        self._at += 1

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _next(self) -> str:
        """Returns the current character; "" at the end."""
        return self._text[self._at : self._at + 1]

    def _until(self, ends: str) -> str:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in ends:
            self._at += 1
        return self._text[start : self._at]

    def _skip(self, characters: str) -> bool:
        """Skips such characters. Returns whether any others follow."""
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._at += 1
        return self._at < len(self._text)


def main(path: str) -> int:
    try:
        variables = read(Path(path), lenient=True)
    except ImproperlyConfigured as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    sys.stdout.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
