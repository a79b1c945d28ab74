"""Makes a DuckDB file with a view for each archived stream, which Superset and other SQLAlchemy programs connect to.

    python examples/archive/superset/views.py var/archive archive.duckdb

The views read the files of the archive as they are when a query runs, so the file is made once, and again when a stream
is archived for the first time. Run it by the Python that will read it: the file has the form of that DuckDB's version.
"""

import sys
from pathlib import Path
from urllib.parse import unquote

import duckdb

KINDS = {"records": "", "errors": "/errors"}  # what is added to the stream's name, as `manage.py ask` does
VIEW = """CREATE OR REPLACE VIEW {name} AS
    SELECT * FROM read_parquet({files}, hive_partitioning = true, union_by_name = true)"""


def views(archive: Path) -> dict[str, str]:
    """Returns the pattern of files of each view by its name."""
    folders = [each for kind in KINDS for each in sorted(archive.resolve().glob(f"*/{kind}"))]
    return {unquote(each.parent.name) + KINDS[each.name]: f"{each}/**/*.parquet" for each in folders}


def main(archive: Path, file: Path) -> None:
    """Makes the views, and removes none."""
    with duckdb.connect(file) as database:
        for name, files in views(archive).items():
            quoted = name.replace('"', '""'), files.replace("'", "''")
            database.execute(VIEW.format(name=f'"{quoted[0]}"', files=f"'{quoted[1]}'"))
            print(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
