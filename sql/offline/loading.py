"""Loads an application from its folder, or from a script alone with a schema beside it."""

from dataclasses import replace
from pathlib import Path

from sql.folder import APPLICATION_FILE, SCRIPT_FILE, Application, FolderError, Schema, read_folder, read_schema

SCRIPT_MOST = 1 << 20  # bytes that are read of a script; the language's own bound is lower


def load(path: Path, schema: Path | None = None) -> Application:
    """Returns the application of a folder, or of a script's file. Raises FolderError.

    A script takes its columns from `schema`; without one, `application.sql` takes its own folder's configuration, and
    any other script has no columns.
    """
    if path.is_dir():
        application = read_folder(path)
        return _with_schema(application, schema) if schema else application
    if schema is None and path.name == SCRIPT_FILE and (path.parent / APPLICATION_FILE).exists():
        return read_folder(path.parent)
    script = _text(path, "script")
    return _with_schema(Application(name=path.stem, script=script, schema=Schema(())), schema)


def _with_schema(application: Application, schema: Path | None) -> Application:
    return replace(application, schema=read_schema(_text(schema, "schema"))) if schema else application


def _text(path: Path, kind: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SCRIPT_MOST + 1)
    except OSError as error:
        raise FolderError(f"The {kind} {path} cannot be read: {error.strerror}.") from None
    if len(content) > SCRIPT_MOST:
        raise FolderError(f"The {kind} {path} has more than {SCRIPT_MOST} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FolderError(f"The {kind} {path} is not UTF-8; see line {line}.") from None
