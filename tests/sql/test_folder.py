"""The folder of an application: reading, writing, and the sentences about faults in it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql import types
from sql.folder import (
    Application,
    Column,
    FolderError,
    Output,
    Reference,
    Schema,
    Switches,
    as_imported,
    from_files,
    read_folder,
    read_schema,
    schema_to_toml,
    to_files,
)

TOML = """
name = "fleet-alerts"  # the first of them
source = "fleet"
partition_key = "truck"

[[columns]]
name = "truck"
type = "VARCHAR(16)"
mapping = "$.truck"

[[columns]]
name = "speed"
type = "DECIMAL(5,2)"
not_null = true

[[outputs]]
stream = "DESTINATION_SQL_STREAM"

[switches]
close_on = "row"
"""
SCHEMA = Schema(
    (Column("truck", types.varchar(16), "$.truck"), Column("speed", types.decimal(5, 2), "", not_null=True))
)
FLEET = Application(
    name="fleet-alerts",
    script="CREATE STREAM …;\n",
    schema=SCHEMA,
    source="fleet",
    partition_key="truck",
    outputs=(Output("DESTINATION_SQL_STREAM"),),
    switches=Switches(close_on="row"),
)


def files(toml: str = TOML) -> dict[str, bytes]:
    return {"application.toml": toml.encode(), "application.sql": FLEET.script.encode()}


def test_a_folder_gives_the_application_that_it_describes(tmp_path: Path) -> None:
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    assert read_folder(tmp_path) == from_files(files()) == FLEET


@pytest.mark.parametrize("schema", ["[schema]\n", "[schema]\nformat = 'json'\nrow_path = '$'\n", ""])
def test_a_schema_stands_in_a_table_or_in_a_list_of_columns(schema: str) -> None:
    columns = schema_to_toml(SCHEMA).replace("[[columns]]", "[[schema.columns]]").split("\n\n", 1)[1]
    columns = columns if schema else columns.replace("[[schema.columns]]", "[[schema]]")
    assert from_files(files(f"name = 'fleet'\n{schema}\n{columns}")).schema == SCHEMA


def test_a_schema_and_reference_data_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    toml = "name='a'\nschema='s.toml'\n[[references]]\ntable='Trucks'\nfile='data/trucks.csv'\nschema='s.toml'\n"
    (tmp_path / "data").mkdir()
    contents = {**files(toml), "s.toml": schema_to_toml(SCHEMA).encode(), "data/trucks.csv": b"A1,2\n"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = read_folder(tmp_path)
    assert (found.schema, found.references) == (SCHEMA, (Reference("Trucks", "data/trucks.csv", SCHEMA),))
    assert to_files(found) == contents


def test_writing_keeps_a_file_that_says_the_same_and_replaces_one_that_does_not() -> None:
    application = from_files(files())
    assert to_files(application) == files()
    changed = replace(application, source="lorries")
    written = to_files(changed)
    assert (b"# the first" in written["application.toml"], from_files(written)) == (False, changed)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)
COLUMNS = st.builds(
    Column,
    TEXTS.filter(str.isprintable),
    st.sampled_from([types.BIGINT, types.varchar(3), types.decimal(9, 2), types.REAL, types.TIMESTAMP, types.VARCHAR]),
    st.sampled_from(["", "$.a", "$.a.b[0:]", "$['a b']", "$.x[0:].y", "$.c[2]"]),
    st.booleans(),
)
SCHEMAS = st.builds(
    Schema,
    st.lists(COLUMNS, min_size=1, max_size=4, unique_by=lambda column: column.name).map(tuple),
    st.sampled_from(["json", "csv"]),
    st.sampled_from(["$", "$.rows", "$.a[0:]"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3),
    st.booleans(),
)
APPLICATIONS = st.builds(
    Application,
    name=st.just("a.b-1"),
    script=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff")),
    schema=SCHEMAS,
    source=st.sampled_from(["", "trades"]),
    input=st.sampled_from(["SOURCE_SQL_STREAM_001", "X_001"]),
    parallelism=st.integers(1, 64),
    partition_key=st.none() | TEXTS,
    parallel=st.booleans(),
    references=st.lists(st.builds(Reference, TEXTS, st.just("r.csv"), SCHEMAS), max_size=2).map(tuple),
    outputs=st.lists(st.builds(Output, TEXTS, st.just("out"), TEXTS, st.just("csv")), max_size=2).map(tuple),
    switches=st.sampled_from([Switches(), as_imported(), Switches(seed=7, outer_join="kda")]),
    files=st.just({"r.csv": b"1\n"}),
)


@given(APPLICATIONS)
def test_reading_returns_the_application_that_was_written(application: Application) -> None:
    written = to_files(application)
    assert (from_files(written), to_files(from_files(written))) == (application, written)


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("nam = 'x'", "application.toml: 'nam' is not known; did you mean 'name'?"),
        (
            "name = 'x y'",
            "application.toml: 'name': 'x y' is not a stream's name: 1 to 128 letters, digits, '_', '.' or '-'.",
        ),
        ("source = 'x'", "application.toml: 'name' is missing."),
        ("name = 7", "application.toml: 'name' must be a text."),
        ("name = 'x'\nname = 'y'", "application.toml is not TOML: Cannot overwrite a value (at end of document)."),
        (
            "name = 'x'",
            "application.toml: 'schema' is missing: write a table [schema] with one [[schema.columns]] a column.",
        ),
        ("name = 'x'\nparallelism = 65", "application.toml: 'parallelism' must be a whole number from 1 to 64."),
        ("name = 'x'\nschema = 'x.toml'", "application.toml names the file 'x.toml', which is not in the folder."),
        ("name = 'x'\nschema = '../x'", "application.toml names the file '../x', which is not in the folder."),
        (
            f"{TOML}\nclose_onn = 'row'",
            "application.toml: the switch 'close_onn' is not known; did you mean 'close_on'?",
        ),
        (
            f"{TOML}\nseed = -1",
            "application.toml: the switch 'seed' is -1; it takes a whole number from 0 to 9223372036854775807.",
        ),
        (f"{TOML}\ntsdiff = 'singed'", "application.toml: the switch 'tsdiff' is 'singed'; did you mean 'signed'?"),
    ],
)
def test_a_fault_is_named_with_its_file_its_key_and_the_mend(toml: str, sentence: str) -> None:
    with pytest.raises(FolderError) as error:
        from_files(files(toml))
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("", "schema.toml: 'columns' is missing: a schema has at least one [[columns]] table."),
        ("[[columns]]\nname='a'", "schema.toml, [[columns]] 1: 'type' is missing."),
        (
            "[[columns]]\nname='a'\ntype='STRING'",
            "schema.toml, [[columns]] 1: 'type' of 'a': 'STRING' is not a type; did you mean VARCHAR?",
        ),
        (
            "[[columns]]\nname='a'\ntype='INT'\nmapping='a'",
            "schema.toml: Column a: The path 'a' must begin with $, as in $.price.",
        ),
        ("columns=[{name='a',type='INT'},{name='a',type='INT'}]", "schema.toml: 'columns' has the name 'a' twice."),
    ],
)
def test_a_fault_in_a_schema_is_named_with_its_column(toml: str, sentence: str) -> None:
    with pytest.raises(FolderError) as error:
        read_schema(toml)
    assert str(error.value) == sentence


def test_a_missing_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is not a folder"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "application.tom").touch()
    with pytest.raises(FolderError, match=r"has no application.toml; did you mean 'application.tom'\?"):
        read_folder(tmp_path)


def test_several_inputs_are_numbered_from_the_first() -> None:
    assert replace(FLEET, input="IN_001", parallelism=3).inputs == ("IN_001", "IN_002", "IN_003")
