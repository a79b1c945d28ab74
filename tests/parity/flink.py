"""Runs statements on PyFlink's local cluster. It is run by the judge's own Python and knows nothing of Millrace.

It reads one JSON object from standard input: `statements`, and `queries` by name. It prints one JSON object: the rows
of each query by its name, each row a list of texts.
"""

import json
import sys
from collections import Counter

from pyflink.common import RowKind
from pyflink.table import EnvironmentSettings, TableEnvironment


def main() -> None:
    asked = json.load(sys.stdin)
    environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    environment.get_config().set("parallelism.default", "1")
    environment.get_config().set("table.local-time-zone", "UTC")
    for statement in asked["statements"]:
        environment.execute_sql(statement)
    json.dump({name: rows(environment, query) for name, query in asked["queries"].items()}, sys.stdout)


def rows(environment: TableEnvironment, query: str) -> list[list[str | None]]:
    """Returns the rows that are left when every retraction is done."""
    left: Counter[tuple[str | None, ...]] = Counter()
    with environment.execute_sql(query).collect() as found:
        for row in found:
            values = tuple(None if value is None else str(value) for value in row)
            left[values] += 1 if row.get_row_kind() in {RowKind.INSERT, RowKind.UPDATE_AFTER} else -1
    return [list(values) for values in left.elements()]


if __name__ == "__main__":
    main()
