"""Reads an application from its folder, or from the folder's files."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sql.folder.application import APPLICATION_FILE, INPUT, SCRIPT_FILE, Application, Output, Reference
from sql.folder.errors import FolderError, hint
from sql.folder.keys import Table, parsed
from sql.folder.schemas import SCHEMA_KEYS, read_schema, schema_of, schema_under
from sql.folder.switches import read_switches
from sql.schema.columns import FORMATS, NAME_MOST, Schema
from streams.core.names import is_stream, stream_fault

SCRIPT_MOST = 102_400  # characters, the service's bound
REFERENCE_MOST = 100 * 1024 * 1024  # bytes of one file of reference data
_TABLES_MOST = 64  # references, and outputs
PARALLELISM_MOST = 64  # the service's bound
KEYS = (
    "name",
    "source",
    "input",
    "parallelism",
    "partition_key",
    "parallel",
    "schema",
    "references",
    "outputs",
    "switches",
    *SCHEMA_KEYS,
)
_REFERENCE_KEYS = ("table", "file", "schema", *SCHEMA_KEYS)


def read_folder(path: Path) -> Application:
    """Returns the application in a folder. Raises FolderError for a folder that describes none."""
    if not path.is_dir():
        raise FolderError(f"{path} is not a folder.")
    files = {name: _content(path, name) for name in (APPLICATION_FILE, SCRIPT_FILE)}
    for name in file_names(files[APPLICATION_FILE]):
        files[name] = _content(path, name)
    return from_files(files, path.resolve().name)


def _content(folder: Path, name: str) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            content = file.read(REFERENCE_MOST + 1)
    except FileNotFoundError:
        near = hint(name, sorted(each.name for each in folder.iterdir())[:100] or ["no files"])
        raise FolderError(f"{folder} has no {name}; {near}") from None
    except OSError as error:
        raise FolderError(f"{folder / name} cannot be read: {error.strerror}.") from None
    if len(content) > REFERENCE_MOST:
        raise FolderError(f"{folder / name} has more than {REFERENCE_MOST} bytes.")
    return content


def file_names(content: bytes) -> list[str]:
    """Returns the names of the other files that an application's file mentions: its schema's and its references'."""
    table = parsed(content, APPLICATION_FILE)
    schema = table.values.get("schema")
    found = [schema] if isinstance(schema, str) else []
    for each in table.tables("references", _TABLES_MOST):
        found += [each.text("file", most=NAME_MOST)]
        found += [each.values["schema"]] if isinstance(each.values.get("schema"), str) else []
    for name in found:
        _check_inside(name)
    return list(dict.fromkeys(found))


def _check_inside(name: str) -> None:
    """Raises FolderError for the name of a file that is not in the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or not name.isprintable() or "\\" in name:
        raise FolderError(f"{APPLICATION_FILE}: the file {name!r} must be in the application's folder.")


def from_files(files: Mapping[str, bytes], name: str = "") -> Application:
    """Returns the application that the files of a folder describe; `name` is its name if the files have none.

    Raises FolderError.
    """
    for needed in (APPLICATION_FILE, SCRIPT_FILE):
        if needed not in files:
            raise FolderError(f"There is no {needed}; an application has {APPLICATION_FILE} and {SCRIPT_FILE}.")
    table = parsed(files[APPLICATION_FILE], APPLICATION_FILE)
    table.refuse_unknown(KEYS)
    parallelism = table.number("parallelism", 1, PARALLELISM_MOST)
    return Application(
        name=_stream_name(table, "name", name or None),
        script=_script(files[SCRIPT_FILE]),
        schema=_schema(table, files),
        source=_stream_name(table, "source", ""),
        input=_input(table, parallelism),
        parallelism=parallelism,
        partition_key=table.text("partition_key", "", NAME_MOST) or None,
        parallel=table.flag("parallel"),
        references=tuple(_reference(each, files) for each in table.tables("references", _TABLES_MOST)),
        outputs=tuple(_output(each) for each in table.tables("outputs", _TABLES_MOST)),
        switches=read_switches(dict(table.table("switches").values), APPLICATION_FILE),
        files={each: bytes(content) for each, content in files.items()},
    )


def _stream_name(table: Table, key: str, default: str | None) -> str:
    value = table.text(key, default)
    if value and not is_stream(value):
        raise FolderError(f"{table.place}: {key!r}: {stream_fault(value)}")
    return value


def _input(table: Table, parallelism: int) -> str:
    value = table.text("input", INPUT)
    if not value or (parallelism > 1 and not value.endswith("_001")):
        raise table.fault(
            "input", f"must be the name of a stream, and end in _001 if 'parallelism' is above 1; it is {value!r}"
        )
    return value


def _script(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FolderError(f"{SCRIPT_FILE} is not UTF-8; see line {line}.") from None
    if len(text) > SCRIPT_MOST:
        raise FolderError(f"{SCRIPT_FILE} has {len(text)} characters; it may have {SCRIPT_MOST}.")
    return text


def _schema(table: Table, files: Mapping[str, bytes]) -> Schema:
    """Returns the schema: the named file's, or of the table [schema], or of [[columns]] in the table itself."""
    inner = table.values.get("schema")
    if isinstance(inner, str):
        return read_schema(_text(table, inner, files), inner)
    if inner is not None:
        return schema_under(table, "schema")
    if "columns" not in table.values:
        raise table.fault("schema", "is missing: write a table [schema] with one [[schema.columns]] a column")
    return schema_of(Table({key: table.values[key] for key in SCHEMA_KEYS if key in table.values}, table.place))


def _text(table: Table, name: str, files: Mapping[str, bytes]) -> str:
    if name not in files:
        raise FolderError(f"{table.place} names the file {name!r}, which is not in the folder.")
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FolderError(f"{name} is not UTF-8.") from None


def _reference(table: Table, files: Mapping[str, bytes]) -> Reference:
    table.refuse_unknown(_REFERENCE_KEYS)
    file = table.text("file", most=NAME_MOST)
    _check_inside(file)
    if file not in files:
        raise FolderError(f"{table.place} names the file {file!r}, which is not in the folder.")
    return Reference(table.text("table"), file, _schema(table, files))


def _output(table: Table) -> Output:
    table.refuse_unknown(("stream", "to", "key", "format"))
    stream, to = table.text("stream"), _stream_name(table, "to", "")
    return Output(stream, to, table.text("key", "", NAME_MOST), table.word("format", FORMATS))
