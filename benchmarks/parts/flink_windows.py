"""PyFlink's tumbling windows over a file of trades: FILE WARM-UP → {"seconds", "counted"}.

PyFlink's own Python runs it (`make parity` installs it), on a local cluster with a parallelism of 1. The job runs over
the file WARM-UP first, so that the start of the JVM and of its compilers is not measured; the start of a job is.
"""

import json
import sys
from time import perf_counter

from pyflink.table import EnvironmentSettings, TableEnvironment

TABLE = """
CREATE TABLE {name} (tickerSymbol STRING, tradeType STRING, price DOUBLE, quantity BIGINT, id BIGINT, ts TIMESTAMP(3),
WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json', 'json.timestamp-format.standard' = 'SQL')
"""
QUERY = """
SELECT window_start, tickerSymbol, tradeType, COUNT(*)
FROM TABLE(TUMBLE(TABLE {name}, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, tickerSymbol, tradeType
"""


def main(path: str, warm_up: str) -> None:
    environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    environment.get_config().set("parallelism.default", "1")
    counted(environment, "warm", warm_up)
    began = perf_counter()
    found = counted(environment, "trades", path)
    print(json.dumps({"seconds": perf_counter() - began, "counted": found}))


def counted(environment: TableEnvironment, name: str, path: str) -> int:
    environment.execute_sql(TABLE.format(name=name, path=path))
    with environment.execute_sql(QUERY.format(name=name)).collect() as rows:
        return sum(row[3] for row in rows)


main(sys.argv[1], sys.argv[2])
