"""An application's folder: application.toml, application.sql and the files of its reference data, as plain data."""

from sql.folder.application import APPLICATION_FILE, INPUT, SCRIPT_FILE, Application, Output, Reference
from sql.folder.errors import FolderError
from sql.folder.reading import from_files, read_folder
from sql.folder.schemas import read_schema
from sql.folder.switches import SWITCHES, Switch, Switches, as_imported
from sql.folder.writing import schema_to_toml, to_files, to_toml
from sql.schema.columns import Column, Schema

__all__ = [
    "APPLICATION_FILE",
    "INPUT",
    "SCRIPT_FILE",
    "SWITCHES",
    "Application",
    "Column",
    "FolderError",
    "Output",
    "Reference",
    "Schema",
    "Switch",
    "Switches",
    "as_imported",
    "from_files",
    "read_folder",
    "read_schema",
    "schema_to_toml",
    "to_files",
    "to_toml",
]
